"""Finds inputs that need no gathering, since their patch is the node's own."""

from __future__ import annotations

from .graph import Graph, Node
from .window import POINT, Pair, Window


class SamePatch:
    """Test for inputs whose patch is the node's own, whatever is hidden.

    A node's path is a number that stands for all windows between the picture and it; equal paths
    have equal patches. `POINT` windows keep the path. Of several inputs, one whose patch always
    contains the others' decides.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._paths: dict[int, int] = {}  # by node
        self._numbers: dict[object, int] = {}
        self._within: dict[int, frozenset[int]] = {}  # by path: paths whose patches it contains
        for index, node in enumerate(graph.nodes):
            if node.kind == "input":
                self._paths[index] = self._number("picture", frozenset())
            elif any(source in self._paths for source in node.inputs):
                self._paths[index] = self._path_of(node)

    def __call__(self, index: int, place: int) -> bool:
        """Test input `place` of node `index`."""
        node = self._graph[index]
        source = node.inputs[place]
        return node.windows[place] == POINT and self._paths.get(source) == self._paths[index]

    def path(self, index: int) -> int:
        """Return a node's path; no path is smaller than those that lead to it."""
        return self._paths[index]

    def _path_of(self, node: Node) -> int:
        parts = [
            (self._paths[source], window, self._graph[source].size)
            for source, window in zip(node.inputs, node.windows, strict=True)
            if source in self._paths
        ]
        paths = {path for path, _, _ in parts}
        # Sizes differ where the node crops its input at the end.
        if all(window == POINT and size == node.size for _, window, size in parts):
            largest = [path for path in paths if paths <= self._within[path] | {path}]
            if largest:
                return largest[0]
        within: frozenset[int] = frozenset()
        for path, window, size in parts:
            if covers(window, size, node.size):
                within |= self._within[path] | {path}
        return self._number((frozenset(parts), node.size), within)

    def _number(self, key: object, within: frozenset[int]) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        self._within[number] = within
        return number


def covers(window: Window | None, size: Pair, made: Pair) -> bool:
    """Tell whether a change in a map changes at least the same positions of the output."""
    return (
        window is not None
        and window.stride == window.repeat == (1, 1)
        and size == made
        and all(
            0 <= before < length for before, length in zip(window.before, window.size, strict=True)
        )
    )
