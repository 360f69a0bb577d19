"""Rewrites a network so that it needs less work.

Average pooling and 1×1 convolution are linear, so they commute. Pooling first saves three quarters
of the products where a network halves its maps after a convolution (DenseNet121); pooling last
saves most of the means where the convolution leaves few channels (InceptionV3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from .costs import position_seconds
from .graph import Graph, Node, Rates
from .skip_unused import without_unused
from .step import Step
from .window import POINT, Pair


def optimised(graph: Graph, skip: Callable[[Pair], Step]) -> tuple[Graph, bool]:
    """Rewrite a network; tell whether it is less work than the model, on whole maps.

    Parameters
    ----------
    skip
        Stride → the step of a node that only skips rows and columns.
    """
    found = without_unused(reordered(graph), skip)
    return found, found != graph or _folds_factors(graph)


def _folds_factors(graph: Graph) -> bool:
    """Whether a convolution absorbed more than an offset, which it adds anyway."""
    return any(
        operation != "add"
        for node in graph.nodes
        if node.kind in {"convolution", "depthwise"} and node.step is not None
        for operation, _, _ in node.step.changes
    )


def reordered(graph: Graph) -> Graph:
    """Swap neighbours where that is less work."""
    nodes = list(graph.nodes)
    users = Counter(source for node in nodes for source in node.inputs)  # swaps keep these
    for second, node in enumerate(nodes):
        first = node.inputs[0] if node.inputs else 0
        alone = users[first] == 1 and first not in graph.results
        if alone and _commute(nodes[first], node, first):
            swapped = _swapped(nodes, first, second)
            if _seconds(graph.rates, *swapped) < _seconds(graph.rates, nodes[first], node):
                nodes[first], nodes[second] = swapped
    return replace(graph, nodes=tuple(nodes))


def _commute(one: Node, other: Node, first: int) -> bool:
    """Whether a mean and a product are neighbours and all other inputs come before them."""
    mean_and_product = (_averages(one) and _mixes(other)) or (_averages(other) and _mixes(one))
    return mean_and_product and all(source < first for source in other.inputs[1:])


def _averages(node: Node) -> bool:
    return node.step is not None and node.step.averages


def _mixes(node: Node) -> bool:
    return node.step is not None and node.step.mixes_channels


def _swapped(nodes: list[Node], first: int, second: int) -> tuple[Node, Node]:
    one, other = nodes[first], nodes[second]
    source = nodes[one.inputs[0]]
    if _mixes(one):
        mean = _with_channels(other, source.channels)
        return (
            replace(mean, inputs=(one.inputs[0], *other.inputs[1:])),
            replace(one, inputs=(first,), size=other.size),
        )
    return (
        replace(other, inputs=one.inputs[:1], windows=(POINT,), size=source.size),
        replace(_with_channels(one, other.channels), inputs=(first, *one.inputs[1:])),
    )


def _with_channels(mean: Node, channels: int) -> Node:
    return replace(mean, channels=channels, work=mean.work / mean.channels * channels)


def _seconds(rates: Rates, *nodes: Node) -> float:
    return sum(position_seconds(node, rates) * node.positions for node in nodes)
