"""Read convolutions, and dense layers at each position."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.incremental.builder import NodeBuilder
from gridexplainer_widget.incremental.graph import Kind
from gridexplainer_widget.incremental.window import NO_PADS, POINT, Pads, Pair, Window, window_span

from .builder import GraphBuilder, is_channels_last, map_size, pair_attribute
from .padding import same_pads
from .steps import Convolve, Move


def read_convolution(graph: GraphBuilder, op: Any) -> bool:
    """Read a convolution, depthwise or not."""
    source, kernel = op.inputs
    return _add_convolution(graph, op, source, kernel, op)


def read_called_convolution(graph: GraphBuilder, op: Any) -> bool:
    """Read Keras's grouped convolution: a compiled function of one convolution."""
    function = op.graph._get_function(op.get_attr("f").name)  # noqa: SLF001 - no public way
    inner = [one for one in function.graph.get_operations() if one.type != "NoOp"]
    convolutions = [one for one in inner if one.type == "Conv2D"]
    others = {one.type for one in inner} - {"Conv2D", "Placeholder", "ReadVariableOp", "Identity"}
    if len(convolutions) != 1 or others or len(op.outputs) != 1:
        return False
    convolution = convolutions[0]
    outer = {one.ref(): given for one, given in zip(function.graph.inputs, op.inputs, strict=True)}
    source, kernel = (outer.get(_origin(tensor).ref()) for tensor in convolution.inputs)
    if source is None or kernel is None:
        return False
    if kernel.dtype == graph.tf.resource:
        with op.graph.as_default():
            kernel = graph.tf.raw_ops.ReadVariableOp(resource=kernel, dtype=graph.tf.float32)
        kernel.set_shape(convolution.inputs[1].shape)
    return _add_convolution(graph, op, source, kernel, convolution)


def _origin(tensor: Any) -> Any:
    while tensor.op.type in {"Identity", "ReadVariableOp"}:
        tensor = tensor.op.inputs[0]
    return tensor


def read_dilated_convolution(graph: GraphBuilder, op: Any) -> bool:
    """Read a dilated convolution: space to batch, convolution, batch to space."""
    inner = graph.only_user(op.outputs[0])
    last = graph.only_user(inner.outputs[0]) if inner is not None else None
    source, block, pads = graph.map_of(op.inputs[0]), *map(graph.static, op.inputs[1:])
    if source is None or last is None or block is None or pads is None or len(block) != 2:
        return False
    plain = (
        inner.type in {"Conv2D", "DepthwiseConv2dNative"}
        and inner.inputs[0] is op.outputs[0]
        and inner.get_attr("padding") == b"VALID"
        and pair_attribute(inner, "strides") == pair_attribute(inner, "dilations") == (1, 1)
        and last.type == "BatchToSpaceND"
    )
    crops = graph.static(last.inputs[2]) if plain else None
    if crops is None or crops[:, 0].any() or not _is_kernel(graph, inner.inputs[1]):
        return False
    kernel = inner.inputs[1]
    dilation = int(block[0]), int(block[1])
    span, before = window_span(kernel.shape[:2], dilation), (int(pads[0, 0]), int(pads[1, 0]))
    around = _pads_between(source.size, map_size(last.outputs[0]), span, before)
    if not _add_convolution(graph, last, op.inputs[0], kernel, inner, (dilation, around)):
        return False
    graph.consumed |= {inner, last}
    return True


def _pads_between(size: Pair, output_size: Pair, span: Pair, before: Pair) -> Pads:
    """Return the padding that gives the output size with windows of stride 1."""
    rows, columns = (
        (ahead, made - 1 + length - n - ahead)
        for n, made, length, ahead in zip(size, output_size, span, before, strict=True)
    )
    return rows, columns


def _add_convolution(  # noqa: PLR0913, PLR0917 - what is read, of what, and how
    graph: GraphBuilder,
    op: Any,
    tensor: Any,
    kernel: Any,
    inner: Any,
    dilated: tuple[Pair, Pads] | None = None,
) -> bool:
    """Add a convolution that ends with `op`; `inner` has its attributes."""
    source = graph.map_of(tensor)
    if source is None or not _is_kernel(graph, kernel) or not is_channels_last(inner):
        return False
    rows, columns, fan_in, fan_out = kernel.shape
    stride = pair_attribute(inner, "strides")
    dilation = dilated[0] if dilated else pair_attribute(inner, "dilations")
    span = window_span((rows, columns), dilation)
    pads = dilated[1] if dilated else read_pads(inner, source.size, span, stride)
    depthwise, groups = inner.type != "Conv2D", 1
    if not depthwise and fan_in != source.channels:
        groups = source.channels // fan_in
    if groups > 1 and fan_in == 1:
        depthwise, groups = True, 1
        fan_in, fan_out = source.channels, fan_out // source.channels
    channels = fan_in * fan_out if depthwise else fan_out
    source, pads = absorb_padding(graph, source, pads)
    kind: Kind = "depthwise" if depthwise else "convolution"
    return graph.add_local(
        op,
        source,
        Window(span, stride, (pads[0][0], pads[1][0])),
        kind,
        Convolve(
            kernel=graph.parameter(kernel),
            shape=(rows, columns, fan_in, fan_out),
            stride=stride,
            pads=pads,
            dilation=dilation,
            groups=groups,
            depthwise=depthwise,
        ),
        size=map_size(op.outputs[0]),
        channels=channels,
        work=rows * columns * channels * (1 if depthwise else fan_in),
    )


def _is_kernel(graph: GraphBuilder, tensor: Any) -> bool:
    if graph.depends(tensor) or tensor.dtype != graph.tf.float32:
        return False
    return tensor.shape.rank == 4 and None not in tuple(tensor.shape)


def read_pads(op: Any, size: Pair, window: Pair, stride: Pair) -> Pads:
    """Read an operation's padding."""
    padding = op.get_attr("padding")
    if padding == b"VALID":
        return NO_PADS
    if padding == b"EXPLICIT":
        sides = op.get_attr("explicit_paddings")
        return (sides[2], sides[3]), (sides[4], sides[5])
    rows, columns = (
        same_pads(n, length, step) for n, length, step in zip(size, window, stride, strict=True)
    )
    return rows, columns


def absorb_padding(
    graph: GraphBuilder, source: NodeBuilder, pads: Pads
) -> tuple[NodeBuilder, Pads]:
    """Absorb preceding padding that nothing else uses, to save a copy."""
    step = source.step
    padding = isinstance(step, Move) and step == Move(step.pads) and any(map(any, step.pads))
    if not padding or any(map(any, pads)) or not graph.used_once(source.output):
        return source, pads
    ahead = graph.map_of(source.inputs[0])
    return (source, pads) if ahead is None else (ahead, step.pads)


def read_dense(graph: GraphBuilder, op: Any) -> bool:
    """Read a dense layer on positions along one axis."""
    rows, kernel = op.inputs
    source = graph.map_of(rows, flat=True, unread=False)
    transposed = op.get_attr("transpose_a") or op.get_attr("transpose_b")
    if source is None or rows.shape.rank != 2 or graph.depends(kernel) or transposed:
        return False
    if None in tuple(kernel.shape):
        return False
    fan_in, fan_out = kernel.shape
    step = Convolve(
        kernel=graph.parameter(kernel),
        shape=(1, 1, fan_in, fan_out),
        stride=(1, 1),
        pads=NO_PADS,
        dilation=(1, 1),
    )
    work = fan_in * fan_out
    return graph.add_local(op, source, POINT, "convolution", step, channels=fan_out, work=work)
