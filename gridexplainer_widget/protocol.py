"""Names and bounds of what crosses the wire; a test compares js/src/protocol.ts with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .grid import Grid, parse_grid_size

KERNEL_TRAITS: Final = (
    "picture",
    "labels",
    "prediction",
    "grid",
    "scores",
    "status",
    "progress",
    "evidence",
    "error",
    "notes",
    "about",
    "fills",
)
"""Written by the kernel alone; what a front end sends of them is ignored."""

FRONT_END_TRAITS: Final = ("grid_size", "fill", "target", "score", "value")
"""Written by the front end and by the user's Python."""

COMMANDS: Final = ("start", "stop")
"""Messages ``{"type": …}`` from the front end."""

STATUSES: Final = ("running", "stopped", "done", "error")

MAX_GRID: Final = 64
"""Most rows and columns in the widget."""


def accepted_grid_size(value: Any, height: int, width: int) -> int | tuple[int, int]:
    """Check a grid for a picture of `height` × `width` pixels.

    Raises
    ------
    ValueError
        It is no grid, finer than the pixels, or too fine for the screen.
    """
    rows, columns = parse_grid_size(value)
    if max(rows, columns) > MAX_GRID:
        raise ValueError(
            f"A grid of {rows}×{columns} is too fine for the screen: the widget shows up to "
            f"{MAX_GRID}×{MAX_GRID}. GridExplainer.explain() takes any."
        )
    Grid(rows, columns, height, width)
    return rows if rows == columns else (rows, columns)


def accepted_value(cells: Sequence[Sequence[int]], grid: Grid) -> tuple[tuple[int, int], ...]:
    """Check a selection of cells.

    Raises
    ------
    ValueError
        It is no selection, or of several cells.
    IndexError
        There is no such cell.
    """
    try:
        found = tuple((int(row), int(column)) for row, column in cells)
    except (TypeError, ValueError):
        raise ValueError(
            f"value={cells!r} is no selection. Wanted is [(row, column)], or []."
        ) from None
    if len(found) > 1:
        raise ValueError(f"{len(found)} cells are selected; one at a time can be.")
    for row, column in found:
        grid.index(row, column)
    return found
