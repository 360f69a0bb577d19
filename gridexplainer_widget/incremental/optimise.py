"""Rewrites a network so that it is less work, before anything is planned."""

from __future__ import annotations

from collections.abc import Callable

from .graph import Graph
from .reorder import reordered
from .skip_unused import without_unused
from .step import Step
from .window import Pair


def optimised(graph: Graph, skip: Callable[[Pair], Step]) -> tuple[Graph, bool]:
    """Rewrite a network; tell whether it is less work than the model itself, on whole maps.

    Parameters
    ----------
    graph : Graph
        As it was read: convolutions have taken in factors and offsets.
    skip : callable
        A stride → the step of a node that only skips rows and columns.
    """
    found = without_unused(reordered(graph), skip)
    return found, found != graph or _folds_factors(graph)


def _folds_factors(graph: Graph) -> bool:
    """Whether a convolution has taken in more than an offset, which it adds anyway."""
    return any(
        operation != "add"
        for node in graph.nodes
        if node.kind in {"convolution", "depthwise"} and node.step is not None
        for operation, _, _ in node.step.changes
    )
