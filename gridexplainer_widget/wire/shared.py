"""Traits of both widgets."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Final

from gridexplainer_widget.core.grid import Grid

STATUSES: Final = ("running", "stopped", "done", "error")
"""Values of the `status` trait."""


def accepted_value(cells: Sequence[Sequence[int]], grid: Grid) -> tuple[tuple[int, int], ...]:
    """Check that selected cells are (row, column) on the grid; drop duplicates."""
    try:
        found = dict.fromkeys((index(row), index(column)) for row, column in cells)
    except (TypeError, ValueError):
        raise ValueError(
            f"value={cells!r:.200} is no selection. Wanted is [(row, column), …] in whole "
            "numbers, or []."
        ) from None
    for row, column in found:
        grid.index(row, column)
    return tuple(found)
