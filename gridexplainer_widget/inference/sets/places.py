"""Where sets of cells lie: in one place, or apart."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .ledger import Cells

Structure: TypeAlias = Literal["one place", "several suffice", "several needed", "no place", ""]
"""Where the answer comes from; "several suffice": each place by itself; "several needed": none
without the others; "" if that is not known."""

STRUCTURES: Final[tuple[Structure, ...]] = (
    "one place",
    "several suffice",
    "several needed",
    "no place",
    "",
)

MOST_OF_A_PLACE: Final = 0.25
"""Share of the cells above which the first set that is enough has no place."""

APART: Final = 3
"""Rows or columns from one cell to the next of another place."""


def structure_steps(
    shape: tuple[int, int], enough: Sequence[Cells], needed: Sequence[Cells]
) -> Generator[list[Cells], list[bool], Structure]:
    """Tell the structure from disjoint sets; yield sets to hide, take whether the answer is kept.

    That each of two places suffices is not all: the answer must be lost without both, else any
    part of a picture may do. The other way round, what needs both must do with both alone.
    """
    cells = shape[0] * shape[1]
    if not enough or not needed:
        return ""
    if len(enough[0]) > MOST_OF_A_PLACE * cells:
        return "no place"
    whole = frozenset(range(cells))
    either, together = _apart(enough, shape), _apart(needed, shape)
    if len(either) > 1 and len(together) > 1:
        return ""
    if len(either) > 1:
        regions = _regions(either, shape)
        every = frozenset[int]().union(*regions)
        kept, *kept_with_one = yield [every, *(every - region for region in regions)]
        return "several suffice" if all(kept_with_one) and not kept else ""
    if len(together) > 1:
        regions = _regions(together, shape)
        rest = whole.difference(*regions)
        kept, *kept_without = yield [rest, *regions]
        return "several needed" if kept and not any(kept_without) else ""
    return "one place" if enough[0] & needed[0] else ""


def _apart(sets: Sequence[Cells], shape: tuple[int, int]) -> list[Cells]:
    """Return the first set, and those that are apart from it and from each other."""
    places = list[Cells]()
    for cells in sets:
        if all(_distance(cells, place, shape) >= APART for place in places):
            places.append(cells)
    return places


def _distance(first: Cells, second: Cells, shape: tuple[int, int]) -> int:
    """Count the steps from one set to the next, along rows, columns or diagonals."""
    return int(_steps_to(first, shape)[list(second)].min())


def _steps_to(cells: Cells, shape: tuple[int, int]) -> NDArray[np.intp]:
    """Count each cell's steps to a set: (cells,)."""
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    steps = [np.maximum(abs(rows - rows[cell]), abs(columns - columns[cell])) for cell in cells]
    nearest: NDArray[np.intp] = np.min(steps, axis=0)
    return nearest


def _regions(places: Sequence[Cells], shape: tuple[int, int]) -> list[Cells]:
    """Give each place what surrounds it and is nearest to it."""
    steps = np.array([_steps_to(place, shape) for place in places])
    nearest, reach = steps.argmin(axis=0), steps.min(axis=0) <= 1
    return [
        frozenset(np.flatnonzero(reach & (nearest == number)).tolist())
        for number in range(len(places))
    ]
