"""Fits a map to handfuls of hidden cells."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RIDGE: Final = 1.0
"""Weight of a cell's square, in hidden handfuls."""

NEIGHBOURS: Final = 4.0
"""Weight of the squared difference of two neighbours."""

ALONE: Final = 100.0
"""Variance of the share of the cells' own drops, in the ridge's: as good as free."""


def joint_fit(
    hidden: NDArray[np.bool_],
    drops: NDArray[np.floating],
    shape: tuple[int, int],
    alone: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Fit a number to each cell, so that those of hidden cells add up to the drop.

    A ridge regression with an intercept, in which neighbours are tied together by the grid's
    Laplacian, around a multiple of the cells' drops alone: the mean of a Gaussian process whose
    covariance is ``(RIDGE + NEIGHBOURS · Laplacian)⁻¹ + ALONE · alone aloneᵀ``.

    Parameters
    ----------
    hidden : bool (handfuls, cells)
    drops : float (handfuls,)
        Of the target with a handful hidden.
    shape
        Rows and columns.
    alone : float (cells,)
        Drops of each cell alone; NaN, where not scored, counts as 0.

    Returns
    -------
    float32 (cells,)
        In the unit of the drops.
    """
    design = hidden - hidden.mean(axis=0)
    centred = drops.astype(np.float64) - drops.mean()
    known = np.nan_to_num(alone.astype(np.float64))
    length = float(np.linalg.norm(known)) or 1.0
    direction = known / length
    spread = _smoothed(design, shape) + ALONE * np.outer(design @ direction, direction)
    weights = np.linalg.solve(np.eye(len(design)) + spread @ design.T, centred)
    fitted: NDArray[np.float32] = (weights @ spread).astype(np.float32)
    return fitted


def _smoothed(rows: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Apply ``(RIDGE + NEIGHBOURS · Laplacian)⁻¹`` to each row of cells.

    The cosine transform diagonalises the Laplacian of a grid: G. Strang, "The Discrete Cosine
    Transform", SIAM Review 41 (1999).
    """
    (down, down_values), (across, across_values) = map(_cosines, shape)
    maps = down @ rows.reshape(-1, *shape) @ across.T
    maps /= RIDGE + NEIGHBOURS * (down_values[:, np.newaxis] + across_values)
    smoothed: NDArray[np.float64] = (down.T @ maps @ across).reshape(rows.shape)
    return smoothed


def _cosines(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Laplacian's eigenvectors, one per row, and eigenvalues, for a line of cells."""
    frequencies = np.pi * np.arange(count) / count
    basis = np.cos(np.outer(frequencies, np.arange(count) + 0.5))
    basis /= np.linalg.norm(basis, axis=1, keepdims=True)
    return basis, 2 - 2 * np.cos(frequencies)
