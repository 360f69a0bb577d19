"""Graphs that are being read, by hand."""

from typing import Any

import numpy as np
import pytest

from gridexplainer_widget.core.errors import UnsupportedGraph
from gridexplainer_widget.incremental.builder import (
    NodeBuilder,
    assemble,
    mean_correction,
)
from gridexplainer_widget.incremental.graph import Graph, Kind
from gridexplainer_widget.incremental.window import POINT, Window


def node(name: str, kind: Kind, *inputs: Any) -> NodeBuilder:
    return NodeBuilder(name, name, list(inputs), [POINT] * len(inputs), (2, 3), 4, kind, None, 5.0)


def assembled(nodes: list[NodeBuilder], *results: str) -> Graph:
    by_name = {one.name: one for one in nodes}
    return assemble(results, by_name.__getitem__, nodes.index)


def test_what_leads_to_the_results_is_sorted_and_the_rest_left_out() -> None:
    constant = node("constant", "constant")
    graph = assembled(
        [
            node("picture", "input"),
            node("first", "convolution", "picture"),
            node("unused", "pool", "picture"),
            node("second", "pointwise", "first", constant),
            node("third", "pointwise", "second", "first"),
        ],
        "third",
        "first",
    )
    names = [one.name for one in graph.nodes]
    assert names == ["picture", "first", "constant", "second", "third"]
    assert [one.inputs for one in graph.nodes] == [(), (0,), (), (1, 2), (3, 1)]
    assert graph.results == (4, 1)
    assert (graph[1].size, graph[1].channels, graph[1].kind) == ((2, 3), 4, "convolution")
    assert (graph[1].windows, graph[1].work) == ((POINT,), 5.0)


def test_results_that_do_not_depend_on_the_picture_are_refused() -> None:
    with pytest.raises(UnsupportedGraph, match="does not depend on the picture"):
        assembled([node("picture", "input"), node("other", "other")], "other")


def test_by_how_much_padded_means_are_too_small() -> None:
    window = Window((3, 2), (2, 2), (1, 0))
    # rows -1 to 1 and 1 to 3 of four; columns 0 and 1, then column 2 and one behind the last
    rows, columns = mean_correction(window, (4, 3), (2, 2))
    np.testing.assert_allclose(rows, [3 / 2, 1])
    np.testing.assert_allclose(columns, [1, 2])
    rows, columns = mean_correction(window, (4, 3), (2, 2), counted=(1, 1))
    np.testing.assert_allclose(rows, [1, 1])
    np.testing.assert_allclose(columns, [1, 1])
