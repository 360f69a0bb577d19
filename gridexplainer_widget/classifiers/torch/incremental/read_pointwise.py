"""Read pointwise operations."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

from gridexplainer_widget.incremental.channel_affine import Change
from gridexplainer_widget.incremental.window import POINT, Window

from .builder import GraphBuilder, constant_map
from .export import Operation
from .operations import CHANGES, Arguments, name_of, operations_in
from .steps import Convolve, Scale


def read_elementwise(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read an operation on each number of maps and parameters."""
    tensors = operations_in(graph.torch, tuple(arguments.values()))
    maps = {one: graph.map_of(one) for one in tensors if one not in graph.parameters}
    if not maps or None in maps.values() or not graph.is_map(operation):
        return False
    channels_last = next(iter(maps)) in graph.channels_last
    if any((one in graph.channels_last) != channels_last for one in maps):
        return False
    shapes = _parameter_shapes(graph, operation, arguments, channels_last=channels_last)
    if None in shapes.values():
        return False
    constants = {one: shape for one, shape in shapes.items() if shape and shape[2:] != (1, 1)}
    found = _channel_change(graph, operation, arguments) if not constants else None
    if found is not None:
        return _add_channel_change(graph, operation, *found)
    call = graph.writes.functional_target(operation)
    step = graph.replay(operation, call, list(constants), channels_last=channels_last)
    if channels_last:
        graph.channels_last.add(operation)
    size, _ = graph.map_shape(operation)
    inputs: list[Any] = []
    windows: list[Window | None] = []
    for one, _ in step.maps:
        source = maps.get(one)
        if source is None:
            source = constant_map(one, one, constants[one], channels_last=channels_last)
            inputs.append(source)
        else:
            inputs.append(graph.holder(one))
        windows.append(POINT if source.size == size else None)
    return graph.add_node(
        operation, inputs, windows, "pointwise", step, channels_last=channels_last
    )


def _parameter_shapes(
    graph: GraphBuilder, operation: Operation, arguments: Arguments, *, channels_last: bool
) -> dict[Operation, tuple[int, int, int, int] | None]:
    """Return the parameters' shapes as maps; None where impossible."""
    if name_of(operation) == "prelu":  # takes a number per channel on any axis
        return {}
    tensors = operations_in(graph.torch, tuple(arguments.values()))
    return {
        one: _shape(graph, one, channels_last=channels_last)
        for one in tensors
        if one in graph.parameters
    }


def _shape(
    graph: GraphBuilder, parameter: Operation, *, channels_last: bool
) -> tuple[int, int, int, int] | None:
    """Return a parameter's shape as a map (1, channels, height, width), if possible."""
    value = graph.fake_tensor(parameter)
    if not graph.is_tensor(parameter) or value.ndim > 4 or value.dtype != graph.torch.float32:
        return None
    batch, one, two, three = (1,) * (4 - value.ndim) + tuple(map(int, value.shape))
    if batch != 1:
        return None
    return (1, three, one, two) if channels_last else (1, one, two, three)


def _channel_change(
    graph: GraphBuilder, operation: Operation, arguments: Arguments
) -> tuple[Operation, Change] | None:
    """Return the changed map and the change, if one parameter changes each channel."""
    name = name_of(operation).rstrip("_")
    first, second = arguments.get("self"), arguments.get("other")
    if name not in CHANGES or arguments.get("alpha", 1) != 1 or arguments.get("rounding_mode"):
        return None
    if graph.map_of(first) is None and name in {"add", "mul"}:
        first, second = second, first
    source = graph.map_of(first)
    if source is None or first is None or graph.map_of(second) is not None:
        return None
    if not isinstance(second, (int, float)):
        if not graph.is_parameter(second):
            return None
        if graph.fake_tensor(second).numel() not in {1, source.channels}:
            return None
    return first, (CHANGES[name], (second,), 0.0)


def _add_channel_change(
    graph: GraphBuilder, operation: Operation, tensor: Operation, change: Change
) -> bool:
    """Fold a channel change into the preceding node if possible."""
    source = graph.map_of(tensor)
    if source is None:
        return False
    if isinstance(source.step, (Convolve, Scale)) and graph.used_once(tensor):
        source.step = replace(source.step, changes=(*source.step.changes, change))
        return graph.extend(source, operation, channels_last=tensor in graph.channels_last)
    step = Scale(source.channels, (change,))
    return graph.add_local(operation, tensor, POINT, "pointwise", step)


def read_batch_normalisation(
    graph: GraphBuilder, operation: Operation, arguments: Arguments
) -> bool:
    """Read batch normalisation by stored statistics."""
    tensor = arguments["input"]
    stored = [arguments[name] for name in ("weight", "bias", "running_mean", "running_var")]
    gain, shift, mean, variance = stored
    if graph.map_of(tensor) is None or tensor in graph.channels_last or arguments.get("training"):
        return False
    if any(one is not None and not graph.is_parameter(one) for one in stored) or mean is None:
        return False
    numbers = (1.0 if gain is None else gain, 0.0 if shift is None else shift, mean, variance)
    change: Change = ("normalise", numbers, float(arguments["eps"]))
    if graph.is_tensor(operation):
        return _add_channel_change(graph, operation, tensor, change)
    # Nothing may use the statistics it also returns.
    users = list(operation.users)
    if len(users) != 1 or users[0].target is not operator.getitem or users[0].args[1] != 0:
        return False
    return _add_channel_change(graph, users[0], tensor, change)


def read_layer_normalisation(
    graph: GraphBuilder, operation: Operation, arguments: Arguments
) -> bool:
    """Read normalisation over channels at each position."""
    tensor, parameters = arguments["input"], [arguments["weight"], arguments["bias"]]
    source = graph.map_of(tensor)
    if source is None or tensor not in graph.channels_last:
        return False
    if list(arguments["normalized_shape"]) != [source.channels]:
        return False
    if any(one is not None and not graph.is_parameter(one) for one in parameters):
        return False
    step = graph.replay(operation, operation.target, channels_last=True)
    return graph.add_local(operation, tensor, POINT, "pointwise", step)


def read_channel_reduction(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read a reduction over channels only."""
    tensor, axes = arguments["self"], arguments.get("dim")
    if graph.map_of(tensor) is None or tensor in graph.channels_last:
        return False
    if not arguments.get("keepdim") or not axes or arguments.get("dtype") is not None:
        return False
    if [int(axis) % 4 for axis in axes] != [1]:
        return False
    step = graph.replay(operation, operation.target)
    return graph.add_local(operation, tensor, POINT, "pointwise", step)


def read_concatenation(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read a concatenation along channels."""
    tensors = list(arguments["tensors"])
    sources = [source for one in tensors if (source := graph.map_of(one)) is not None]
    if len(sources) < len(tensors) or len({source.size for source in sources}) != 1:
        return False
    channels_last = tensors[0] in graph.channels_last
    if any((one in graph.channels_last) != channels_last for one in tensors):
        return False
    if int(arguments["dim"]) % 4 != (3 if channels_last else 1) or len(set(tensors)) < len(tensors):
        return False
    step = graph.replay(operation, operation.target, channels_last=channels_last)
    inputs: list[Any] = [graph.holder(one) for one in tensors]
    windows: list[Window | None] = [POINT] * len(tensors)
    return graph.add_node(
        operation, inputs, windows, "pointwise", step, channels_last=channels_last
    )
