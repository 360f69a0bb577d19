"""Parts of a grid: how far they are from each other, and what surrounds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .ledger import Cells

STRAY: Final = 3
"""A part of a set with less than one cell for so many of the largest part strays by chance."""


def everything(shape: tuple[int, int]) -> Cells:
    """Return all cells."""
    return frozenset(range(shape[0] * shape[1]))


def least_gap(shape: tuple[int, int]) -> int:
    """Return the steps from one place to another at least: a quarter of the grid, or two."""
    return max(2, max(shape) // 4)


def apart(first: Cells, second: Cells, shape: tuple[int, int]) -> bool:
    """Tell whether two sets lie in different places."""
    return distance(first, second, shape) >= least_gap(shape)


def distance(first: Cells, second: Cells, shape: tuple[int, int]) -> int:
    """Count the steps from one set to the next, along rows, columns or diagonals."""
    return int(_steps_to(first, shape)[list(second)].min())


def splits(cells: Cells, shape: tuple[int, int]) -> Iterator[list[Cells]]:
    """Split a set where it has gaps, the widest first; few cells that stray are left out."""
    before = 1
    for gap in range(max(shape), least_gap(shape) - 1, -1):
        parts = _linked(cells, shape, gap - 1)
        parts = [part for part in parts if len(part) * STRAY > len(parts[0])]
        if len(parts) > before:
            before = len(parts)
            yield parts


def regions_of(places: Sequence[Cells], shape: tuple[int, int]) -> list[Cells]:
    """Give each place what is nearest to it, up to half of the gap between places."""
    steps = np.array([_steps_to(place, shape) for place in places])
    gap = min(int(row[list(other)].min()) for row, other in _pairs(steps, places))
    nearest, reach = steps.argmin(axis=0), steps.min(axis=0) <= max(1, (gap - 1) // 2)
    return [
        frozenset(np.flatnonzero(reach & (nearest == number)).tolist())
        for number in range(len(places))
    ]


def _pairs(
    steps: NDArray[np.intp], places: Sequence[Cells]
) -> Iterator[tuple[NDArray[np.intp], Cells]]:
    for number, row in enumerate(steps):
        yield from ((row, other) for at, other in enumerate(places) if at != number)


def _linked(cells: Cells, shape: tuple[int, int], link: int) -> list[Cells]:
    """Return the parts of a set that hang together by steps of at most `link`, largest first."""
    left, parts = set(cells), list[Cells]()
    while left:
        part, fresh = frozenset[int](), frozenset({min(left)})
        while fresh:
            part |= fresh
            left -= fresh
            near = _steps_to(part, shape) <= link
            fresh = frozenset(cell for cell in left if near[cell])
        parts.append(part)
    return sorted(parts, key=len, reverse=True)


def _steps_to(cells: Cells, shape: tuple[int, int]) -> NDArray[np.intp]:
    """Count each cell's steps to a set: (cells,)."""
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    steps = [np.maximum(abs(rows - rows[cell]), abs(columns - columns[cell])) for cell in cells]
    nearest: NDArray[np.intp] = np.min(steps, axis=0)
    return nearest
