"""Read max and mean pooling."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.classifiers.onnx.source import Operation
from gridexplainer_widget.incremental.builder import NodeBuilder, mean_correction
from gridexplainer_widget.incremental.window import POINT, Pads, Pair, Window, window_span

from .builder import GraphBuilder, constant_map
from .operations import exceeds, padding_of, pair
from .steps import Pool


def read_max_pooling(graph: GraphBuilder, operation: Operation) -> bool:
    """Read max pooling."""
    tensor, output = operation.inputs[0], operation.outputs[0]
    source = graph.map_of(tensor)
    if source is None or tensor in graph.channels_last or any(operation.outputs[1:]):
        return False
    size, dilation = pair(operation, "kernel_shape"), pair(operation, "dilations")
    span, stride = window_span(size, dilation), pair(operation, "strides")
    pads = padding_of(operation, span, source.size)
    before = (pads[0][0], pads[1][0])
    window = Window(span, stride, before, outside=float("-inf"))
    reached = _reached(pads, window, source.size, graph.map_shape(output)[0])
    if exceeds(span, pads, source.size) or not _fits(reached, size):
        return False
    step = Pool(True, size, stride, reached, dilation)  # noqa: FBT003 - of Pool
    work = float(size[0] * size[1] * source.channels)
    return graph.add_node(output, [tensor], [window], "pool", step, work=work)


def read_mean_pooling(graph: GraphBuilder, operation: Operation) -> bool:
    """Read mean pooling, with padding counted or not."""
    tensor, output = operation.inputs[0], operation.outputs[0]
    source = graph.map_of(tensor)
    if source is None or tensor in graph.channels_last or pair(operation, "dilations") != (1, 1):
        return False
    size, stride = pair(operation, "kernel_shape"), pair(operation, "strides")
    pads = padding_of(operation, size, source.size)
    counts = bool(operation.attributes.get("count_include_pad", 0)) and any(map(any, pads))
    if counts and any(first != last for first, last in pads):
        return False
    counted = (pads[0][0], pads[1][0]) if counts else (0, 0)
    window = Window(size, stride, (pads[0][0], pads[1][0]))
    made, _ = graph.map_shape(output)
    reached = _reached(pads, window, source.size, made)
    if exceeds(size, pads, source.size) or not _fits(reached, size):
        return False
    rows, columns = mean_correction(window, source.size, made, counted)
    inputs: list[str | NodeBuilder] = [tensor]
    if (rows != 1).any() or (columns != 1).any():
        factors = (rows[:, np.newaxis] * columns)[np.newaxis, np.newaxis]
        inputs.append(constant_map(output, factors, made))
    step = Pool(False, size, stride, reached, averages=not counts)  # noqa: FBT003 - of Pool
    work = float(size[0] * size[1] * source.channels)
    windows = [window, POINT][: len(inputs)]
    return graph.add_node(output, inputs, windows, "pool", step, work=work)


def _reached(pads: Pads, window: Window, size: Pair, made: Pair) -> Pads:
    """Return the padding, extended for the last windows if sizes are rounded up."""
    sides = [
        (first, max(last, (n - 1) * stride + span - length - first))
        for (first, last), n, stride, span, length in zip(
            pads, made, window.stride, window.size, size, strict=True
        )
    ]
    return sides[0], sides[1]


def _fits(pads: Pads, size: Pair) -> bool:
    """Tell whether no side is padded by a whole window, which ONNX Runtime refuses."""
    return all(max(sides) < length for sides, length in zip(pads, size, strict=True))
