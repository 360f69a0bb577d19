"""Read max and mean pooling."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.incremental.builder import mean_correction
from gridexplainer_widget.incremental.window import Pair, Window

from .builder import GraphBuilder, constant_map, is_channels_last, map_size, pair_attribute
from .read_convolutions import absorb_padding, read_pads
from .steps import Constant, Pool


def read_pooling(graph: GraphBuilder, op: Any) -> bool:
    """Read max or mean pooling."""
    source = graph.map_of(op.inputs[0])
    if source is None or not is_channels_last(op):
        return False
    is_max = op.type == "MaxPool"
    window_size, stride = pair_attribute(op, "ksize"), pair_attribute(op, "strides")
    size = map_size(op.outputs[0])
    pads = read_pads(op, source.size, window_size, stride)
    padded = any(map(any, pads))
    outside = float("-inf") if is_max else 0.0
    if not padded:
        source, pads = absorb_padding(graph, source, pads)
        outside = 0.0 if any(map(any, pads)) else outside
    corrected = padded and not is_max  # TensorFlow averages only inside the map
    window = Window(window_size, stride, (pads[0][0], pads[1][0]), outside=outside)
    step = Pool(is_max, window_size, stride, pads, outside, corrected)
    work = window_size[0] * window_size[1] * source.channels
    graph.add_local(op, source, window, "pool", step, size=size, work=work)
    if corrected:
        factor = Constant(value=_correction(window, source.size, size))
        graph.add_constant_input(op.outputs[0], constant_map(op, size, 1, factor))
    return True


def _correction(window: Window, size: Pair, output_size: Pair) -> NDArray[np.float32]:
    """Return factors (1, height, width, 1) that correct means over padded windows."""
    rows, columns = mean_correction(window, size, output_size)
    return (rows[:, np.newaxis] * columns)[np.newaxis, ..., np.newaxis].astype(np.float32)
