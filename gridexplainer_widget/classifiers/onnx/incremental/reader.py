"""Read an ONNX model into nodes with windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gridexplainer_widget.classifiers.onnx.program import Program
from gridexplainer_widget.classifiers.onnx.source import Operation
from gridexplainer_widget.incremental.builder import NodeBuilder, assemble
from gridexplainer_widget.incremental.graph import Graph

from .builder import GraphBuilder
from .operations import ELEMENTWISE, REDUCTIONS, SAME
from .read_convolutions import read_convolution, read_product
from .read_moves import (
    read_padding,
    read_picked_channels,
    read_reshape,
    read_same,
    read_slice,
    read_transpose,
    read_upsampling,
)
from .read_pointwise import (
    read_batch_normalisation,
    read_concatenation,
    read_elementwise,
    read_over_channels,
    read_reduction,
)
from .read_pooling import read_max_pooling, read_mean_pooling

READERS: Mapping[str, Callable[[GraphBuilder, Operation], bool]] = {
    "AveragePool": read_mean_pooling,
    "BatchNormalization": read_batch_normalisation,
    "Concat": read_concatenation,
    "Conv": read_convolution,
    "Gather": read_picked_channels,
    "LRN": read_over_channels,
    "LayerNormalization": read_over_channels,
    "LogSoftmax": read_over_channels,
    "MatMul": read_product,
    "MaxPool": read_max_pooling,
    "Pad": read_padding,
    "Reshape": read_reshape,
    "Resize": read_upsampling,
    "Slice": read_slice,
    "Softmax": read_over_channels,
    "Split": read_picked_channels,
    "Transpose": read_transpose,
    "Upsample": read_upsampling,
    **dict.fromkeys(ELEMENTWISE, read_elementwise),
    **dict.fromkeys(REDUCTIONS, read_reduction),
    **dict.fromkeys(SAME, read_same),
}
"""Readers by operation; each returns whether it succeeded.

Other operations look at whole maps.
"""


def read_graph(program: Program, *, channels_last: bool) -> Graph:
    """Read a model; `channels_last` tells how it takes pictures."""
    graph = GraphBuilder(program, channels_last=channels_last)
    makers: dict[str, Operation] = {}
    for operation in program.source.operations:
        makers.update(dict.fromkeys(operation.outputs, operation))
        reader = READERS.get(operation.name)
        if program.depends(operation) and reader is not None:
            reader(graph, operation)
    others: dict[str, NodeBuilder] = {}

    def node_of(tensor: str) -> NodeBuilder:
        found = graph.read_map(tensor)
        if found is not None:
            return found
        tensor = graph.holder(tensor)
        if tensor not in others:
            others[tensor] = _other(graph, makers[tensor], tensor)
        return others[tensor]

    def position(node: NodeBuilder) -> int:
        return -1 if node.output == graph.picture else makers[node.output].index

    return assemble([program.source.answer], node_of, position)


def _other(graph: GraphBuilder, operation: Operation, output: str) -> NodeBuilder:
    """Return a node that looks at all of its inputs."""
    step, inputs = graph.replay(operation, operation.outputs.index(output))
    held = [graph.holder(one) if isinstance(one, str) else one for one in inputs]
    held = held or [graph.picture]  # which carries the number of pictures
    size, channels = graph.map_shape(output) if graph.is_map(output) else ((1, 1), 1)
    windows = [None] * len(held)
    return NodeBuilder(output, output, held, [*windows], size, channels, "other", step)
