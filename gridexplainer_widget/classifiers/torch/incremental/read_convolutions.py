"""Read convolutions, and dense layers at each position."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.incremental.builder import NodeBuilder
from gridexplainer_widget.incremental.channel_affine import Change
from gridexplainer_widget.incremental.graph import Kind
from gridexplainer_widget.incremental.window import NO_PADS, POINT, Pads, Pair, Window, window_span

from .builder import GraphBuilder
from .export import Operation
from .operations import Arguments, to_pair
from .steps import Convolve, Move


def read_convolution(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read a convolution, depthwise or not."""
    tensor, kernel = arguments["input"], arguments["weight"]
    source = graph.map_of(tensor)
    if source is None or tensor in graph.channels_last or arguments.get("transposed"):
        return False
    if not _are_parameters(graph, arguments):
        return False
    stride, dilation = to_pair(arguments["stride"]), to_pair(arguments["dilation"])
    shape = tuple(map(int, graph.fake_tensor(kernel).shape))
    span = window_span((shape[2], shape[3]), dilation)
    source, pads = absorb_padding(graph, tensor, source, read_pads(arguments["padding"], span))
    groups = int(arguments["groups"])
    kind: Kind = "depthwise" if groups == source.channels > 1 else "convolution"
    return graph.add_node(
        operation,
        [source.output],
        [Window(span, stride, (pads[0][0], pads[1][0]))],
        kind,
        Convolve(kernel, shape, stride, pads, dilation, groups, _bias(arguments)),
        channels_last=False,
        work=shape[0] * shape[1] * shape[2] * shape[3],
    )


def read_dense(graph: GraphBuilder, operation: Operation, arguments: Arguments) -> bool:
    """Read a dense layer at each position."""
    tensor, kernel = arguments["input"], arguments["weight"]
    if graph.map_of(tensor) is None or tensor not in graph.channels_last:
        return False
    if not _are_parameters(graph, arguments):
        return False
    shape = (*map(int, graph.fake_tensor(kernel).shape), 1, 1)
    step = Convolve(kernel, shape, (1, 1), NO_PADS, (1, 1), 1, _bias(arguments))
    work = shape[0] * shape[1]
    return graph.add_local(operation, tensor, POINT, "convolution", step, work=work)


def _are_parameters(graph: GraphBuilder, arguments: Arguments) -> bool:
    kernel, bias = arguments["weight"], arguments["bias"]
    return graph.is_parameter(kernel) and (bias is None or graph.is_parameter(bias))


def _bias(arguments: Arguments) -> tuple[Change, ...]:
    bias = arguments["bias"]
    return () if bias is None else (("add", (bias,), 0.0),)


def read_pads(padding: Any, span: Pair) -> Pads:
    """Read an operation's padding."""
    if padding == "valid":
        return NO_PADS
    if padding == "same":
        rows, columns = (((n - 1) // 2, n - 1 - (n - 1) // 2) for n in span)
        return rows, columns
    down, across = to_pair(padding)
    return (down, down), (across, across)


def absorb_padding(
    graph: GraphBuilder, tensor: Operation, source: NodeBuilder, pads: Pads
) -> tuple[NodeBuilder, Pads]:
    """Absorb preceding padding that nothing else uses, to save a copy."""
    step = source.step
    only_pads = isinstance(step, Move) and step == Move(step.pads) and min(map(min, step.pads)) >= 0
    if not only_pads or any(map(any, pads)) or not graph.used_once(tensor):
        return source, pads
    ahead = graph.map_of(source.inputs[0])
    return (source, pads) if ahead is None else (ahead, step.pads)
