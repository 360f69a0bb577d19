"""Read pointwise operations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gridexplainer_widget.incremental.builder import NodeBuilder
from gridexplainer_widget.incremental.channel_affine import Change
from gridexplainer_widget.incremental.window import POINT, Pair, Window

from .builder import GraphBuilder, constant_map, is_channels_last
from .replay import rerun_operation
from .steps import Constant, Convolve, Operate, Scale

CHANGES: dict[str, Any] = {
    "Add": "add",
    "AddV2": "add",
    "BiasAdd": "add",
    "Sub": "subtract",
    "Mul": "multiply",
    "RealDiv": "divide",
}
"""Operation → effect on a channel if the other operand is a parameter."""

COMMUTATIVE = frozenset({"Add", "AddV2", "Mul"})


def read_unary(graph: GraphBuilder, op: Any) -> bool:
    """Read an operation on each number."""
    source = graph.map_of(op.inputs[0], flat=True)
    if source is None:
        return False
    return _add_elementwise(graph, op, [source], (0,), (source.size, source.channels))


def read_binary(graph: GraphBuilder, op: Any) -> bool:
    """Read an operation on two maps, or a map and a parameter."""
    first, second = op.inputs
    if not graph.depends(first):
        return _read_with_parameter(graph, op, second, first)
    if not graph.depends(second):
        return _read_with_parameter(graph, op, first, second)
    one, other = (graph.map_of(source, flat=True) for source in op.inputs)
    if one is None or other is None or first.shape.rank != second.shape.rank:
        return False
    size = max(one.size[0], other.size[0]), max(one.size[1], other.size[1])
    channels = max(one.channels, other.channels)
    return _add_elementwise(graph, op, [one, other], (0, 1), (size, channels))


def _add_elementwise(
    graph: GraphBuilder,
    op: Any,
    sources: list[NodeBuilder],
    operands: tuple[int, ...],
    shape: tuple[Pair, int],
) -> bool:
    """Add an operation; a broadcast map is looked at whole."""
    run = rerun_operation(graph.tf, op)

    def operate(*inputs: Any) -> Any:
        return run(*inputs)[0]

    windows = [POINT if source.size == shape[0] else None for source in sources]
    return _add_pointwise(graph, op, sources, windows, shape, Operate(operate, operands))


def _add_pointwise(  # noqa: PLR0913, PLR0917 - a node has as many
    graph: GraphBuilder,
    op: Any,
    sources: list[NodeBuilder],
    windows: list[Window | None],
    shape: tuple[Pair, int],
    step: Operate,
) -> bool:
    inputs = [source.output for source in sources]
    return graph.add(
        NodeBuilder(op.name, op.outputs[0], inputs, windows, *shape, "pointwise", step)
    )


def _read_with_parameter(graph: GraphBuilder, op: Any, tensor: Any, parameter: Any) -> bool:
    source = graph.map_of(tensor, flat=True)
    known = parameter.shape.rank is not None and None not in tuple(parameter.shape)
    if source is None or parameter.dtype != graph.tf.float32 or not known:
        return False
    sides = tuple(parameter.shape)
    per_channel = all(side == 1 for side in sides[:-1]) and len(sides) <= 4
    channels = sides[-1] if sides else 1
    in_order = op.inputs[0] is tensor
    fits = per_channel and channels in {1, source.channels}
    if fits and op.type in CHANGES and (in_order or op.type in COMMUTATIVE):
        change = (CHANGES[op.type], (graph.parameter(parameter),), 0.0)
        return _add_channel_change(graph, op, tensor, source, change)
    if tensor.shape.rank == 2 and len(sides) > 1:
        return False
    shape = source.size, max(channels, source.channels)
    if per_channel:
        place = -1 - graph.parameter(parameter)
        operands = (0, place) if in_order else (place, 0)
        return _add_elementwise(graph, op, [source], operands, shape)
    if len(sides) not in {3, 4} or sides[-3:-1] != source.size or sides[:-3] not in {(), (1,)}:
        return False
    _add_elementwise(graph, op, [source], (0, 1) if in_order else (1, 0), shape)
    step = Constant(graph.parameter(parameter))
    graph.add_constant_input(op.outputs[0], constant_map(op, source.size, channels, step))
    return True


def _add_channel_change(
    graph: GraphBuilder, op: Any, tensor: Any, source: NodeBuilder, change: Change
) -> bool:
    """Fold a channel change into the preceding node if possible."""
    step = source.step
    alone = graph.used_once(tensor) and graph.used_once(source.output)
    if isinstance(step, (Convolve, Scale)) and alone:
        source.step = replace(step, changes=(*step.changes, change))
        return graph.extend(source, op.outputs[0])
    return graph.add_local(op, source, POINT, "pointwise", Scale(source.channels, (change,)))


def read_batch_normalisation(graph: GraphBuilder, op: Any) -> bool:
    """Read batch normalisation by stored statistics."""
    source = graph.map_of(op.inputs[0])
    if source is None or op.get_attr("is_training") or not is_channels_last(op):
        return False
    if any(graph.depends(tensor) for tensor in op.inputs[1:]):
        return False
    parameters = tuple(graph.parameter(tensor) for tensor in op.inputs[1:])
    change: Change = ("normalise", parameters, float(op.get_attr("epsilon")))
    return _add_channel_change(graph, op, op.inputs[0], source, change)


def read_channel_reduction(graph: GraphBuilder, op: Any) -> bool:
    """Read a reduction over channels only."""
    source, axes = graph.map_of(op.inputs[0]), graph.static(op.inputs[1])
    if source is None or axes is None or not op.get_attr("keep_dims"):
        return False
    if [int(axis) % 4 for axis in np.ravel(axes)] != [3]:
        return False
    run, axis = rerun_operation(graph.tf, op), np.array([3], np.int32)

    def operate(x: Any) -> Any:
        return run(x, graph.tf.constant(axis))[0]

    return graph.add_local(op, source, POINT, "pointwise", Operate(operate, (0,)), channels=1)


def read_concatenation(graph: GraphBuilder, op: Any) -> bool:
    """Read a concatenation along channels."""
    *tensors, last = op.inputs
    axis = graph.static(last)
    sources = [source for tensor in tensors if (source := graph.map_of(tensor)) is not None]
    if axis is None or op.outputs[0].shape.rank != 4 or int(axis) % 4 != 3:
        return False
    if len(sources) < len(tensors) or len({source.size for source in sources}) != 1:
        return False

    def operate(*maps: Any) -> Any:
        return graph.tf.concat(maps, 3)

    step = Operate(operate, tuple(range(len(sources))))
    shape = sources[0].size, sum(source.channels for source in sources)
    return _add_pointwise(graph, op, sources, [POINT] * len(sources), shape, step)


def read_identity(graph: GraphBuilder, op: Any) -> bool:
    """Read an operation that returns its inputs."""
    return all(
        not graph.depends(source) or graph.alias(output, source)
        for output, source in zip(op.outputs, op.inputs, strict=True)
    )
