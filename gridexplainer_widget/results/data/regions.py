"""Where on a picture the cells lie that a map points at, in words."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

STRONG: Final = 0.5
"""Share of the largest value from which a neighbour belongs to its region."""

WORDS: Final = {
    (0, 0): "at the top left",
    (0, 1): "at the top",
    (0, 2): "at the top right",
    (1, 0): "on the left",
    (1, 1): "in the middle",
    (1, 2): "on the right",
    (2, 0): "at the bottom left",
    (2, 1): "at the bottom",
    (2, 2): "at the bottom right",
}
"""Thirds of the picture."""


class Region(NamedTuple):
    """A rectangle of cells around the strongest one; the last row and column are included."""

    top: int
    left: int
    bottom: int
    right: int


def strongest_region(values: NDArray[np.floating]) -> Region | None:
    """Bound the cells around the largest value (rows, columns) that have at least half of it.

    None if no value is above 0.
    """
    from scipy.ndimage import label  # noqa: PLC0415 - slow to import

    known = np.nan_to_num(values.astype(np.float64))
    most = float(known.max(initial=0))
    if most <= 0:
        return None
    groups, _ = label(known >= STRONG * most)
    group = groups == groups.flat[int(known.argmax())]
    rows, columns = (np.flatnonzero(group.any(axis=axis)) for axis in (1, 0))
    return Region(int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1]))


def region_text(region: Region, rows: int, columns: int) -> str:
    """Name a region: "on the right (row 5, columns 6–7)", counted from 1."""
    if rows * columns == 1:
        return "in the whole picture"
    down = (region.top + region.bottom + 1) / (2 * rows)
    across = (region.left + region.right + 1) / (2 * columns)
    large = (region.bottom - region.top + 1) > 2 * rows / 3 and (
        region.right - region.left + 1
    ) > 2 * columns / 3
    place = "in most of the picture" if large else WORDS[int(3 * down), int(3 * across)]
    down_text = _range("row", region.top, region.bottom)
    return f"{place} ({down_text}, {_range('column', region.left, region.right)})"


def _range(noun: str, first: int, last: int) -> str:
    return f"{noun} {first + 1}" if first == last else f"{noun}s {first + 1}–{last + 1}"
