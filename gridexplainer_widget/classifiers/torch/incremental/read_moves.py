"""Read padding, slices, upsampling, transposes and splits."""

from __future__ import annotations

import operator
from typing import Any

from gridexplainer_widget.incremental.window import POINT, Window

from .builder import GraphBuilder
from .export import Operation
from .operations import Arguments
from .steps import FIRST, LAST, Move

ENDLESS = 2**31
"""Ends beyond it mean no end: PyTorch writes the largest int64."""


def read_padding(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read zero padding."""
    tensor, sides = arguments["self"], [int(side) for side in arguments["pad"]]
    unusual = arguments["value"] or arguments.get("mode", "constant") != "constant"
    if graph.map_of(tensor) is None or tensor in graph.channels_last or unusual or len(sides) > 4:
        return False
    left, right, top, bottom = (*sides, 0, 0, 0, 0)[:4]
    window, step = Window(before=(top, left)), Move(((top, bottom), (left, right)))
    return graph.add_local(operation, tensor, window, "pointwise", step)


def read_slice(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read a slice of rows, columns or channels."""
    tensor, axis = arguments["self"], int(arguments["dim"]) % 4
    source = graph.map_of(tensor)
    if source is None or tensor in graph.channels_last:
        return False
    start, end, every = arguments["start"], arguments["end"], int(arguments["step"])
    if any(not isinstance(side, int) and side is not None for side in (start, end)):
        return False
    if axis == 0:
        whole = start in {0, None} and (end is None or end > ENDLESS) and every == 1
        return whole and graph.alias(operation, tensor)
    if axis == 1:
        step = graph.replay(operation, operation.target)
        return graph.add_local(operation, tensor, POINT, "pointwise", step)
    length = source.size[axis - 2]
    taken = range(*slice(start, end, every).indices(length))
    if every > 1 and taken.stop != length:
        return False
    sides = -taken.start, 0 if every > 1 else taken.stop - length
    pads = (sides, (0, 0)) if axis == 2 else ((0, 0), sides)
    stride = (every, 1) if axis == 2 else (1, every)
    window = Window(stride=stride, before=(pads[0][0], pads[1][0]))
    return graph.add_local(operation, tensor, window, "pointwise", Move(pads, stride))


def read_upsampling(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read nearest upsampling by whole factors."""
    tensor = arguments.get("input", arguments.get("self"))
    source = graph.map_of(tensor)
    if source is None or tensor in graph.channels_last:
        return False
    size, _ = graph.map_shape(operation)
    repeat = (size[0] // source.size[0], size[1] // source.size[1])
    scales = arguments.get("scale_factors") or (
        arguments.get("scales_h"),
        arguments.get("scales_w"),
    )
    if (repeat[0] * source.size[0], repeat[1] * source.size[1]) != size:
        return False
    if any(scale not in {None, n} for scale, n in zip(scales, repeat, strict=True)):
        return False
    window, step = Window(repeat=repeat), Move(repeat=repeat)
    return graph.add_local(operation, tensor, window, "pointwise", step)


def read_transpose(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read a transpose of channels to the last axis or back."""
    tensor, order = arguments["self"], tuple(int(axis) % 4 for axis in arguments["dims"])
    if graph.map_of(tensor) is None:
        return False
    channels_last = tensor in graph.channels_last
    if order == (FIRST if channels_last else LAST):
        return graph.alias(operation, tensor, channels_last=not channels_last)
    return order == (0, 1, 2, 3) and graph.alias(operation, tensor)


def read_identity(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read an operation that returns its input."""
    return graph.is_map(operation) and graph.alias(operation, arguments["self"])


def read_split(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Record a split along channels; only its parts are maps."""
    tensor = arguments["self"]
    along_channels = graph.map_of(tensor) is not None and int(arguments["dim"]) % 4 == 1
    if along_channels and tensor not in graph.channels_last:
        graph.splits[operation] = tensor
    return False


def read_split_part(graph: GraphBuilder, operation: Operation) -> bool:
    """Read one part of a split along channels."""
    split, number = operation.args
    if split not in graph.splits or not graph.is_map(operation):
        return False

    def call(x: Any, *rest: Any, **named: Any) -> Any:
        return operator.getitem(split.target(x, *rest, **named), number)

    step = graph.replay(split, call)
    return graph.add_local(operation, graph.splits[split], POINT, "pointwise", step)
