"""Read max and mean pooling."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.incremental.builder import mean_correction
from gridexplainer_widget.incremental.window import Pads, Pair, Window, window_span

from .builder import GraphBuilder, constant_map
from .export import Operation
from .operations import Arguments, to_pair
from .steps import Pool


def read_max_pooling(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read max pooling."""
    tensor = arguments["self"]
    source = graph.map_of(tensor)
    if source is None or tensor in graph.channels_last:
        return False
    window_size, dilation = to_pair(arguments["kernel_size"]), to_pair(arguments["dilation"])
    span, size = window_span(window_size, dilation), graph.map_shape(operation)[0]
    window = _window(arguments, span, float("-inf"))
    if _exceeds(window, source.size):
        return False
    pads = _pads(window, source.size, size)
    step = Pool(True, window_size, window.stride, pads, dilation)  # noqa: FBT003 - of Pool
    work = window_size[0] * window_size[1] * source.channels
    return graph.add_local(operation, tensor, window, "pool", step, work=work)


def read_mean_pooling(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read mean pooling, with padding counted or not."""
    tensor = arguments["self"]
    source = graph.map_of(tensor)
    if source is None or tensor in graph.channels_last or arguments["divisor_override"] is not None:
        return False
    window = _window(arguments, to_pair(arguments["kernel_size"]), 0.0)
    if _exceeds(window, source.size):
        return False
    size, _ = graph.map_shape(operation)
    counted = window.before if arguments["count_include_pad"] else (0, 0)
    pads = _pads(window, source.size, size)
    averages = counted == (0, 0)
    step = Pool(False, window.size, window.stride, pads, averages=averages)  # noqa: FBT003 - of Pool
    work = window.size[0] * window.size[1] * source.channels
    graph.add_local(operation, tensor, window, "pool", step, work=work)
    rows, columns = (
        factors.astype(np.float32)
        for factors in mean_correction(window, source.size, size, counted)
    )
    if (rows != 1).any() or (columns != 1).any():
        factor = graph.torch.from_numpy(rows[:, np.newaxis] * columns)
        graph.add_constant_input(operation, constant_map(operation, factor, (1, 1, *size)))
    return True


def _window(arguments: Arguments, span: Pair, outside: float) -> Window:
    window_size = to_pair(arguments["kernel_size"])
    stride = to_pair(arguments["stride"]) if arguments["stride"] else window_size
    return Window(span, stride, to_pair(arguments["padding"]), outside=outside)


def _exceeds(window: Window, size: Pair) -> bool:
    """Tell whether a window is larger than a padded map, as where it should fit any map."""
    return any(
        side > length + 2 * before
        for side, length, before in zip(window.size, size, window.before, strict=True)
    )


def _pads(window: Window, size: Pair, output_size: Pair) -> Pads:
    """Return the padding, extended for the last windows if sizes are rounded up."""
    down, across = (
        max(before, (n - 1) * stride + span - length - before)
        for n, stride, span, length, before in zip(
            output_size, window.stride, window.size, size, window.before, strict=True
        )
    )
    return (window.before[0], down), (window.before[1], across)


def read_adaptive_pooling(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read adaptive pooling that keeps the map's size."""
    tensor = arguments["self"]
    source = graph.map_of(tensor)
    if source is None or tensor in graph.channels_last:
        return False
    return graph.map_shape(operation)[0] == source.size and graph.alias(operation, tensor)
