"""Fits a map to handfuls of hidden cells."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS: Final = 4.0
"""Weight of the squared difference of two neighbours, in that of a cell's square."""

ALONE: Final = 100.0
"""Variance of the multiple of the cells alone, in that of the noise: as good as free."""

VARIANCES: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""How far a cell may be from its own drop, in the noise's variance; the likeliest is taken."""


class Fit(NamedTuple):
    """A map (cells,), and how likely the drops are under its variance: a logarithm."""

    values: NDArray[np.float64]
    evidence: float


def joint_fit(
    hidden: NDArray[np.bool_],
    drops: NDArray[np.floating],
    shape: tuple[int, int],
    alone: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Fit a number to each cell, so that those of hidden cells add up to the drop.

    The mean of a Gaussian process around a multiple of the cells' drops alone: a ridge regression
    with an intercept, in which the grid's Laplacian ties neighbours together. How far it may leave
    the cells alone is read off the handfuls, by the evidence (D. J. C. MacKay, "Bayesian
    Interpolation", Neural Computation 4, 1992).

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
    known = _known(hidden, drops, shape, alone)
    fits = (_fit(known, variance) for variance in VARIANCES)
    fitted: NDArray[np.float32] = max(fits, key=lambda fit: fit.evidence).values.astype(np.float32)
    return fitted


def fit_at(
    hidden: NDArray[np.bool_],
    drops: NDArray[np.floating],
    shape: tuple[int, int],
    alone: NDArray[np.floating],
    variance: float,
) -> Fit:
    """Fit as :func:`joint_fit`, with one of `VARIANCES`.

    The covariance of the cells is ``variance · (1 + NEIGHBOURS · Laplacian)⁻¹ + ALONE · u uᵀ``, u
    being the cells alone over their length.
    """
    return _fit(_known(hidden, drops, shape, alone), variance)


class _Known(NamedTuple):
    """What fits of all variances share: most of the work."""

    centred: NDArray[np.float64]
    smooth: NDArray[np.float64]
    shared: NDArray[np.float64]
    direction: NDArray[np.float64]
    along: NDArray[np.float64]


def _known(
    hidden: NDArray[np.bool_],
    drops: NDArray[np.floating],
    shape: tuple[int, int],
    alone: NDArray[np.floating],
) -> _Known:
    design = hidden - hidden.mean(axis=0)
    centred = drops.astype(np.float64) - drops.mean()
    known = np.nan_to_num(alone.astype(np.float64))
    direction = known / (float(np.linalg.norm(known)) or 1.0)
    smooth = _smoothed(design, shape)
    return _Known(centred, smooth, smooth @ design.T, direction, design @ direction)


def _fit(known: _Known, variance: float) -> Fit:
    centred, smooth, shared, direction, along = known
    covariance = np.eye(len(centred)) + variance * shared + ALONE * np.outer(along, along)
    weights = np.linalg.solve(covariance, centred)
    noise = float(centred @ weights) / len(centred)
    _, determinant = np.linalg.slogdet(covariance)
    likely = -len(centred) * np.log(noise) - determinant if noise > 0 else 0.0
    values = variance * (weights @ smooth) + ALONE * (weights @ along) * direction
    return Fit(values, float(likely) / 2)


def _smoothed(rows: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Apply ``(1 + NEIGHBOURS · Laplacian)⁻¹`` to each row of cells.

    The cosine transform diagonalises the Laplacian of a grid: G. Strang, "The Discrete Cosine
    Transform", SIAM Review 41 (1999).
    """
    (down, down_values), (across, across_values) = map(_cosines, shape)
    maps = down @ rows.reshape(-1, *shape) @ across.T
    maps /= 1 + NEIGHBOURS * (down_values[:, np.newaxis] + across_values)
    smoothed: NDArray[np.float64] = (down.T @ maps @ across).reshape(rows.shape)
    return smoothed


def _cosines(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Laplacian's eigenvectors, one per row, and eigenvalues, for a line of cells."""
    frequencies = np.pi * np.arange(count) / count
    basis = np.cos(np.outer(frequencies, np.arange(count) + 0.5))
    basis /= np.linalg.norm(basis, axis=1, keepdims=True)
    return basis, 2 - 2 * np.cos(frequencies)
