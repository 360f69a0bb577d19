"""Which nodes are calculated on patches, and which on whole maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from .boxes import Boxes, changed, equal
from .gathers import PER_GATHER, Gather, gather, paste
from .graph import Graph, Link, Window
from .same_patch import SamePatch

T = TypeVar("T")


@dataclass(frozen=True)
class PatchPlan:
    """A network of which some nodes are calculated on patches and the others on whole maps.

    Parameters
    ----------
    nodes : Graph
    patched : frozenset of int
        Nodes of which a patch is calculated; all that lead to them from the picture are as
        well. Empty where the network is run in full.
    """

    nodes: Graph
    patched: frozenset[int]

    @cached_property
    def gathered(self) -> tuple[Link, ...]:
        """Inputs of patched nodes whose windows are put together of patches and whole maps."""
        alike = SamePatch(self.nodes)
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
            for taken, window in [self.input_window(index, place)]
        ]
        return windows + [paste(boxes[index], self.nodes[index]) for index in self.cut]

    def dealt_out(
        self, lists: Sequence[T]
    ) -> tuple[dict[Link, Sequence[T]], dict[int, Sequence[T]]]:
        """Deal packed lists out again, `PER_GATHER` each: to the links of `gathered`, to `cut`."""
        parts = [lists[first : first + PER_GATHER] for first in range(0, len(lists), PER_GATHER)]
        windows = dict(zip(self.gathered, parts, strict=False))
        return windows, dict(zip(self.cut, parts[len(windows) :], strict=True))

    def input_window(self, index: int, place: int) -> tuple[int, Window]:
        """Return which map a patched node looks at, and how."""
        node = self.nodes[index]
        window = node.windows[place]
        if window is None:
            raise ValueError(f"{node.name} looks at all of a map and cannot be patched.")
        return node.inputs[place], window


def reachable(nodes: Graph) -> frozenset[int]:
    """Nodes that can be patched: local ones that only local ones lead to."""
    found, fixed = {0}, set[int]()
    for index, node in enumerate(nodes.nodes[1:], 1):
        known = all(taken in found or taken in fixed for taken in node.inputs)
        if not node.inputs:
            fixed.add(index)
        elif known and node.kind != "other" and None not in node.windows:
            found.add(index)
    return frozenset(found)
