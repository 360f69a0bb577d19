"""N×M cells ↔ pixel boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

GridSize: TypeAlias = "int | Sequence[int]"
"""N for N×N, or (rows, columns)."""


class Box(NamedTuple):
    """A pixel rectangle; bottom and right are exclusive."""

    top: int
    left: int
    bottom: int
    right: int


DEFAULT_SIDE: Final = 8
"""Rows and columns of a grid that nobody chose."""

ALMOST_SQUARE: Final = 0.8
"""Shape of a picture, its longer side below, from which the default grid is N×N."""


@dataclass(frozen=True)
class Grid:
    """A picture divided into rows × columns cells, numbered row by row from 0.

    Cell (r, c) covers pixel rows ``r * height // rows`` to ``(r + 1) * height // rows``,
    exclusive, and columns likewise: cell sides differ by at most one pixel. Height and width
    are in pixels of the model's input.
    """

    rows: int
    columns: int
    height: int
    width: int

    def __post_init__(self) -> None:
        if self.height < 1 or self.width < 1:
            raise ValueError(f"A picture of {self.height}×{self.width} pixels cannot be cut.")
        if not (1 <= self.rows <= self.height and 1 <= self.columns <= self.width):
            raise ValueError(
                f"A grid of {self.rows}×{self.columns} cells does not fit a picture of "
                f"{self.height}×{self.width} pixels as the model sees it: use 1 to {self.height} "
                f"rows and 1 to {self.width} columns."
            )

    @classmethod
    def of(cls, grid_size: GridSize, height: int, width: int) -> Grid:
        """Make a grid from N or (rows, columns)."""
        rows, columns = parse_grid_size(grid_size)
        return cls(rows, columns, height, width)

    def __len__(self) -> int:
        return self.rows * self.columns

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def row_edges(self) -> NDArray[np.intp]:
        """First pixel row of each cell row, then the height."""
        return np.arange(self.rows + 1) * self.height // self.rows

    @property
    def column_edges(self) -> NDArray[np.intp]:
        """First pixel column of each cell column, then the width."""
        return np.arange(self.columns + 1) * self.width // self.columns

    def box(self, index: int) -> Box:
        """Return a cell's box."""
        return _boxes(self)[index]

    def boxes(self) -> list[Box]:
        """Return all boxes, row by row."""
        return list(_boxes(self))

    def position(self, index: int) -> tuple[int, int]:
        """Return a cell's row and column."""
        return divmod(index, self.columns)

    def index(self, row: int, column: int) -> int:
        """Return a cell's number, or raise IndexError."""
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            raise IndexError(
                f"There is no cell ({row}, {column}) in a grid of {self.rows}×{self.columns}: "
                f"rows run from 0 to {self.rows - 1}, columns from 0 to {self.columns - 1}."
            )
        return row * self.columns + column

    def spread_order(self) -> NDArray[np.intp]:
        """Order the cells so that any first part spreads evenly over the picture.

        The first is in the middle, unless the grid is small: hiding that most likely matters.
        Ordered dithering: B. E. Bayer, "An optimum method for two-level rendition of
        continuous-tone pictures", ICC 1973.
        """
        ranks = np.zeros((1, 1), np.int64)
        while ranks.shape[0] < max(self.shape):
            ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
        ranks = ranks[: self.rows, : self.columns]
        if min(self.shape) > 3:
            ranks[self.rows // 2, self.columns // 2] = -1
        return np.argsort(ranks, axis=None, kind="stable")


@lru_cache(maxsize=64)
def _boxes(grid: Grid) -> tuple[Box, ...]:
    """Keep what is asked for again and again; not on the grid, which is saved as it stands."""
    down, across = grid.row_edges.tolist(), grid.column_edges.tolist()
    rows, columns = pairwise(down), list(pairwise(across))
    return tuple(Box(top, left, bottom, right) for top, bottom in rows for left, right in columns)


def square_cells(height: int, width: int, side: int = DEFAULT_SIDE) -> tuple[int, int]:
    """Return rows and columns of about `side`² cells that are about square on a picture."""
    shape = width / height
    if ALMOST_SQUARE <= shape <= 1 / ALMOST_SQUARE:
        return side, side
    rows, columns = max(1, round(side / shape**0.5)), max(1, round(side * shape**0.5))
    return min(rows, side * side), min(columns, side * side)


def parse_grid_size(grid_size: GridSize) -> tuple[int, int]:
    """Read N or (rows, columns), or raise ValueError."""
    wanted = "Wanted is a whole number N of at least 1, or (rows, columns)."
    sizes: Any = (grid_size, grid_size) if is_whole(grid_size) else grid_size
    pair = isinstance(sizes, (tuple, list)) and len(sizes) == 2
    if not pair or not all(is_whole(size) and size >= 1 for size in sizes):
        raise ValueError(f"grid_size={grid_size!r:.200} is no grid. {wanted}")
    return int(sizes[0]), int(sizes[1])


def is_whole(value: object) -> bool:
    """Tell whether a value is an integer, NumPy's included, not a bool."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
