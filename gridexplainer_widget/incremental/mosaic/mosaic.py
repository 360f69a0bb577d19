"""The tiles of one picture that are known, and maps that are put together of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.incremental.boxes import Boxes
from gridexplainer_widget.incremental.engine import IncrementalEngine
from gridexplainer_widget.incremental.executor import CutMaps

from .choose import PATCHES_PER_CALL
from .plan import TilePlan
from .tiles import STATES, hidden_in, packed_states

Crop = Callable[[Sequence["tuple[tuple[int, ...], Boxes]"]], PreparedBatch]
"""Hidden cells and a box of the picture, for each → preprocessed pixels."""


class Mosaic:
    """Maps of a plan's cut, of one picture.

    Parameters
    ----------
    picture : (height, width, channels)
        Preprocessed, nothing hidden.
    """

    def __init__(
        self, engine: IncrementalEngine, plan: TilePlan, picture: NDArray[np.float32]
    ) -> None:
        if plan.seen is None:
            raise ValueError("Tiles of this plan see more than four cells: see `choose_tiles`.")
        self.engine, self.plan, self.picture = engine, plan, picture
        self._seen = plan.seen
        self._known = np.zeros((len(plan.tiles), STATES), np.bool_)
        self._rows: list[NDArray[np.float32]] = []  # of each cut node: (tile, state, position)
        self._places = [_places(plan, index) for index in plan.cut]

    def states(self, hidden: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the state of each tile, (sets, tiles), of bool `hidden` (sets, cells)."""
        return packed_states(hidden, self._seen)

    def unknown(self, states: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return tile and state of what is still to be calculated: (patches, 2)."""
        wanted = np.zeros_like(self._known)
        wanted[np.arange(len(self._known)), states] = True
        return np.argwhere(wanted & ~self._known)

    def learn(self, states: NDArray[np.intp], crop: Crop) -> None:
        """Calculate what is not known of these states yet."""
        unknown = self.unknown(states)
        for start in range(0, len(unknown), PATCHES_PER_CALL):
            self._calculate(unknown[start : start + PATCHES_PER_CALL], crop)

    def maps(self, states: NDArray[np.intp]) -> CutMaps:
        """Put together the maps of sets whose states are known."""
        found = []
        for rows, (tile, inside, size), index in zip(
            self._rows, self._places, self.plan.cut, strict=True
        ):
            places = (tile * STATES + states[:, tile]) * size + inside
            maps = np.take(rows, places.reshape(-1), axis=0)
            node = self.plan.graph[index]
            found.append(
                self.engine.executor.to_tensor(maps.reshape(-1, *node.size, node.channels))
            )
        return found

    def _calculate(self, wanted: NDArray[np.intp], crop: Crop) -> None:
        plan, executor = self.plan, self.engine.executor
        tiles, states = wanted.T
        layout = self.engine.layout(
            plan,
            tiles.tobytes(),
            lambda: {index: patches[tiles] for index, patches in plan.patches.items()},
        )
        pictures = crop(
            [
                (hidden_in(state, self._seen[tile].tolist()), box)
                for tile, state, box in zip(tiles, states.tolist(), layout.patches, strict=True)
            ]
        )
        whole = self.engine.whole_maps(plan, self.picture)
        maps = executor.patch_maps(plan, whole, pictures, layout.places, layout.lengths)
        self._rows = self._rows or [
            np.empty((self._known.size * size, plan.graph[index].channels), np.float32)
            for index, (_, _, size) in zip(plan.cut, self._places, strict=True)
        ]
        for rows, tensor in zip(self._rows, maps, strict=True):
            patches = executor.to_array(tensor)
            by_slot = rows.reshape(self._known.size, -1, rows.shape[1])
            by_slot[tiles * STATES + states] = patches.reshape(len(patches), -1, rows.shape[1])
        self._known[tiles, states] = True


def _places(plan: TilePlan, index: int) -> tuple[NDArray[np.intp], NDArray[np.intp], int]:
    """Return each position's tile and its place in the tile's patch; a patch's size."""
    height, width = plan.graph[index].size
    tile = plan.tiles.at((height, width)).reshape(-1)
    patches = plan.patches[index]
    rows, columns = np.divmod(np.arange(height * width), width)
    lengths = patches[0, :, 1] - patches[0, :, 0]
    inside = (rows - patches[tile, 0, 0]) * lengths[1] + columns - patches[tile, 1, 0]
    return tile, inside, int(lengths.prod())
