"""Where two maps of one question differ by more than rounding does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.inference.witness import KEPT_ROUNDING
from gridexplainer_widget.results.case.verification import CellDifference, Finding
from gridexplainer_widget.results.explanation import Explanation

FLOORS: Final[Mapping[str, float]] = {"probability": 1e-4, "log-odds": 1e-2}
"""Below these a flat map's numbers are rounding: a hundredth of a point, a hundredth."""


def map_finding(before: Explanation, now: Explanation) -> Finding:
    """Say whether all maps are the same, and how far apart they are."""
    cells = list(differing_cells(before, now))
    most = max((_apart(*pair) for _, *pair in _maps(before, now)), default=np.inf)
    allowed = tolerance_of(before)
    if cells:
        many = len({(cell.row, cell.column) for cell in cells})
        told = f"{many} of {len(before.grid)} cells differ, by {most:.3g} at most"
    else:
        told = f"every cell; they differ by {most:.2g} at most"
    told += f" ({allowed:.2g} is rounding, a hundredth of the largest number)"
    return Finding("map", "differs" if cells else "same", told)


def tolerance_of(explanation: Explanation) -> float:
    """Return what rounding may come to in a map, on another machine as well."""
    largest = float(np.nanmax(np.abs(explanation.values), initial=0))
    floor = FLOORS.get(explanation.unit, KEPT_ROUNDING**2 * abs(explanation.baseline))
    return max(KEPT_ROUNDING * largest, floor)


def differing_cells(before: Explanation, now: Explanation) -> Iterator[CellDifference]:
    """List the cells that differ, the most first."""
    allowed = tolerance_of(before)
    for name, first, second in _maps(before, now):
        off = np.nan_to_num(np.abs(first - second), nan=0)
        off[np.isnan(first) != np.isnan(second)] = np.inf
        for index in np.argsort(-off, axis=None, kind="stable"):
            row, column = (int(place) for place in np.unravel_index(index, off.shape))
            if off[row, column] <= allowed:
                break
            numbers = (_number(one[row, column]) for one in (first, second))
            yield CellDifference(name, row, column, *numbers)


def _maps(
    before: Explanation, now: Explanation
) -> Iterator[tuple[str, NDArray[np.float32], NDArray[np.float32]]]:
    """Pair the maps of both; one that there is not any more is NaN."""
    if before.attribution is not None:
        yield before.title, before.values, now.values
        return
    for name, values in before.maps.items():
        yield name, values, now.maps.get(name, np.full_like(values, np.nan))


def _apart(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    if (np.isnan(first) != np.isnan(second)).any():
        return float("inf")
    return float(np.nanmax(np.abs(first - second), initial=0))


def _number(value: np.float32) -> float | None:
    return float(value) if np.isfinite(value) else None
