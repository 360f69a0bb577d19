"""Which nodes are calculated on patches, and which on whole maps."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from .boxes import Boxes, changed, same_size
from .gathers import LISTS_PER_GATHER, Gather, gather, paste, takes_all
from .graph import Graph, Link
from .same_patch import SamePatch
from .window import Window

T = TypeVar("T")


@dataclass(frozen=True)
class PatchPlan:
    """Which nodes are calculated on patches; the others are calculated on whole maps.

    All nodes between the picture and a `patched` one are patched. With none patched, the network
    runs in full.
    """

    graph: Graph
    patched: frozenset[int]

    @property
    def key(self) -> Hashable:
        """What tells it apart from other plans of its graph."""
        return self.patched

    @cached_property
    def gathered(self) -> tuple[Link, ...]:
        """Inputs of patched nodes whose windows are filled from patches and whole maps."""
        same_patch = SamePatch(self.graph)
        return tuple(
            (index, place)
            for index in sorted(self.patched)
            for place in range(len(self.graph[index].inputs))
            if not same_patch(index, place)
        )

    @cached_property
    def cut(self) -> tuple[int, ...]:
        """Patched nodes whose whole maps others need; the picture if nothing is patched."""
        if not self.patched:
            return (0,)
        after = [node for i, node in enumerate(self.graph.nodes) if i not in self.patched]
        used = {source for node in after for source in node.inputs} | set(self.graph.results)
        return tuple(sorted(used & self.patched))

    @cached_property
    def kept(self) -> tuple[int, ...]:
        """Nodes whose whole maps, with nothing hidden, are copied around patches."""
        sources = {self.graph[index].inputs[place] for index, place in self.gathered}
        return tuple(sorted(sources | set(self.cut)))

    def boxes(self, hidden: Boxes) -> dict[int, Boxes]:
        """Return the patches of each patched node, all of one size."""
        found = {0: same_size(hidden, self.graph[0].size)}
        for index in sorted(self.patched - {0}):
            node = self.graph[index]
            boxes = changed(node, [found.get(source) for source in node.inputs])
            if boxes is not None:
                found[index] = same_size(boxes, node.size)
        return found

    def gathers(self, boxes: Mapping[int, Boxes]) -> list[Gather]:
        """Return the gathers of `gathered`, then those that paste patches into `cut`."""
        windows = [
            gather(
                boxes[index],
                window,
                boxes.get(source),
                self.graph[source],
                whole_patch=self.takes_all((index, place)),
            )
            for index, place in self.gathered
            for source, window in [self.input_window(index, place)]
        ]
        return windows + [paste(boxes[index], self.graph[index]) for index in self.cut]

    def takes_all(self, link: Link) -> bool:
        """Tell whether a node's windows contain its input's patch whole, wherever it is."""
        source, window = self.input_window(*link)
        return takes_all(window, self.graph[source].size, self.graph[link[0]].size)

    def unpacked(
        self, lists: Sequence[T]
    ) -> tuple[dict[Link, Sequence[T]], dict[int, Sequence[T]]]:
        """Return the lists of `gathers` by link, and by node of `cut`."""
        parts = [
            lists[first : first + LISTS_PER_GATHER]
            for first in range(0, len(lists), LISTS_PER_GATHER)
        ]
        windows = dict(zip(self.gathered, parts, strict=False))
        return windows, dict(zip(self.cut, parts[len(windows) :], strict=True))

    def input_window(self, index: int, place: int) -> tuple[int, Window]:
        """Return which node a patched node reads, and its window."""
        node = self.graph[index]
        window = node.windows[place]
        if window is None:
            raise ValueError(
                f"{node.name} needs all of a map and cannot be patched: see `reachable`."
            )
        return node.inputs[place], window


def reachable(graph: Graph) -> frozenset[int]:
    """Return the nodes that can be patched: local operations, like all before them."""
    found, fixed = {0}, set[int]()
    for index, node in enumerate(graph.nodes[1:], 1):
        known = all(source in found or source in fixed for source in node.inputs)
        if not node.inputs:
            fixed.add(index)
        elif known and node.kind != "other" and None not in node.windows:
            found.add(index)
    return frozenset(found)
