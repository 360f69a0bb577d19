"""Reads what moves rows and columns about: pooling, padding, cropping, repeating, reshaping."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.incremental.graph import POINT, Pair, Window

from .builder import ConstantMap, GraphBuilder, NodeBuilder, channels_last, pair, size_of
from .read_convolutions import read_pads, with_padding_ahead
from .steps import Move, Pool


def read_pool(drafts: GraphBuilder, op: Any) -> bool:
    """Read the largest or the mean of windows."""
    draft = drafts.map_or_other(op.inputs[0])
    if draft is None or not channels_last(op):
        return False
    most = op.type == "MaxPool"
    size, stride, made = pair(op, "ksize"), pair(op, "strides"), size_of(op.outputs[0])
    pads = read_pads(op, draft.size, size, stride)
    outside = float("-inf") if most else 0.0
    shares = not most and any(map(any, pads))
    if not any(map(any, pads)):
        draft, pads = with_padding_ahead(drafts, draft, pads)
        outside = 0.0 if any(map(any, pads)) else outside
    window = Window(size, stride, (pads[0][0], pads[1][0]), outside=outside)
    found = NodeBuilder(
        op.name,
        op.outputs[0],
        [draft.tensor],
        [window],
        made,
        draft.channels,
        "pool",
        Pool(most, size, stride, pads, outside, shares),
        size[0] * size[1] * draft.channels,
    )
    if shares:  # TensorFlow takes the mean of those inside the map
        found.inputs.append(ConstantMap(made, 1, value=_shares(draft.size, made, window)))
        found.windows.append(POINT)
    return drafts.add(found)


def _shares(size: Pair, made: Pair, window: Window) -> NDArray[np.float32]:
    """By how much the mean over a padded window is too small: (1, height, width, 1)."""
    factors = list[NDArray[np.float64]]()
    for axis in (0, 1):
        first = np.arange(made[axis]) * window.stride[axis] - window.before[axis]
        last = np.minimum(first + window.size[axis], size[axis])
        factors.append(window.size[axis] / (last - np.maximum(first, 0)))
    product = factors[0][:, np.newaxis] * factors[1]
    return product[np.newaxis, ..., np.newaxis].astype(np.float32)


def read_pad(drafts: GraphBuilder, op: Any) -> bool:
    """Read padding with zeros."""
    draft, pads = drafts.map_or_other(op.inputs[0]), drafts.static(op.inputs[1])
    value = drafts.static(op.inputs[2]) if len(op.inputs) > 2 else 0
    if draft is None or pads is None or value != 0 or pads[[0, 3]].any():
        return False
    rows, columns = ((int(before), int(after)) for before, after in pads[1:3])
    window = Window(before=(rows[0], columns[0]))
    return _move(drafts, op.name, op.outputs[0], draft, window, Move((rows, columns)))


def read_slice(drafts: GraphBuilder, op: Any) -> bool:
    """Read cropping, and taking every so many rows."""
    draft = drafts.map_or_other(op.inputs[0])
    begin, end, step = map(drafts.static, op.inputs[1:4])
    masks = ("ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    unknown = draft is None or begin is None or end is None or step is None
    if unknown or draft is None or len(begin) > 4 or any(op.get_attr(mask) for mask in masks):
        return False
    cuts = [slice(None)] * 4
    for axis in range(len(begin)):
        first = None if op.get_attr("begin_mask") >> axis & 1 else int(begin[axis])
        last = None if op.get_attr("end_mask") >> axis & 1 else int(end[axis])
        cuts[axis] = slice(first, last, int(step[axis]))
    if cuts[0].stop is not None or cuts[0].start not in {None, 0} or cuts[0].step not in {None, 1}:
        return False
    if range(*cuts[3].indices(draft.channels)) != range(draft.channels):
        return False
    rows, columns = (range(*cut.indices(n)) for cut, n in zip(cuts[1:3], draft.size, strict=True))
    if min(rows.step, columns.step) < 1:
        return False
    height, width = draft.size
    pads = (-rows.start, rows.stop - height), (-columns.start, columns.stop - width)
    stride = rows.step, columns.step
    window = Window(stride=stride, before=(pads[0][0], pads[1][0]))
    return _move(drafts, op.name, op.outputs[0], draft, window, Move(pads, stride))


def read_new_axis(drafts: GraphBuilder, op: Any) -> bool:
    """Read Keras's nearest upsampling along one axis: a new axis after it, tiled and merged."""
    draft, axis = drafts.map_of(op.inputs[0]), drafts.static(op.inputs[1])
    tile = drafts.only_user(op.outputs[0])
    merged = drafts.only_user(tile.outputs[0]) if tile is not None else None
    if draft is None or axis is None or merged is None or int(axis) not in {2, 3}:
        return False
    if (
        tile.type != "Tile"
        or merged.type != "Reshape"
        or None in tuple(merged.outputs[0].shape[1:])
    ):
        return False
    along, made = int(axis) - 2, merged.outputs[0]
    times = made.shape[along + 1] // draft.size[along]
    repeat = (times, 1) if along == 0 else (1, times)
    multiples = drafts.static(tile.inputs[1])
    wanted = [times if index == int(axis) else 1 for index in range(5)]
    size = draft.size[0] * repeat[0], draft.size[1] * repeat[1]
    if tuple(made.shape[1:]) != (*size, draft.channels) or multiples is None:
        return False
    if multiples.tolist() != wanted:
        return False
    drafts.skipped |= {tile, merged}
    return _move(drafts, op.name, made, draft, Window(repeat=repeat), Move(repeat=repeat))


def _move(  # noqa: PLR0913, PLR0917 - one kind of node, from all that it has
    drafts: GraphBuilder, name: str, made: Any, draft: NodeBuilder, window: Window, step: Move
) -> bool:
    size = size_of(made)
    return drafts.add(
        NodeBuilder(name, made, [draft.tensor], [window], size, draft.channels, "pointwise", step)
    )


def read_reshape(drafts: GraphBuilder, op: Any) -> bool:
    """Read what puts a map's positions along one axis, and back, as it is for dense layers."""
    draft, made = drafts.map_of(op.inputs[0], flat=True), op.outputs[0]
    if draft is None:
        return False
    rows, channels = draft.size[0] * draft.size[1], draft.channels
    if made.shape.rank == 4 and tuple(made.shape[1:]) == (*draft.size, channels):
        return drafts.alias(made, op.inputs[0])
    flattened = (
        made.shape.rank == 2
        and made.shape[1] in {None, channels}
        and rows > 1
        and drafts.observed(made) in {(2 * rows, channels), (-1, channels)}
    )
    return flattened and drafts.alias(made, op.inputs[0])


def read_transposition(drafts: GraphBuilder, op: Any) -> bool:
    """Read one that leaves everything where it is, which Keras writes ahead of a dense layer."""
    order = drafts.static(op.inputs[1])
    if order is None or order.tolist() != list(range(len(order))):
        return False
    return drafts.alias(op.outputs[0], op.inputs[0])
