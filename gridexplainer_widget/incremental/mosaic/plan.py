"""Which nodes are calculated on tiles."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.incremental.boxes import Boxes, enclosing, same_size
from gridexplainer_widget.incremental.gathers import Gather, gather
from gridexplainer_widget.incremental.graph import Link
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.same_patch import SamePatch
from gridexplainer_widget.incremental.window import POINT, Pair, Window

from .tiles import Tiles


@dataclass(frozen=True)
class TilePlan(PatchPlan):
    """A plan whose patches hold all that the tiles of the cut depend on.

    So what lies around a patch never matters, and patches of one state serve all sets of cells.
    """

    tiles: Tiles

    @property
    def key(self) -> Hashable:
        """See :class:`PatchPlan`."""
        return ("tiles", self.patched, self.tiles.rows.tobytes(), self.tiles.columns.tobytes())

    @cached_property
    def patches(self) -> dict[int, Boxes]:
        """The patches of each patched node, by tile; of each node, all have one size."""
        return self._needed(same_size)

    @cached_property
    def seen(self) -> NDArray[np.intp] | None:
        """Which cells each tile depends on: see :meth:`Tiles.seen`."""
        return self.tiles.seen(self._needed(not_empty)[0])

    @property
    def states(self) -> int:
        """Number of states of all tiles; 0 where some see too many cells."""
        return 0 if self.seen is None else int((2 ** (self.seen >= 0).sum(axis=1)).sum())

    def _needed(self, fitted: Callable[[Boxes, Pair], Boxes]) -> dict[int, Boxes]:
        """Go back from the tiles of the cut to what they depend on, in each patched node."""
        graph, same_patch = self.graph, SamePatch(self.graph)
        paths = {index: same_patch.path(index) for index in self.patched}
        needed: dict[int, list[Boxes]] = {}
        for index in self.cut:
            tiles = self.tiles.boxes(graph[index].size)
            needed.setdefault(paths[index], []).append(tiles)
        found: dict[int, Boxes] = {}
        for index in sorted(self.patched, key=lambda index: (paths[index], index), reverse=True):
            path, node = paths[index], graph[index]
            if path not in found:  # nodes of one path have one patch
                found[path] = fitted(enclosing(needed[path]), node.size)
            for source, window in zip(node.inputs, node.windows, strict=True):
                if source in self.patched and paths[source] != path and window is not None:
                    read = looked_at(found[path], window, graph[source].size)
                    needed.setdefault(paths[source], []).append(read)
        return {index: found[paths[index]] for index in self.patched}

    def takes_all(self, link: Link) -> bool:  # noqa: ARG002 - of no link
        """See :class:`PatchPlan`; a patch may hold what another node needs."""
        return False

    def gathers(self, boxes: Mapping[int, Boxes]) -> list[Gather]:
        """See :class:`PatchPlan`; patches of the cut are left as they are."""
        windows = super().gathers(boxes)[: len(self.gathered)]
        whole = [
            gather(boxes[index], POINT, boxes[index], self.graph[index], whole_patch=True)
            for index in self.cut
        ]
        return windows + whole


def not_empty(boxes: Boxes, size: Pair) -> Boxes:
    """Enlarge empty boxes to one position, within a map of `size`."""
    found: Boxes = boxes.copy()
    found[:, :, 0] = np.minimum(boxes[:, :, 0], np.array(size) - 1)
    found[:, :, 1] = np.maximum(boxes[:, :, 1], found[:, :, 0] + 1)
    return found


def looked_at(boxes: Boxes, window: Window, size: Pair) -> Boxes:
    """Return what boxes read through a window of a map of `size`."""
    found = np.empty_like(boxes)
    for axis in (0, 1):
        repeat, stride = window.repeat[axis], window.stride[axis]
        start = boxes[:, axis, 0] * stride - window.before[axis]
        end = (boxes[:, axis, 1] - 1) * stride - window.before[axis] + window.size[axis]
        found[:, axis, 0] = np.clip(start // repeat, 0, size[axis] - 1)
        found[:, axis, 1] = np.clip((end - 1) // repeat, 0, size[axis] - 1) + 1
    return found
