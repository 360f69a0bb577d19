"""Where tiles lie, and which cells they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.incremental.boxes import Boxes
from gridexplainer_widget.incremental.window import Pair

SEEN_PER_AXIS = 2
"""Most rows, and columns, of cells that a tile sees."""

STATES: int = 2 ** (SEEN_PER_AXIS**2)
"""Ways to hide some of the cells that a tile sees."""

Lines = NDArray[np.intp]
"""Where the cells of an axis begin, and the last one ends."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """Tiles of a grid, row-major: each lies around a corner of cells, from middle to middle.

    Parameters
    ----------
    rows, columns
        Pixels where cells begin; the last ends at the picture's edge.
    """

    rows: Lines
    columns: Lines

    def __len__(self) -> int:
        return len(self.rows) * len(self.columns)

    def boxes(self, size: Pair) -> Boxes:
        """Return the tiles of a map of `size`: they cover it once; some may be empty."""
        spans = [np.stack([edges[:-1], edges[1:]], axis=1) for edges in self._edges(size)]
        return _crossed(*spans)

    def at(self, size: Pair) -> NDArray[np.intp]:
        """Return the tile of each position of a map: (height, width)."""
        rows, columns = (
            np.searchsorted(edges, np.arange(length), "right") - 1
            for edges, length in zip(self._edges(size), size, strict=True)
        )
        found: NDArray[np.intp] = rows[:, np.newaxis] * len(self.columns) + columns
        return found

    def seen(self, boxes: Boxes) -> NDArray[np.intp] | None:
        """Return the cells in boxes of the picture, (tiles, 4), -1 for none; None if more."""
        axes = []
        for axis, lines in enumerate((self.rows, self.columns)):
            first = np.searchsorted(lines, boxes[:, axis, 0], "right") - 1
            last = np.searchsorted(lines, boxes[:, axis, 1] - 1, "right") - 1
            cells = first[:, np.newaxis] + np.arange(SEEN_PER_AXIS)
            if (last >= first + SEEN_PER_AXIS).any():
                return None
            axes.append(np.where(cells <= last[:, np.newaxis], cells, -1))
        down, across = axes[0][:, :, np.newaxis], axes[1][:, np.newaxis, :]
        cells = np.where((down < 0) | (across < 0), -1, down * (len(self.columns) - 1) + across)
        return cells.reshape(len(boxes), -1)

    def _edges(self, size: Pair) -> list[Lines]:
        """Return where tiles begin, and the last one ends, in a map of `size`."""
        found = []
        for lines, length in zip((self.rows, self.columns), size, strict=True):
            middles = (lines[:-1] + lines[1:]) // 2
            edges = np.concatenate([lines[:1], middles, lines[-1:]])
            found.append(edges * length // lines[-1])
        return found


def _crossed(rows: Lines, columns: Lines) -> Boxes:
    return np.array([[row, column] for row in rows for column in columns], np.intp)


def packed_states(hidden: NDArray[np.bool_], seen: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the state of each tile, (sets, tiles), of bool `hidden` (sets, cells)."""
    none = np.zeros((len(hidden), 1), np.bool_)  # at -1
    bits = np.concatenate([hidden, none], axis=1)[:, seen]
    states: NDArray[np.intp] = bits @ (1 << np.arange(seen.shape[1]))
    return states


def hidden_in(state: int, seen: Sequence[int]) -> tuple[int, ...]:
    """Return the cells that are hidden in a state."""
    return tuple(cell for bit, cell in enumerate(seen) if state >> bit & 1)
