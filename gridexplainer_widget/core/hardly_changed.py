"""Which cells look nearly the same when they are hidden."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .grid import Grid

LEAST_CHANGE: Final = 8.0
"""Root mean square, of 255, under which a cell's drop says nothing of what is in it."""


def hardly_changed(
    seen: NDArray[np.uint8], replacement: NDArray[np.uint8], grid: Grid
) -> NDArray[np.bool_]:
    """Tell which cells differ from what stands in for them by an RMS under LEAST_CHANGE.

    Both are (H, W, 3); the result is (rows, columns).
    """
    squares = np.square(seen.astype(np.float32) - replacement).sum(axis=2, dtype=np.float64)
    rows, columns = grid.row_edges, grid.column_edges
    sums = np.add.reduceat(np.add.reduceat(squares, rows[:-1], axis=0), columns[:-1], axis=1)
    counts = seen.shape[2] * np.outer(np.diff(rows), np.diff(columns))
    few: NDArray[np.bool_] = sums < LEAST_CHANGE**2 * counts  # whole numbers: exact at a tie
    return few
