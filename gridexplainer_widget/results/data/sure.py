"""Tell from several ways to hide each cell whether they agree (docs/certainty.md)."""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAY_DIFFER: Final = 1
"""Of the ways that change a cell, so many may say something else of a sure one."""

MAY_SAY_NOTHING: Final = 2
"""So many ways may hardly change a sure cell."""

WIDENED: Final = 1 / 3
"""The range of eight ways holds three of four further ones, as numbers by chance would."""

LEAST_LOG_ODDS: Final = 0.25
"""Values up to this count as none: nothing is certain of so little."""

LEAST_SHARE: Final = 0.001
"""The same in parts of a model's value."""

SHARE_OF_STRONGEST: Final = 0.15
"""Values up to this part of the strongest cell's count as none.

A network that answers in large numbers stirs everywhere.
"""


def interval_of(
    values: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the ends of the range over the ways, widened on both sides; NaN where nothing is told.

    Nine of ten further ways of the same kinds lie within (docs/certainty.md).
    """
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    wider = (high - low) * np.float32(WIDENED)
    return low - wider, high + wider


def strongest(values: NDArray[np.float32]) -> float:
    """Return the largest size of a cell's median over the ways (ways, rows, columns); 0 if none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a cell of which nothing is known
        medians = np.nanmedian(np.where(_enough(values), values, np.nan), axis=0)
    return float(np.nanmax(np.abs(medians), initial=0.0))


def verdicts_of(values: NDArray[np.float32], margin: float) -> NDArray[np.int8]:
    """Judge each cell, (rows, columns): 1 sure for, −1 sure against, 0 not known.

    Values, (ways, rows, columns), are NaN where a way says nothing or was not asked.
    """
    wanted = np.maximum(np.isfinite(values).sum(axis=0) - MAY_DIFFER, 1)
    sure_for = (values > margin).sum(axis=0) >= wanted
    sure_against = (values < -margin).sum(axis=0) >= wanted
    enough = _enough(values)
    signs = (sure_for & enough).astype(np.int8) - (sure_against & enough).astype(np.int8)
    return np.asarray(signs)


def _enough(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell where enough ways say something."""
    known = np.isfinite(values).sum(axis=0)
    return np.asarray(known >= max(len(values) - MAY_SAY_NOTHING, 1))
