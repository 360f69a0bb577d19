"""Reads convolutions of all kinds, and dense layers at each position."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gridexplainer_widget.incremental.graph import POINT, Kind, Pair, Window

from .builder import GraphBuilder, NodeBuilder, channels_last, pair, size_of
from .padding import Pads, same_pads
from .steps import Convolve, Move


def read_convolution(drafts: GraphBuilder, op: Any) -> bool:
    """Read a convolution, depthwise or not."""
    picture, kernel = op.inputs
    return _convolution(drafts, op, picture, kernel, op)


def read_call(drafts: GraphBuilder, op: Any) -> bool:
    """Look into a compiled function for Keras's grouped convolution, which has nothing else."""
    function = op.graph._get_function(op.get_attr("f").name)  # noqa: SLF001 - no public way
    inner = [one for one in function.graph.get_operations() if one.type != "NoOp"]
    found = [one for one in inner if one.type == "Conv2D"]
    others = {one.type for one in inner} - {"Conv2D", "Placeholder", "ReadVariableOp", "Identity"}
    if len(found) != 1 or others or len(op.outputs) != 1:
        return False
    outer = {one.ref(): given for one, given in zip(function.graph.inputs, op.inputs, strict=True)}
    picture, kernel = (outer.get(_origin(taken).ref()) for taken in found[0].inputs)
    if picture is None or kernel is None:
        return False
    if kernel.dtype == drafts.tf.resource:
        with op.graph.as_default():
            kernel = drafts.tf.raw_ops.ReadVariableOp(resource=kernel, dtype=drafts.tf.float32)
        kernel.set_shape(found[0].inputs[1].shape)
    return _convolution(drafts, op, picture, kernel, found[0])


def _origin(tensor: Any) -> Any:
    while tensor.op.type in {"Identity", "ReadVariableOp"}:
        tensor = tensor.op.inputs[0]
    return tensor


def read_dilated(drafts: GraphBuilder, op: Any) -> bool:
    """Read a dilated convolution: rows dealt out to several pictures, convolved, dealt back."""
    inner = drafts.only_user(op.outputs[0])
    last = drafts.only_user(inner.outputs[0]) if inner is not None else None
    draft, block, pads = drafts.map_or_other(op.inputs[0]), *map(drafts.static, op.inputs[1:])
    if draft is None or last is None or block is None or pads is None or len(block) != 2:
        return False
    plain = (
        inner.type in {"Conv2D", "DepthwiseConv2dNative"}
        and inner.inputs[0] is op.outputs[0]
        and inner.get_attr("padding") == b"VALID"
        and pair(inner, "strides") == pair(inner, "dilations") == (1, 1)
        and last.type == "BatchToSpaceND"
    )
    crops = drafts.static(last.inputs[2]) if plain else None
    if crops is None or crops[:, 0].any():
        return False
    kernel, made = inner.inputs[1], size_of(last.outputs[0])
    around = []
    for axis in (0, 1):
        before, length = int(pads[axis, 0]), (kernel.shape[axis] - 1) * int(block[axis]) + 1
        around.append((before, made[axis] - 1 + length - draft.size[axis] - before))
    dilation = int(block[0]), int(block[1])
    drafts.skipped |= {op, inner}
    drafts.finish[last] = lambda: _convolution(
        drafts, last, op.inputs[0], kernel, inner, (dilation, (around[0], around[1]))
    )
    return True


def _convolution(  # noqa: PLR0913, PLR0917 - what is read, what of, and how
    drafts: GraphBuilder,
    op: Any,
    picture: Any,
    kernel: Any,
    inner: Any,
    dilated: tuple[Pair, Pads] | None = None,
) -> bool:
    """Read a convolution that ends with `op`; `inner` has its attributes."""
    draft = drafts.map_or_other(picture)
    if draft is None or kernel.ref() in drafts.dependent or not channels_last(inner):
        return False
    if kernel.dtype != drafts.tf.float32 or kernel.shape.rank != 4 or None in tuple(kernel.shape):
        return False
    rows, columns, fan_in, fan_out = kernel.shape
    stride = pair(inner, "strides")
    dilation = dilated[0] if dilated else pair(inner, "dilations")
    reach = (rows - 1) * dilation[0] + 1, (columns - 1) * dilation[1] + 1
    pads = dilated[1] if dilated else read_pads(inner, draft.size, reach, stride)
    depthwise, groups = inner.type != "Conv2D", 1
    if not depthwise and fan_in != draft.channels:
        groups = draft.channels // fan_in
    if groups > 1 and fan_in == 1:  # each channel by itself
        depthwise, groups = True, 1
        fan_in, fan_out = draft.channels, fan_out // draft.channels
    channels = fan_in * fan_out if depthwise else fan_out
    draft, pads = with_padding_ahead(drafts, draft, pads)
    shape = rows, columns, fan_in, fan_out
    kind: Kind = "depthwise" if depthwise else "convolution"
    return drafts.add(
        NodeBuilder(
            op.name,
            op.outputs[0],
            [draft.tensor],
            [Window(reach, stride, (pads[0][0], pads[1][0]))],
            size_of(op.outputs[0]),
            channels,
            kind,
            Convolve(
                drafts.parameter(kernel), shape, stride, pads, dilation, groups, depthwise=depthwise
            ),
            rows * columns * channels * (1 if depthwise else fan_in),
        )
    )


def read_pads(op: Any, size: Pair, window: Pair, stride: Pair) -> Pads:
    """Read how many rows and columns are added around a map."""
    padding = op.get_attr("padding")
    if padding == b"VALID":
        return (0, 0), (0, 0)
    if padding == b"EXPLICIT":
        given = op.get_attr("explicit_paddings")
        return (given[2], given[3]), (given[4], given[5])
    rows, columns = (
        same_pads(n, length, step) for n, length, step in zip(size, window, stride, strict=True)
    )
    return rows, columns


def with_padding_ahead(
    drafts: GraphBuilder, draft: NodeBuilder, pads: Pads
) -> tuple[NodeBuilder, Pads]:
    """Take in the padding ahead, if nothing else looks at it: that saves a copy of the map."""
    step = draft.step
    padding = isinstance(step, Move) and step == Move(step.pads) and any(map(any, step.pads))
    if not padding or any(map(any, pads)) or not drafts.alone(draft.tensor):
        return draft, pads
    ahead = drafts.map_or_other(draft.inputs[0])
    return (draft, pads) if ahead is None else (ahead, step.pads)


def read_product(drafts: GraphBuilder, op: Any) -> bool:
    """Read a product of the rows of a map, put along one axis, with a matrix: a dense layer."""
    rows, kernel = op.inputs
    draft = drafts.map_of(rows, flat=True)
    turned = op.get_attr("transpose_a") or op.get_attr("transpose_b")
    if draft is None or rows.shape.rank != 2 or kernel.ref() in drafts.dependent or turned:
        return False
    if None in tuple(kernel.shape):
        return False
    fan_in, fan_out = kernel.shape
    step = Convolve(
        drafts.parameter(kernel), (1, 1, fan_in, fan_out), (1, 1), ((0, 0), (0, 0)), (1, 1)
    )
    made = replace(
        draft,
        name=op.name,
        tensor=op.outputs[0],
        inputs=[draft.tensor],
        windows=[POINT],
        channels=fan_out,
        kind="convolution",
        step=step,
        work=fan_in * fan_out,
    )
    return drafts.add(made)
