"""Read convolutions, and products over channels at each position."""

from __future__ import annotations

from gridexplainer_widget.classifiers.onnx.source import Operation
from gridexplainer_widget.incremental.graph import Kind
from gridexplainer_widget.incremental.window import NO_PADS, Pads, Window, window_span

from .builder import GraphBuilder
from .operations import exceeds, padding_of, pair
from .steps import Convolve, Replay


def read_convolution(graph: GraphBuilder, operation: Operation) -> bool:
    """Read a convolution, depthwise or not."""
    tensor, *constants = operation.inputs
    source = graph.map_of(tensor)
    arrays = [graph.constant(name) for name in constants if name]
    kernel, bias = (*arrays, None)[:2]
    unknown = any(array is None for array in arrays)
    if source is None or tensor in graph.channels_last or unknown or kernel is None:
        return False
    shape = tuple(map(int, kernel.shape))
    stride, dilation = pair(operation, "strides"), pair(operation, "dilations")
    span = window_span((shape[2], shape[3]), dilation)
    pads = padding_of(operation, span, source.size)
    if exceeds(span, pads, source.size):
        return False
    tensor, pads = absorb_padding(graph, tensor, pads)
    groups = int(operation.attributes.get("group", 1))
    kind: Kind = "depthwise" if groups == source.channels > 1 else "convolution"
    return graph.add_node(
        operation.outputs[0],
        [tensor],
        [Window(span, stride, (pads[0][0], pads[1][0]))],
        kind,
        Convolve(kernel, shape, stride, pads, dilation, groups, bias=bias),
        work=float(kernel.size),
    )


def read_product(graph: GraphBuilder, operation: Operation) -> bool:
    """Read a product of each position's channels, the last axis, with a matrix."""
    tensor, weight = operation.inputs
    kernel = graph.constant(weight)
    if graph.map_of(tensor) is None or tensor not in graph.channels_last:
        return False
    if kernel is None or kernel.ndim != 2:
        return False
    work = float(kernel.size)
    return graph.add_pointwise(operation, channels_last=True, kind="convolution", work=work)


def absorb_padding(graph: GraphBuilder, tensor: str, pads: Pads) -> tuple[str, Pads]:
    """Absorb preceding padding, which saves a copy."""
    source = graph.read_map(tensor)
    step = None if source is None else source.step
    if source is None or not isinstance(step, Replay) or step.padding is None or pads != NO_PADS:
        return tensor, pads
    return str(source.inputs[0]), step.padding
