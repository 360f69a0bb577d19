"""A graph while it is read from a framework's operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.errors import UnsupportedGraph

from .graph import Graph, Kind, Node, Pair, Window


@dataclass(eq=False)
class NodeBuilder:
    """A node that is being read; a later operation may still join it.

    Parameters
    ----------
    name : str
    output : Any
        The framework's tensor that holds the map: the last one, where several operations
        are one node.
    inputs : list
        The framework's tensors, or builders of constant maps.
    windows : list of Window or None
    size : (height, width)
    channels : int
    kind : Kind
    step : Any
        How the framework calculates it.
    work : float
        Multiply-adds for one output position.
    """

    name: str
    output: Any
    inputs: list[Any]
    windows: list[Window | None]
    size: Pair
    channels: int
    kind: Kind
    step: Any
    work: float = 0.0

    def build(self, inputs: Sequence[int]) -> Node:
        """Return the node, given the indices of its inputs."""
        return Node(
            self.name,
            tuple(inputs),
            tuple(self.windows),
            self.size,
            self.channels,
            self.kind,
            self.work,
            self.step,
        )


def assemble(
    results: Sequence[Any],
    node_of: Callable[[Any], NodeBuilder],
    position: Callable[[NodeBuilder], Any],
) -> Graph:
    """Sort the nodes that lead to the results and leave out all others.

    Parameters
    ----------
    results : sequence
        The framework's tensors.
    node_of : callable
        A tensor → the node that makes it; the same object each time.
    position : callable
        A node → where it stands in the order of calculation; the picture comes first.

    Raises
    ------
    UnsupportedGraph
        No result depends on the picture.
    """
    ends = [node_of(result) for result in results]
    inputs: dict[NodeBuilder, list[NodeBuilder]] = {}
    waiting = list(ends)
    while waiting:
        node = waiting.pop()
        if node not in inputs:
            inputs[node] = [
                source if isinstance(source, NodeBuilder) else node_of(source)
                for source in node.inputs
            ]
            waiting += inputs[node]
    nodes: list[Node] = []
    index: dict[NodeBuilder, int] = {}
    for node in sorted((node for node in inputs if node.kind != "constant"), key=position):
        constants = [source for source in inputs[node] if source.kind == "constant"]
        for builder in (*constants, node):  # a constant stands right ahead of its user
            index[builder] = len(nodes)
            nodes.append(builder.build([index[source] for source in inputs[builder]]))
    if not nodes or nodes[0].kind != "input":
        raise UnsupportedGraph("its answer does not depend on the picture")
    return Graph(tuple(nodes), tuple(index[end] for end in ends))


def mean_correction(
    window: Window, size: Pair, output_size: Pair, counted: Pair = (0, 0)
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by how much the mean over a whole window is too small where it leaves the map.

    Parameters
    ----------
    window : Window
    size, output_size : (height, width)
        Of the map, and of the pooled map.
    counted : (int, int)
        Rows and columns of padding that count as part of the map, on each side.

    Returns
    -------
    rows, columns : float64 arrays (height,) and (width,)
        Factors of the pooled map; they multiply.
    """
    factors = []
    for axis in (0, 1):
        length = window.size[axis]
        first = np.arange(output_size[axis]) * window.stride[axis] - window.before[axis]
        last = np.minimum(first + length, size[axis] + counted[axis])
        factors.append(length / (last - np.maximum(first, -counted[axis])))
    return factors[0], factors[1]
