"""A graph while it is read from a framework's operations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.errors import UnsupportedGraph

from .graph import Graph, Kind, Node
from .window import Pair, Window

T = TypeVar("T", bound=Hashable)


@dataclass(eq=False)
class NodeBuilder:
    """A node being read; later operations may still be fused into it.

    Parameters
    ----------
    output
        The framework's tensor; the last where operations are fused.
    inputs
        The framework's tensors, or builders of constants.
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
        """Return the node, given its inputs' indices."""
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


class ReadMaps(ABC, Generic[T]):
    """Maps that have been read, by the framework's tensors, in either layout.

    Attributes
    ----------
    channels_last : set of tensors
        Maps (n, height, width, channels); all others are (n, channels, height, width).
    """

    def __init__(self) -> None:
        self.channels_last: set[T] = set()
        self._nodes: dict[T, NodeBuilder] = {}
        self._holder: dict[T, T] = {}  # → the holder of the same map

    @abstractmethod
    def map_of(self, tensor: T) -> NodeBuilder | None:
        """Return a tensor's float32 map, read or not, if it is one."""

    def holder(self, tensor: T) -> T:
        """Return the tensor that holds the same map."""
        return self._holder.get(tensor, tensor)

    def read_map(self, tensor: T) -> NodeBuilder | None:
        """Return the node of a tensor's map, if read."""
        return self._nodes.get(self.holder(tensor))

    def alias(self, output: T, source: T, *, channels_last: bool | None = None) -> bool:
        """Let a tensor stand for another's map; False if that is no map."""
        if self.map_of(source) is None:
            return False
        self._holder[output] = self.holder(source)
        if source in self.channels_last if channels_last is None else channels_last:
            self.channels_last.add(output)
        return True


def assemble(
    results: Sequence[Any],
    node_of: Callable[[Any], NodeBuilder],
    position: Callable[[NodeBuilder], Any],
) -> Graph:
    """Sort the nodes that lead to the results and drop the others.

    Parameters
    ----------
    node_of
        Tensor → its node, the same object each time.
    position
        Node → when it is calculated; the picture comes first.

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
        for builder in (*constants, node):  # a constant comes right before its user
            index[builder] = len(nodes)
            nodes.append(builder.build([index[source] for source in inputs[builder]]))
    if not nodes or nodes[0].kind != "input":
        raise UnsupportedGraph("its answer does not depend on the picture")
    return Graph(tuple(nodes), tuple(index[end] for end in ends))


def mean_correction(
    window: Window, size: Pair, output_size: Pair, counted: Pair = (0, 0)
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return factors that turn means over whole windows into means inside the map.

    The pooled map is multiplied by both: rows (height,) and columns (width,). `counted` rows and
    columns of padding on each side count as inside.
    """
    factors = []
    for axis in (0, 1):
        length = window.size[axis]
        first = np.arange(output_size[axis]) * window.stride[axis] - window.before[axis]
        last = np.minimum(first + length, size[axis] + counted[axis])
        factors.append(length / (last - np.maximum(first, -counted[axis])))
    return factors[0], factors[1]
