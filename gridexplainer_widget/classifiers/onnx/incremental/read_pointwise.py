"""Read operations at each position."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.onnx.source import Operation
from gridexplainer_widget.incremental.builder import NodeBuilder

from .builder import GraphBuilder, constant_map
from .operations import UNKNOWN, setting

AXES = 4
"""Of a map, pictures included."""

WHOLE_SOFTMAX = 13
"""Until this version a softmax took all axes from the one that it is given."""


def read_elementwise(graph: GraphBuilder, operation: Operation) -> bool:
    """Read an operation on each number of maps and constants."""
    program, output = graph.program, operation.outputs[0]
    given = [name for name in operation.inputs if name]
    maps = [name for name in given if program.is_varying(name)]
    if not maps or not graph.is_map(output) or any(graph.map_of(one) is None for one in maps):
        return False
    channels_last = maps[0] in graph.channels_last
    if any((one in graph.channels_last) != channels_last for one in maps):
        return False
    spread: dict[str, NodeBuilder] = {}
    for name in given:
        if name in maps:
            continue
        found = _as_map(graph.constant(name), channels_last=channels_last)
        if found is None:
            return False
        if found.shape[2:] != (1, 1):
            one, two, three = program.shape(output) or (1, 1, 1)
            size = (one, two) if channels_last else (two, three)
            spread[name] = constant_map(output, found, size)
    return graph.add_pointwise(operation, channels_last=channels_last, spread=spread)


def _as_map(
    numbers: NDArray[np.float32] | None, *, channels_last: bool
) -> NDArray[np.float32] | None:
    """Return constants as a map (1, channels, height, width) if they fit all pictures."""
    if numbers is None or numbers.ndim > AXES:
        return None
    found = numbers.reshape((1,) * (AXES - numbers.ndim) + numbers.shape)
    if len(found) != 1:
        return None
    return np.moveaxis(found, 3, 1) if channels_last else found


def read_batch_normalisation(graph: GraphBuilder, operation: Operation) -> bool:
    """Read batch normalisation by stored statistics."""
    tensor, *stored = operation.inputs
    settings = operation.attributes
    if graph.map_of(tensor) is None or tensor in graph.channels_last:
        return False
    if settings.get("training_mode") or settings.get("spatial", 1) != 1:
        return False
    if any(graph.constant(name) is None for name in stored) or any(operation.outputs[1:]):
        return False
    return graph.add_pointwise(operation, channels_last=False)


def read_over_channels(graph: GraphBuilder, operation: Operation) -> bool:
    """Read a softmax over channels, or normalisation by layer or by neighbouring channels."""
    tensor, *others = operation.inputs
    if graph.map_of(tensor) is None or any(operation.outputs[1:]):
        return False
    if any(name and graph.constant(name) is None for name in others):
        return False
    channels_last = tensor in graph.channels_last
    axis, takes_the_rest = _axis(operation, graph.program.source.opset)
    if axis != channel_axis(graph, tensor) or (takes_the_rest and axis != AXES - 1):
        return False
    return graph.add_pointwise(operation, channels_last=channels_last)


def _axis(operation: Operation, opset: int) -> tuple[int, bool]:
    """Return the axis of an operation over channels, and whether it takes all axes after it."""
    if operation.name == "LRN":
        return 1, False
    normalises = operation.name == "LayerNormalization"
    before = not normalises and opset < WHOLE_SOFTMAX
    axis = int(operation.attributes.get("axis", 1 if before else -1))
    return axis % AXES, normalises or before


def read_reduction(graph: GraphBuilder, operation: Operation) -> bool:
    """Read a reduction over channels alone."""
    tensor = operation.inputs[0]
    axes = setting(graph.program, operation, "axes", 1)
    if graph.map_of(tensor) is None or not operation.attributes.get("keepdims", 1):
        return False
    if axes is None or axes is UNKNOWN:
        return False
    channels_last = tensor in graph.channels_last
    if [int(axis) % AXES for axis in axes] != [channel_axis(graph, tensor)]:
        return False
    return graph.add_pointwise(operation, channels_last=channels_last)


def read_concatenation(graph: GraphBuilder, operation: Operation) -> bool:
    """Read maps that are put one behind the other along channels."""
    sources = [graph.map_of(name) for name in operation.inputs]
    found = [source for source in sources if source is not None]
    if len(found) < len(sources) or len({source.size for source in found}) != 1:
        return False
    axes = {channel_axis(graph, name) for name in operation.inputs}
    if axes != {int(operation.attributes["axis"]) % AXES}:
        return False
    return graph.add_pointwise(operation, channels_last=axes == {AXES - 1})


def channel_axis(graph: GraphBuilder, tensor: str) -> int:
    """Return which axis of a map is that of channels."""
    return AXES - 1 if tensor in graph.channels_last else 1
