"""Which nodes are calculated on patches, and which on whole maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeVar

from .boxes import Boxes, changed, equal
from .gathers import PER_GATHER, Gather, gather, paste
from .nodes import POINT, Node, Nodes, Pair, Window

T = TypeVar("T")

Link: TypeAlias = tuple[int, int]
"""A node, and which of its inputs."""


@dataclass(frozen=True)
class Patching:
    """A network of which some nodes are calculated on patches and the others on whole maps.

    Parameters
    ----------
    nodes : Nodes
    patched : frozenset of int
        Nodes of which a patch is calculated; all that lead to them from the picture are as
        well. Empty where the network is run in full.
    """

    nodes: Nodes
    patched: frozenset[int]

    @cached_property
    def gathered(self) -> tuple[Link, ...]:
        """Inputs of patched nodes whose windows are put together of patches and whole maps."""
        alike = Alike(self.nodes)
        return tuple(
            (index, place)
            for index in sorted(self.patched)
            for place in range(len(self.nodes[index].inputs))
            if not alike.same(index, place)
        )

    @cached_property
    def cut(self) -> tuple[int, ...]:
        """Nodes of which whole maps are made for what is not patched; the picture if nothing is."""
        if not self.patched:
            return (0,)
        after = [n for i, n in enumerate(self.nodes.nodes) if i not in self.patched]
        used = {taken for node in after for taken in node.inputs} | set(self.nodes.results)
        return tuple(sorted(used & self.patched))

    @cached_property
    def kept(self) -> tuple[int, ...]:
        """Nodes whose whole maps, with nothing hidden, patches are put into."""
        links = {self.nodes[index].inputs[place] for index, place in self.gathered}
        return tuple(sorted(links | set(self.cut)))

    def boxes(self, hidden: Boxes) -> dict[int, Boxes]:
        """Return which patch is calculated of each patched node, all of one size.

        Parameters
        ----------
        hidden : Boxes
            What changes in the picture.
        """
        found = {0: equal(hidden, self.nodes[0].size)}
        for index in sorted(self.patched - {0}):
            node = self.nodes[index]
            boxes = changed(node, [found.get(taken) for taken in node.inputs])
            if boxes is not None:
                found[index] = equal(boxes, node.size)
        return found

    def gathers(self, boxes: Mapping[int, Boxes]) -> list[Gather]:
        """Find out where the windows of `gathered` come from, then the whole maps of `cut`."""
        windows = [
            gather(
                boxes[index], window, boxes.get(taken), self.nodes[taken], self.nodes[index].size
            )
            for index, place in self.gathered
            for taken, window in [self.looks(index, place)]
        ]
        return windows + [paste(boxes[index], self.nodes[index]) for index in self.cut]

    def dealt_out(
        self, lists: Sequence[T]
    ) -> tuple[dict[Link, Sequence[T]], dict[int, Sequence[T]]]:
        """Deal packed lists out again, `PER_GATHER` each: to the links of `gathered`, to `cut`."""
        parts = [lists[first : first + PER_GATHER] for first in range(0, len(lists), PER_GATHER)]
        windows = dict(zip(self.gathered, parts, strict=False))
        return windows, dict(zip(self.cut, parts[len(windows) :], strict=True))

    def looks(self, index: int, place: int) -> tuple[int, Window]:
        """Return which map a patched node looks at, and how."""
        node = self.nodes[index]
        window = node.windows[place]
        if window is None:
            raise ValueError(f"{node.name} looks at all of a map and cannot be patched.")
        return node.inputs[place], window


class Alike:
    """Tells which maps have the same patch whatever is hidden, from how they came about.

    Each map gets a number for the way from the picture to it. Positions that see only
    themselves change nothing; of several such inputs the largest patch counts, if it is
    certain which it is.
    """

    def __init__(self, nodes: Nodes) -> None:
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


def reachable(nodes: Nodes) -> frozenset[int]:
    """Nodes that can be patched: local ones that only local ones lead to."""
    found, fixed = {0}, set[int]()
    for index, node in enumerate(nodes.nodes[1:], 1):
        known = all(taken in found or taken in fixed for taken in node.inputs)
        if not node.inputs:
            fixed.add(index)
        elif known and node.kind != "other" and None not in node.windows:
            found.add(index)
    return frozenset(found)
