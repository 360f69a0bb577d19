"""Which maps have the same patch whatever is hidden, so that nothing has to be gathered."""

from __future__ import annotations

from .graph import POINT, Graph, Node, Pair, Window


class SamePatch:
    """Tells which maps have the same patch whatever is hidden, from how they came about.

    Each map gets a number for the way from the picture to it. Positions that see only
    themselves change nothing; of several such inputs the largest patch counts, if it is
    certain which it is.
    """

    def __init__(self, nodes: Graph) -> None:
        self.nodes = nodes
        self.way: dict[int, int] = {}  # of nodes that depend on the picture
        self._numbers: dict[object, int] = {}
        self._within: dict[int, frozenset[int]] = {}  # ways whose patch is always within
        for index, node in enumerate(nodes.nodes):
            if node.kind == "input":
                self.way[index] = self._number("picture", frozenset())
            elif any(taken in self.way for taken in node.inputs):
                self.way[index] = self._number_of(node)

    def same(self, index: int, place: int) -> bool:
        """Whether an input's patch is where the node's own is, so that nothing is gathered."""
        node = self.nodes[index]
        taken = node.inputs[place]
        return node.windows[place] == POINT and self.way.get(taken) == self.way[index]

    def _number_of(self, node: Node) -> int:
        parts = [
            (self.way[taken], window, self.nodes[taken].size)
            for taken, window in zip(node.inputs, node.windows, strict=True)
            if taken in self.way
        ]
        ways = {way for way, _, _ in parts}
        # A map that is cropped at its end looks at the same positions, and has fewer.
        if all(window == POINT and size == node.size for _, window, size in parts):
            largest = [way for way in ways if ways <= self._within[way] | {way}]
            if largest:
                return largest[0]
        within: frozenset[int] = frozenset()
        for way, window, size in parts:
            if covers(window, size, node.size):
                within |= self._within[way] | {way}
        return self._number((frozenset(parts), node.size), within)

    def _number(self, key: object, within: frozenset[int]) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        self._within[number] = within
        return number


def covers(window: Window | None, size: Pair, made: Pair) -> bool:
    """Whether whatever changes in a map changes at the same place in what is made of it."""
    return (
        window is not None
        and window.stride == window.repeat == (1, 1)
        and size == made
        and all(
            0 <= before < length for before, length in zip(window.before, window.size, strict=True)
        )
    )
