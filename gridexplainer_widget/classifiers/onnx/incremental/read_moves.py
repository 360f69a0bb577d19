"""Read padding, slices, upsampling, transposes and what picks channels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridexplainer_widget.classifiers.onnx.evaluate import evaluated
from gridexplainer_widget.classifiers.onnx.source import Operation
from gridexplainer_widget.incremental.window import Pads, Window

from .builder import GraphBuilder
from .operations import UNKNOWN, setting
from .part import FIRST, LAST
from .read_pointwise import AXES, channel_axis
from .steps import Skip


def read_padding(graph: GraphBuilder, operation: Operation) -> bool:
    """Read padding with zeros, or cropping."""
    program, tensor = graph.program, operation.inputs[0]
    if graph.map_of(tensor) is None or operation.attributes.get("mode", "constant") != "constant":
        return False
    sides = setting(program, operation, "pads", 1)
    value = setting(program, operation, "value", 2)
    axes = setting(program, operation, "axes", 3)
    if sides is None or any(one is UNKNOWN for one in (sides, value, axes)):
        return False
    if value is not None and np.any(value):
        return False
    pads = np.zeros((AXES, 2), int)
    pads[list(range(AXES)) if axes is None else axes] = np.reshape(sides, (2, -1)).T
    if pads[[0, channel_axis(graph, tensor)]].any():
        return False
    (top, bottom), (left, right) = np.delete(pads, [0, channel_axis(graph, tensor)], 0).tolist()
    padding = ((top, bottom), (left, right)) if pads.min() >= 0 else None
    return _move(graph, operation, Window(before=(top, left)), padding)


def read_slice(graph: GraphBuilder, operation: Operation) -> bool:
    """Read a slice of rows and columns, or of channels."""
    tensor, output = operation.inputs[0], operation.outputs[0]
    taken = _taken(graph, operation)
    if graph.map_of(tensor) is None or not graph.is_map(output) or not taken or 0 in taken:
        return False
    channels = channel_axis(graph, tensor)
    channels_last = channels == AXES - 1
    if set(taken) == {channels}:
        return graph.add_pointwise(operation, channels_last=channels_last)
    lines = [taken.get(axis) for axis in range(1, AXES) if axis != channels]
    if channels in taken or any(line is not None and line.step < 1 for line in lines):
        return False
    size, _ = graph.map_shape(tensor)
    rows, columns = (
        range(length) if line is None else line for line, length in zip(lines, size, strict=True)
    )
    stride = (rows.step, columns.step)
    window = Window(stride=stride, before=(-rows.start, -columns.start))
    whole = rows[-1] + rows.step >= size[0] and columns[-1] + columns.step >= size[1]
    if window == Window(stride=stride) and whole and not channels_last:
        return graph.add_node(output, [tensor], [window], "pointwise", Skip(stride))
    return _move(graph, operation, window)


def _taken(graph: GraphBuilder, operation: Operation) -> dict[int, range]:
    """Return what a slice takes of each axis that it names; nothing where that is unknown."""
    shape = graph.program.shape(operation.inputs[0])
    given = [
        setting(graph.program, operation, name, place)
        for place, name in enumerate(("starts", "ends", "axes", "steps"), 1)
    ]
    if shape is None or len(shape) + 1 != AXES or any(one is UNKNOWN for one in given):
        return {}
    starts, ends, axes, steps = given
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    return {
        int(axis) % AXES: range(*slice(int(start), int(end), int(step)).indices(sides))
        for axis, start, end, step in zip(axes, starts, ends, steps, strict=True)
        for sides in [(0, *shape)[int(axis) % AXES]]
    }


def read_upsampling(graph: GraphBuilder, operation: Operation) -> bool:
    """Read upsampling that repeats each row and column."""
    tensor, output = operation.inputs[0], operation.outputs[0]
    program, source = graph.program, graph.map_of(tensor)
    if source is None or tensor in graph.channels_last or not graph.is_map(output):
        return False
    given = {name: graph.constant(name) for name in operation.inputs[1:] if name}
    if any(array is None for array in given.values()):
        return False
    size, channels = graph.map_shape(output)
    repeat = (size[0] // source.size[0], size[1] // source.size[1])
    if channels != source.channels or min(repeat) < 1:
        return False
    if (repeat[0] * source.size[0], repeat[1] * source.size[1]) != size:
        return False
    numbers = np.arange(source.size[0] * source.size[1], dtype=np.float32).reshape(source.size)
    trial = np.repeat(numbers[np.newaxis, np.newaxis], channels, axis=1)
    # The versions differ in how they round, so the operation itself is asked.
    (found,) = evaluated(program.runtime, program.source, operation, {tensor: trial, **given})
    wanted = numbers.repeat(repeat[0], axis=0).repeat(repeat[1], axis=1)
    return np.array_equal(found[0, 0], wanted) and _move(graph, operation, Window(repeat=repeat))


def read_transpose(graph: GraphBuilder, operation: Operation) -> bool:
    """Read a transpose of channels to the last axis or back."""
    tensor, output = operation.inputs[0], operation.outputs[0]
    order = tuple(map(int, operation.attributes.get("perm", (3, 2, 1, 0))))
    channels_last = tensor in graph.channels_last
    if order == (FIRST if channels_last else LAST):
        return graph.alias(output, tensor, channels_last=not channels_last)
    return order == (0, 1, 2, 3) and graph.alias(output, tensor)


def read_same(graph: GraphBuilder, operation: Operation) -> bool:
    """Read an operation that returns its input."""
    if operation.name == "Dropout" and len(operation.inputs) > 2:
        training = graph.constant(operation.inputs[2]) if operation.inputs[2] else False
        if training is None or np.any(training):
            return False
    return graph.alias(operation.outputs[0], operation.inputs[0])


def read_reshape(graph: GraphBuilder, operation: Operation) -> bool:
    """Read a reshape that leaves a map as it is."""
    tensor, output = operation.inputs[0], operation.outputs[0]
    shapes = graph.program.shape(tensor), graph.program.shape(output)
    return graph.is_map(output) and shapes[0] == shapes[1] and graph.alias(output, tensor)


def read_picked_channels(graph: GraphBuilder, operation: Operation) -> bool:
    """Read a split along channels, or channels in another order."""
    tensor, *others = operation.inputs
    if graph.map_of(tensor) is None or any(
        name and graph.constant(name) is None for name in others
    ):
        return False
    axis = int(operation.attributes.get("axis", 0)) % AXES
    whole = all(graph.is_map(name) for name in operation.outputs if name)
    if axis != channel_axis(graph, tensor) or not whole:
        return False
    return graph.add_pointwise(operation, channels_last=axis == AXES - 1)


def _move(
    graph: GraphBuilder, operation: Operation, window: Window, padding: Pads | None = None
) -> bool:
    output = operation.outputs[0]
    if operation.inputs[0] in graph.channels_last:
        graph.channels_last.add(output)
    step, inputs = graph.replay(operation)
    step = replace(step, moves=True, padding=padding)
    return graph.add_node(output, inputs[:1], [window], "pointwise", step)
