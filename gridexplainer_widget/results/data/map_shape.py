"""How the numbers of a map lie: evenly or not, on one side or on both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.scores import Score

MIN_CELLS: Final = 9
"""Of fewer, nothing is said about how they lie."""

EVEN_SIDES: Final = 0.35
"""Share of cells on the smaller side from which there are as many as on the other."""

MAX_ONE_SIDED: Final = 0.45
"""Above this, one side has clearly the larger numbers."""

JOINT: Final[Mapping[str, tuple[float, float]]] = {
    "probability": (0.05, 0.2),
    "log-odds": (0.25, 1.0),
}
"""The largest drop of a cell that does not count, and the least of handfuls that do."""

FAR: Final = 5.0
"""Times the largest drop of a cell alone, from which handfuls take far more."""

SPREAD: Final = 0.5
"""Share of evenness from which no few cells stand out.

Pictures of two things, the embedded classifier's, reach 0.46; numbers by chance have 0.75.
"""

PLACELESS: Final = 0.9
"""Share of evenness, and of one side, from which all cells count alike."""


def evenness(values: NDArray[np.floating]) -> float:
    """Return how many cells count: the exponential of the entropy of |values|.

    1 if a single cell has all, the number of cells if all have as much.
    """
    sizes = np.abs(values[np.isfinite(values)]).astype(np.float64)
    shares = sizes[sizes > 0] / max(sizes.sum(), np.finfo(np.float64).tiny)
    return float(np.exp(-(shares * np.log(shares)).sum())) if len(shares) else 0.0


def one_sided(values: NDArray[np.floating]) -> float:
    """Return the sum's size in parts of the sum of sizes: 1 if all have one sign, 0 if even."""
    known = values[np.isfinite(values)].astype(np.float64)
    sizes = float(np.abs(known).sum())
    return float(abs(known.sum())) / sizes if sizes else 0.0


class Sides(NamedTuple):
    """Cells that speak for the target, and against it."""

    supports: int
    against: int


def sides_of(values: NDArray[np.floating], least: float = 0.1) -> Sides:
    """Count the cells above zero and below, without those under `least` of the largest."""
    sizes = np.nan_to_num(values.astype(np.float64))
    counted = np.abs(sizes) >= least * np.abs(sizes).max(initial=0)
    return Sides(int((counted & (sizes > 0)).sum()), int((counted & (sizes < 0)).sum()))


def is_two_sided(values: NDArray[np.floating]) -> bool:
    """Tell whether as many cells lie above zero as below, as far, and none stand out."""
    sides = sides_of(values)
    return (
        values.size >= MIN_CELLS
        and min(sides) >= EVEN_SIDES * sum(sides)
        and one_sided(values) <= MAX_ONE_SIDED
        and evenness(values) >= SPREAD * values.size
    )


def is_placeless(values: NDArray[np.floating]) -> bool:
    """Tell whether all cells have about the same."""
    even = values.size >= MIN_CELLS and evenness(values) >= PLACELESS * values.size
    return even and one_sided(values) >= PLACELESS


def leading_drop(drops: NDArray[np.floating]) -> float:
    """Return the mean of the tenth of the handfuls that take most; 0 without any."""
    most = np.sort(drops)[::-1][: max(1, len(drops) // 10)]
    return float(most.mean()) if len(most) else 0.0


def matter_together(
    alone: NDArray[np.floating], handfuls: NDArray[np.floating], score: Score
) -> bool:
    """Tell whether no cell's drop counts, and those of some handfuls do, and far more."""
    small, large = JOINT[score]
    most, leading = float(np.nanmax(np.abs(alone), initial=0)), leading_drop(handfuls)
    return most <= small and leading >= max(large, FAR * most)
