"""Read a TensorFlow graph into nodes with windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.core.errors import UnsupportedGraph
from gridexplainer_widget.incremental.builder import NodeBuilder, assemble
from gridexplainer_widget.incremental.graph import Graph

from .builder import GraphBuilder, map_size
from .read_convolutions import (
    read_called_convolution,
    read_convolution,
    read_dense,
    read_dilated_convolution,
)
from .read_moves import read_padding, read_reshape, read_slice, read_transpose, read_upsampling
from .read_pointwise import (
    read_batch_normalisation,
    read_binary,
    read_channel_reduction,
    read_concatenation,
    read_identity,
    read_unary,
)
from .read_pooling import read_pooling
from .replay import rerun_operation
from .steps import Replay

READERS: dict[str, Callable[[GraphBuilder, Any], bool]] = {
    "AvgPool": read_pooling,
    "BiasAdd": read_binary,
    "ConcatV2": read_concatenation,
    "Conv2D": read_convolution,
    "DepthwiseConv2dNative": read_convolution,
    "ExpandDims": read_upsampling,
    "FusedBatchNormV3": read_batch_normalisation,
    "MatMul": read_dense,
    "MaxPool": read_pooling,
    "Pad": read_padding,
    "PadV2": read_padding,
    "PartitionedCall": read_called_convolution,
    "Reshape": read_reshape,
    "SpaceToBatchND": read_dilated_convolution,
    "StatefulPartitionedCall": read_called_convolution,
    "StridedSlice": read_slice,
    "Transpose": read_transpose,
    **dict.fromkeys(
        ["Identity", "IdentityN", "PreventGradient", "Snapshot", "StopGradient"], read_identity
    ),
    **dict.fromkeys(["Max", "Mean", "Min", "Prod", "Sum"], read_channel_reduction),
    **dict.fromkeys(
        [
            "Add",
            "AddV2",
            "DivNoNan",
            "Maximum",
            "Minimum",
            "Mul",
            "Pow",
            "RealDiv",
            "SquaredDifference",
            "Sub",
        ],
        read_binary,
    ),
    **dict.fromkeys(
        [
            "Abs",
            "Ceil",
            "Cos",
            "Elu",
            "Erf",
            "Erfc",
            "Exp",
            "Expm1",
            "Floor",
            "Inv",
            "LeakyRelu",
            "Log",
            "Log1p",
            "Neg",
            "Reciprocal",
            "Relu",
            "Relu6",
            "Rint",
            "Round",
            "Rsqrt",
            "Selu",
            "Sigmoid",
            "Sign",
            "Sin",
            "Softplus",
            "Softsign",
            "Sqrt",
            "Square",
            "Tanh",
        ],
        read_unary,
    ),
}
"""Readers by operation type; each returns whether it succeeded.

Other operations look at whole maps.
"""


@dataclass(frozen=True)
class GraphReading:
    """A graph that was read, and its parameters; see :class:`GraphBuilder`.

    `flat` tells which results are maps with positions along one axis.
    """

    graph: Graph
    parameters: list[Any]
    flat: tuple[bool, ...]


def read_graph(tf: Any, traced: Any) -> GraphReading:
    """Read a traced function of pictures of one size."""
    graph = GraphBuilder(tf, traced)
    unread = []
    for op in graph.operations:
        if op in graph.consumed or not any(map(graph.depends, op.inputs)):
            continue
        reader = READERS.get(op.type)
        if reader is None or not reader(graph, op):
            unread.append(op)
    lookup = _NodeLookup(graph, unread)
    order = {op: index for index, op in enumerate(graph.operations)}
    order[graph.picture.op] = -1  # the picture is the first node

    def position(node: NodeBuilder) -> tuple[int, int]:
        return order[node.output.op], node.output.value_index

    assembled = assemble(graph.results, lookup.node_of, position)
    flat = tuple(
        graph.read_map(result) is not None and result.shape.rank == 2 for result in graph.results
    )
    return GraphReading(assembled, graph.parameters, flat)


class _NodeLookup:
    """Nodes that were read, and one per output of unread operations."""

    def __init__(self, graph: GraphBuilder, unread: list[Any]) -> None:
        self.graph = graph
        self._operations = {output.ref(): op for op in unread for output in op.outputs}
        self._nodes: dict[Any, NodeBuilder] = {}

    def node_of(self, tensor: Any) -> NodeBuilder:
        node = self.graph.read_map(tensor)
        if node is not None:
            return node
        holder = self.graph.holder(tensor)
        if holder not in self._operations:
            raise UnsupportedGraph(f"its result {tensor.name} does not depend on the picture")
        if holder not in self._nodes:
            self._replay(self._operations[holder])
        return self._nodes[holder]

    def _replay(self, op: Any) -> None:
        graph = self.graph
        run = rerun_operation(graph.tf, op)
        sources = [source for source in op.inputs if graph.depends(source)]
        flat = tuple(
            graph.read_map(source) is not None and source.shape.rank == 2 for source in sources
        )
        windows = [None] * len(sources)
        operands = self._operands(op)
        for index, output in enumerate(op.outputs):
            is_map = output.shape.rank == 4 and None not in tuple(output.shape[1:])
            size, channels = (map_size(output), int(output.shape[3])) if is_map else ((1, 1), 1)
            step = Replay(run, operands, flat, index, output.shape)
            self._nodes[output.ref()] = NodeBuilder(
                op.name, output, [*sources], [*windows], size, channels, "other", step
            )

    def _operands(self, op: Any) -> tuple[Any, ...]:
        """Encode maps as 0, 1, … and parameters as -1 - index; keep constants."""
        operands, maps = list[Any](), 0
        for source in op.inputs:
            if self.graph.depends(source):
                operands.append(maps)
                maps += 1
            else:
                value = self.graph.static(source)
                operands.append(-1 - self.graph.parameter(source) if value is None else value)
        return tuple(operands)
