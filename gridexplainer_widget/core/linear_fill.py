"""Noisy linear imputation: each hidden pixel is the weighted mean of its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import Pixels

NEIGHBOURS: Final = {
    **dict.fromkeys(((-1, 0), (1, 0), (0, -1), (0, 1)), 1 / 6),
    **dict.fromkeys(((-1, -1), (-1, 1), (1, -1), (1, 1)), 1 / 12),
}
"""Weights of pixels by their offset, in rows and columns; outside the picture there are none."""

NOISE: Final = 2.55
"""Standard deviation: a hundredth of the range."""


def plain(pixels: Pixels) -> Pixels:
    """Return a picture of the picture's mean."""
    mean = pixels.mean(axis=(0, 1), dtype=np.float64).astype(np.float32)
    return np.broadcast_to(mean, pixels.shape)


def linear_fill(seed: int) -> Callable[[Pixels, NDArray[np.bool_]], Pixels]:
    """Make the fill of ROAD.

    Y. Rong et al., "A Consistent and Efficient Evaluation Strategy for Attribution Methods", ICML
    2022: a hidden cell has no edges that could tell the model where it was. If everything is
    hidden, all is the picture's mean. The noise is one field for all sets of cells.
    """

    def fill(pixels: Pixels, hidden: NDArray[np.bool_]) -> Pixels:
        if hidden.all():
            return plain(pixels)
        noise = np.random.default_rng(seed).standard_normal(pixels.shape, np.float32)
        filled: Pixels = pixels.copy()
        filled[hidden] = np.clip(_means(pixels, hidden) + NOISE * noise[hidden], 0, 255)
        return filled

    return fill


def _means(pixels: Pixels, hidden: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Solve for the hidden pixels, (hidden, C): each minus its neighbours' mean is 0."""
    from scipy.sparse import csc_array  # noqa: PLC0415 - slow to import, rarely used
    from scipy.sparse.linalg import splu  # noqa: PLC0415

    places = np.argwhere(hidden)
    numbers = np.full(hidden.shape, -1)
    numbers[hidden] = np.arange(len(places))
    weights, known = np.zeros(len(places)), np.zeros((len(places), pixels.shape[2]))
    entries = []
    for offset, weight in NEIGHBOURS.items():
        near = places + offset
        inside = np.flatnonzero(((near >= 0) & (near < hidden.shape)).all(axis=1))
        rows, columns = near[inside].T
        other = numbers[rows, columns]
        shown = other < 0
        weights[inside] += weight
        known[inside[shown]] += weight * pixels[rows[shown], columns[shown]]
        entries.append((inside[~shown], other[~shown], np.full((~shown).sum(), -weight)))
    itself = np.arange(len(places))
    row, column, value = map(np.concatenate, zip((itself, itself, weights), *entries, strict=True))
    matrix = csc_array((value, (row, column)), shape=(len(places), len(places)))
    solver = splu(matrix, "MMD_AT_PLUS_A", diag_pivot_thresh=0, options={"SymmetricMode": True})
    solved: NDArray[np.float64] = solver.solve(known)
    return solved
