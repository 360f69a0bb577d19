"""A PyTorch module → a list of nodes: which operations are local, and what they look at."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.core.errors import UnsupportedGraph
from gridexplainer_widget.incremental.graph import Graph, Node, Window

from .builder import GraphBuilder, NodeBuilder
from .export import Exported, Operation
from .operations import (
    ACROSS_CHANNELS,
    ALIASES,
    BINARY,
    SPLITS,
    SWITCHED_OFF,
    UNARY,
    arguments,
    name_of,
)
from .read_pointwise import across, joined, layer, normalisation, on_numbers
from .read_windows import (
    Reader,
    adaptive,
    convolution,
    crop,
    dense,
    largest,
    mean,
    pad,
    part,
    repeat,
    transpose,
)
from .replay import Replay

READERS: Mapping[str, Reader] = {
    "_native_batch_norm_legit_no_training": normalisation,
    "adaptive_avg_pool2d": adaptive,
    "avg_pool2d": mean,
    "batch_norm": normalisation,
    "cat": joined,
    "constant_pad_nd": pad,
    "conv2d": convolution,
    "convolution": convolution,
    "layer_norm": layer,
    "linear": dense,
    "max_pool2d": largest,
    "pad": pad,
    "permute": transpose,
    "slice": crop,
    "upsample_nearest2d": repeat,
    **dict.fromkeys(ACROSS_CHANNELS, across),
}


@dataclass(frozen=True)
class Reading:
    """What was found in a module.

    Parameters
    ----------
    nodes : Graph
    fixed : mapping from torch.fx.Node to Replay or None
        What does not depend on the picture, in order; None of what the module holds.
    """

    nodes: Graph
    fixed: Mapping[Operation, Replay | None]


def read(torch: Any, exported: Exported) -> Reading:
    """Read the operations of a module one after the other.

    Raises
    ------
    UnsupportedGraph
        One of them has effects that cannot be followed.
    """
    drafts = GraphBuilder(torch, exported)
    unread: dict[Operation, Replay] = {}
    for operation in exported.operations:
        if operation.op == "placeholder" or operation in drafts.sizes:
            continue
        if operation.op != "call_function":
            raise UnsupportedGraph(f"it has a part that is not read: {operation.op}")
        if operation.meta.get("val") is None:  # a check of shapes, which holds for all of one size
            continue
        _operation(drafts, operation, unread)
        drafts.writes.wrote(operation)
    result = drafts.writes.now(exported.result)
    if not drafts.is_tensor(result) or drafts.value(result).ndim not in {1, 2}:
        raise UnsupportedGraph("it returns no vector for each picture")
    return Reading(_put_together(drafts, unread, result), drafts.fixed)


def _operation(drafts: GraphBuilder, operation: Operation, unread: dict[Operation, Replay]) -> None:
    if operation in drafts.found:  # it was read with one ahead
        return
    name = name_of(operation)
    given = drafts.torch.fx.node.map_arg(arguments(operation), drafts.writes.now) if name else {}
    if name.rstrip("_") in SWITCHED_OFF and given.get("train") is False:
        drafts.hand_on(operation, drafts.writes.now(operation.args[0]))
        return
    call = drafts.writes.called(operation)
    if not drafts.depends(operation):
        drafts.fixed[operation] = drafts.replay(operation, call)
    elif not _local(drafts, operation, name, given, call):
        unread[operation] = drafts.replay(operation, call)


def _local(
    drafts: GraphBuilder, operation: Operation, name: str, given: Mapping[str, Any], call: Any
) -> bool:
    if operation.target is operator.getitem:
        return drafts.is_local(operation) and part(drafts, operation)
    plain = name.rstrip("_")
    if plain in UNARY or plain in BINARY:
        return on_numbers(drafts, operation, given, call)
    if name in SPLITS and drafts.map(given["self"]) and int(given["dim"]) % 4 == 1:
        if given["self"] not in drafts.last:
            drafts.splits[operation] = given["self"]
        return False
    if name in ALIASES and drafts.is_local(operation):
        return drafts.alias(operation, given["self"])
    reader = READERS.get(name)
    return reader is not None and reader(drafts, operation, given)


def _put_together(
    drafts: GraphBuilder, unread: Mapping[Operation, Replay], result: Operation
) -> Graph:
    """Give numbers to what leads to the result, in order."""
    live: dict[Operation, list[Any]] = {}
    waiting = [drafts.root(result)]
    while waiting:
        root = waiting.pop()
        if root not in live:
            live[root] = _sources(drafts, unread, root)
            waiting += [taken for taken in live[root] if not isinstance(taken, NodeBuilder)]
    if drafts.exported.picture not in live:
        raise UnsupportedGraph("its answer does not depend on the picture")
    nodes: list[Node] = []
    place: dict[Operation, int] = {}
    for root in (operation for operation in drafts.exported.operations if operation in live):
        inputs = []
        for taken in live[root]:
            if isinstance(taken, NodeBuilder):
                nodes.append(_node(taken, ()))
            inputs.append(len(nodes) - 1 if isinstance(taken, NodeBuilder) else place[taken])
        place[root] = len(nodes)
        nodes.append(_node(drafts.found.get(root) or _opaque(drafts, unread, root), tuple(inputs)))
    return Graph(tuple(nodes), (place[drafts.root(result)],))


def _sources(
    drafts: GraphBuilder, unread: Mapping[Operation, Replay], root: Operation
) -> list[Any]:
    """Return what a node is calculated from."""
    draft = drafts.found.get(root)
    if draft is not None:
        return [
            taken if isinstance(taken, NodeBuilder) else drafts.root(taken)
            for taken in draft.inputs
        ]
    if root not in unread:
        raise UnsupportedGraph(f"it has a part that is not read: {root.target}")
    taken = [drafts.root(one) for one, _ in unread[root].taken]
    # What depends on nothing but how many pictures there are, asks the pictures.
    return taken or [drafts.exported.picture]


def _opaque(
    drafts: GraphBuilder, unread: Mapping[Operation, Replay], root: Operation
) -> NodeBuilder:
    windows: list[Window | None] = [None] * len(_sources(drafts, unread, root))
    size, channels = drafts.shape(root) if drafts.map(root) is not None else ((1, 1), 1)
    return NodeBuilder(root, [], windows, size, channels, "other", unread[root])


def _node(draft: NodeBuilder, inputs: tuple[int, ...]) -> Node:
    name = getattr(draft.operation, "name", "shares")
    windows = tuple(draft.windows)
    return Node(
        name, inputs, windows, draft.size, draft.channels, draft.kind, draft.work, draft.step
    )
