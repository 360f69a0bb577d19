"""Read padding, slices, upsampling, reshapes and transposes."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.incremental.window import Window

from .builder import GraphBuilder, map_size
from .steps import Move


def read_padding(graph: GraphBuilder, op: Any) -> bool:
    """Read zero padding."""
    source, pads = graph.map_of(op.inputs[0]), graph.static(op.inputs[1])
    value = graph.static(op.inputs[2]) if len(op.inputs) > 2 else 0
    if source is None or pads is None or value != 0 or pads[[0, 3]].any():
        return False
    rows, columns = ((int(before), int(after)) for before, after in pads[1:3])
    window, size = Window(before=(rows[0], columns[0])), map_size(op.outputs[0])
    return graph.add_local(op, source, window, "pointwise", Move((rows, columns)), size=size)


def read_slice(graph: GraphBuilder, op: Any) -> bool:
    """Read cropping and strided slicing."""
    source, slices = graph.map_of(op.inputs[0]), _slices(graph, op)
    if source is None or slices is None:
        return False
    batch, *along, channels = slices
    if batch.stop is not None or batch.start not in {None, 0} or batch.step not in {None, 1}:
        return False
    if range(*channels.indices(source.channels)) != range(source.channels):
        return False
    rows, columns = (range(*cut.indices(n)) for cut, n in zip(along, source.size, strict=True))
    if min(rows.step, columns.step) < 1:
        return False
    height, width = source.size
    pads = (-rows.start, rows.stop - height), (-columns.start, columns.stop - width)
    stride = rows.step, columns.step
    window, size = Window(stride=stride, before=(pads[0][0], pads[1][0])), map_size(op.outputs[0])
    return graph.add_local(op, source, window, "pointwise", Move(pads, stride), size=size)


def _slices(graph: GraphBuilder, op: Any) -> list[slice] | None:
    begin, end, step = map(graph.static, op.inputs[1:4])
    masks = ("ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    if begin is None or end is None or step is None or len(begin) > 4:
        return None
    if any(op.get_attr(mask) for mask in masks):
        return None
    slices = [slice(None)] * 4
    for axis in range(len(begin)):
        first = None if op.get_attr("begin_mask") >> axis & 1 else int(begin[axis])
        last = None if op.get_attr("end_mask") >> axis & 1 else int(end[axis])
        slices[axis] = slice(first, last, int(step[axis]))
    return slices


def read_upsampling(graph: GraphBuilder, op: Any) -> bool:
    """Read nearest upsampling of one axis: expand, tile, reshape."""
    source = graph.map_of(op.inputs[0], unread=False)
    axis = graph.static(op.inputs[1])
    tile = graph.only_user(op.outputs[0])
    merge = graph.only_user(tile.outputs[0]) if tile is not None else None
    if source is None or axis is None or merge is None or int(axis) not in {2, 3}:
        return False
    if tile.type != "Tile" or merge.type != "Reshape":
        return False
    output, multiples = merge.outputs[0], graph.static(tile.inputs[1])
    if multiples is None or None in tuple(output.shape[1:]):
        return False
    along = int(axis) - 2
    times = output.shape[along + 1] // source.size[along]
    if multiples.tolist() != [times if index == int(axis) else 1 for index in range(5)]:
        return False
    repeat = (times, 1) if along == 0 else (1, times)
    size = source.size[0] * repeat[0], source.size[1] * repeat[1]
    if tuple(output.shape[1:]) != (*size, source.channels):
        return False
    graph.consumed |= {tile, merge}
    window, step = Window(repeat=repeat), Move(repeat=repeat)
    return graph.add_local(op, source, window, "pointwise", step, output=output, size=size)


def read_reshape(graph: GraphBuilder, op: Any) -> bool:
    """Read flattening of positions, or its reverse, around dense layers."""
    output = op.outputs[0]
    source = graph.map_of(op.inputs[0], flat=True, unread=False)
    if source is None:
        return False
    positions, channels = source.size[0] * source.size[1], source.channels
    if output.shape.rank == 4 and tuple(output.shape[1:]) == (*source.size, channels):
        return graph.alias(output, op.inputs[0])
    flattened = (
        output.shape.rank == 2
        and output.shape[1] in {None, channels}
        and positions > 1
        and graph.observed_shape(output) in {(2 * positions, channels), (-1, channels)}
    )
    return flattened and graph.alias(output, op.inputs[0])


def read_transpose(graph: GraphBuilder, op: Any) -> bool:
    """Read an identity transpose, which Keras puts before dense layers."""
    order = graph.static(op.inputs[1])
    if order is None or order.tolist() != list(range(len(order))):
        return False
    return graph.alias(op.outputs[0], op.inputs[0])
