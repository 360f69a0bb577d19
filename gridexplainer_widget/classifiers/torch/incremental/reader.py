"""Read an exported PyTorch program into nodes with windows."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.core.errors import UnsupportedGraph
from gridexplainer_widget.incremental.builder import NodeBuilder, assemble
from gridexplainer_widget.incremental.graph import Graph

from .builder import GraphBuilder
from .export import ExportedModule, Operation
from .operations import (
    ALIASES,
    BINARY,
    DROPOUTS,
    REDUCTIONS,
    SPLITS,
    UNARY,
    Arguments,
    arguments_of,
    name_of,
)
from .read_convolutions import read_convolution, read_dense
from .read_moves import (
    read_identity,
    read_padding,
    read_slice,
    read_split,
    read_split_part,
    read_transpose,
    read_upsampling,
)
from .read_pointwise import (
    read_batch_normalisation,
    read_channel_reduction,
    read_concatenation,
    read_elementwise,
    read_layer_normalisation,
)
from .read_pooling import read_adaptive_pooling, read_max_pooling, read_mean_pooling
from .replay import Replay

SAME_NUMBERS = ALIASES | {"flatten", "reshape", "squeeze", "unsqueeze", "view"}
"""Operations that return the numbers that they are given."""

READERS: Mapping[str, Callable[[GraphBuilder, Operation, Arguments], bool]] = {
    "_native_batch_norm_legit_no_training": read_batch_normalisation,
    "adaptive_avg_pool2d": read_adaptive_pooling,
    "avg_pool2d": read_mean_pooling,
    "batch_norm": read_batch_normalisation,
    "cat": read_concatenation,
    "constant_pad_nd": read_padding,
    "conv2d": read_convolution,
    "convolution": read_convolution,
    "layer_norm": read_layer_normalisation,
    "linear": read_dense,
    "max_pool2d": read_max_pooling,
    "pad": read_padding,
    "permute": read_transpose,
    "slice": read_slice,
    "upsample_nearest2d": read_upsampling,
    **dict.fromkeys(ALIASES, read_identity),
    **dict.fromkeys(REDUCTIONS, read_channel_reduction),
    **dict.fromkeys(SPLITS, read_split),
    **dict.fromkeys(UNARY | BINARY, read_elementwise),
    **{f"{name}_": read_elementwise for name in UNARY | BINARY},  # in place
}
"""Readers by operation name; each returns whether it succeeded.

Other operations look at whole maps.
"""


@dataclass(frozen=True)
class GraphReading:
    """A graph that was read, and its parameters; see :class:`GraphBuilder`.

    `final` is "softmax" or "sigmoid" where that comes last; its input is then the second result.
    """

    graph: Graph
    parameters: Mapping[Operation, Replay | None]
    final: str = ""


def read_graph(torch: Any, exported: ExportedModule) -> GraphReading:
    """Read an exported module."""
    graph = GraphBuilder(torch, exported)
    unread: dict[Operation, Replay] = {}
    for operation in exported.operations:
        if operation.op == "placeholder" or operation in graph.sizes:
            continue
        if operation.op != "call_function":
            raise UnsupportedGraph(f"it has a {operation.op}, which cannot be read")
        if operation.meta.get("val") is None:  # a shape check, true for this size
            continue
        _read_operation(graph, operation, unread)
        graph.writes.record(operation)
    result = graph.writes.latest(exported.result)
    if not graph.is_tensor(result) or graph.fake_tensor(result).ndim not in {1, 2}:
        raise UnsupportedGraph("it returns no vector for each picture")
    order = {operation: index for index, operation in enumerate(exported.operations)}

    def position(node: NodeBuilder) -> int:
        return order[node.output]

    logits, final = _logits(graph, result)
    results = [result] if logits is None else [result, logits]
    nodes = assemble(results, _NodeLookup(graph, unread).node_of, position)
    return GraphReading(nodes, graph.parameters, final)


def _logits(graph: GraphBuilder, result: Operation) -> tuple[Operation | None, str]:
    """Return the input of a last softmax or sigmoid, and which it is."""
    operation = result
    while name_of(operation) in SAME_NUMBERS:
        operation = graph.writes.latest(operation.args[0])
    final = {"softmax": "softmax", "_softmax": "softmax", "sigmoid": "sigmoid"}.get(
        name_of(operation), ""
    )
    logits = graph.writes.latest(operation.args[0]) if final else None
    if logits is None or not graph.is_tensor(logits) or not graph.depends(logits):
        return None, ""
    return logits, final


def _read_operation(
    graph: GraphBuilder, operation: Operation, unread: dict[Operation, Replay]
) -> None:
    if graph.read_map(operation) is not None:  # read with a preceding operation
        return
    name = name_of(operation)
    arguments = arguments_of(operation) if name else {}
    arguments = graph.torch.fx.node.map_arg(arguments, graph.writes.latest)
    if name.rstrip("_") in DROPOUTS and arguments.get("train") is False:
        graph.pass_through(operation, graph.writes.latest(operation.args[0]))
        return
    call = graph.writes.functional_target(operation)
    if not graph.depends(operation):
        graph.parameters[operation] = graph.replay(operation, call)
    elif not _read_map(graph, operation, name, arguments):
        unread[operation] = graph.replay(operation, call)


def _read_map(graph: GraphBuilder, operation: Operation, name: str, arguments: Arguments) -> bool:
    if operation.target is operator.getitem:
        return read_split_part(graph, operation)
    reader = READERS.get(name)
    return reader is not None and reader(graph, operation, arguments)


class _NodeLookup:
    """Nodes that were read, and one per unread operation."""

    def __init__(self, graph: GraphBuilder, unread: Mapping[Operation, Replay]) -> None:
        self.graph, self._unread = graph, unread
        self._nodes: dict[Operation, NodeBuilder] = {}

    def node_of(self, tensor: Operation) -> NodeBuilder:
        node = self.graph.read_map(tensor)
        if node is not None:
            return node
        holder = self.graph.holder(tensor)
        if holder not in self._unread:
            raise UnsupportedGraph(f"it has a {holder.target}, which cannot be read")
        if holder not in self._nodes:
            self._nodes[holder] = self._replay(holder)
        return self._nodes[holder]

    def _replay(self, operation: Operation) -> NodeBuilder:
        graph, step = self.graph, self._unread[operation]
        # The picture carries the batch size.
        inputs = [source for source, _ in step.maps] or [graph.exported.picture]
        windows = [None] * len(inputs)
        is_map = graph.map_of(operation) is not None
        size, channels = graph.map_shape(operation) if is_map else ((1, 1), 1)
        return NodeBuilder(
            operation.name, operation, inputs, [*windows], size, channels, "other", step
        )
