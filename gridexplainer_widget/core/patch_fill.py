"""Natural patches: what is seen elsewhere in the picture, or in another photograph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from gridexplainer_widget.core.arrays import Pixels

from .grid import Box, Grid

TRIES: Final = 32
"""Places drawn for a patch before it is taken from the farthest corner."""


def patch_fill(seed: int) -> Callable[[Pixels, Grid], Pixels]:
    """Make a fill that shows in each cell a mirrored patch of the same picture.

    It is drawn from all places that share no pixel with the cell. Where there is none, as on a grid
    of 1×1, it is the place that shares least.
    """

    def fill(pixels: Pixels, grid: Grid) -> Pixels:
        random = np.random.default_rng(seed)
        replacement = np.empty_like(pixels)
        for cell in grid.boxes():
            top, left = _elsewhere(cell, grid, random)
            patch = pixels[top : top + cell.bottom - cell.top, left : left + cell.right - cell.left]
            replacement[cell.top : cell.bottom, cell.left : cell.right] = patch[:, ::-1]
        return replacement

    return fill


def photograph_fill(photograph: Pixels) -> Callable[[Pixels, Grid], Pixels]:
    """Make a fill that shows in each cell the same place of another photograph of that size."""
    return lambda _pixels, _grid: photograph


def _elsewhere(cell: Box, grid: Grid, random: np.random.Generator) -> tuple[int, int]:
    """Draw the top left corner of a patch of a cell's size."""
    height, width = cell.bottom - cell.top, cell.right - cell.left
    last = grid.height - height, grid.width - width
    for top, left in random.integers(0, np.add(last, 1), (TRIES, 2)).tolist():
        if abs(top - cell.top) >= height or abs(left - cell.left) >= width:
            return top, left
    return (
        0 if cell.top > last[0] / 2 else last[0],
        0 if cell.left > last[1] / 2 else last[1],
    )
