"""The fit of handfuls, against normal equations written out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import multivariate_normal

from gridexplainer_widget.inference.joint_fit import (
    ALONE,
    NEIGHBOURS,
    VARIANCES,
    fit_at,
    joint_fit,
)


def laplacian(rows: int, columns: int) -> NDArray[np.float64]:
    """Add (m_i − m_j)² over neighbours, as a matrix."""
    matrix = np.zeros((rows * columns,) * 2)
    for row in range(rows):
        for column in range(columns):
            for other in ((row + 1, column), (row, column + 1)):
                if other[0] < rows and other[1] < columns:
                    i, j = row * columns + column, other[0] * columns + other[1]
                    matrix[[i, j], [i, j]] += 1
                    matrix[[i, j], [j, i]] -= 1
    return matrix


def by_normal_equations(
    hidden: NDArray[np.bool_],
    drops: NDArray[np.float64],
    shape: tuple[int, int],
    alone: NDArray,
    variance: float,
) -> NDArray[np.float64]:
    """Minimise ‖y − a − Z(m + s·u)‖² + m'(1 + neighbours)m/variance + s²/ALONE."""
    cells = hidden.shape[1]
    unit = alone / (np.linalg.norm(alone) or 1)
    design = np.column_stack([np.ones(len(hidden)), hidden, hidden @ unit])
    penalty = np.zeros((cells + 2,) * 2)
    penalty[1:-1, 1:-1] = (np.eye(cells) + NEIGHBOURS * laplacian(*shape)) / variance
    penalty[-1, -1] = 1 / ALONE
    found = np.linalg.solve(design.T @ design + penalty, design.T @ drops)
    return found[1:-1] + found[-1] * unit


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (1, 7), (8, 8)])
@pytest.mark.parametrize("with_alone", [True, False])
@pytest.mark.parametrize("variance", VARIANCES)
def test_equals_the_normal_equations(
    shape: tuple[int, int], variance: float, *, with_alone: bool
) -> None:
    rng = np.random.default_rng(0)
    hidden = rng.random((40, shape[0] * shape[1])) < 0.3
    drops = rng.normal(size=40)
    alone = rng.normal(size=hidden.shape[1]) * with_alone
    expected = by_normal_equations(hidden, drops, shape, alone, variance)
    fitted = fit_at(hidden, drops, shape, alone, variance)
    np.testing.assert_allclose(fitted.values, expected, atol=1e-6)


@pytest.mark.parametrize("own", [0.0, 0.3, 1.0])
def test_takes_the_variance_under_which_the_drops_are_likeliest(own: float) -> None:
    """The density of a normal distribution, its noise at the likeliest."""
    rng = np.random.default_rng(0)
    hidden, alone = rng.random((60, 16)) < 0.3, rng.normal(size=16)
    drops = hidden @ (alone + own * rng.normal(size=16)) + 0.3 * rng.normal(size=60)
    design, unit = hidden - hidden.mean(axis=0), alone / np.linalg.norm(alone)
    smooth = np.linalg.inv(np.eye(16) + NEIGHBOURS * laplacian(4, 4))
    likely = {}
    for variance in VARIANCES:
        cells = variance * smooth + ALONE * np.outer(unit, unit)
        covariance = np.eye(60) + design @ cells @ design.T
        centred = drops - drops.mean()
        noise = centred @ np.linalg.solve(covariance, centred) / 60
        likely[variance] = multivariate_normal(cov=noise * covariance).logpdf(centred)
    best = max(likely, key=lambda variance: likely[variance])
    expected = by_normal_equations(hidden, drops, (4, 4), alone, best)
    np.testing.assert_allclose(joint_fit(hidden, drops, (4, 4), alone), expected, atol=1e-5)


def test_cells_that_add_up_are_found_as_they_are_alone() -> None:
    rng = np.random.default_rng(1)
    hidden, alone = rng.random((105, 64)) < 0.3, rng.normal(size=64)
    fitted = joint_fit(hidden, hidden @ alone, (8, 8), alone)
    np.testing.assert_allclose(fitted, alone, rtol=0.01, atol=0.01)


def test_cells_that_were_not_scored_alone_count_as_nothing() -> None:
    rng = np.random.default_rng(2)
    hidden, drops = rng.random((30, 9)) < 0.3, rng.normal(size=30)
    alone = rng.normal(size=9)
    pending = np.where(np.arange(9) == 4, np.nan, alone)
    zero = np.where(np.arange(9) == 4, 0, alone)
    np.testing.assert_array_equal(
        joint_fit(hidden, drops, (3, 3), pending), joint_fit(hidden, drops, (3, 3), zero)
    )


def test_drops_that_are_all_alike_give_a_flat_map() -> None:
    hidden = np.random.default_rng(3).random((30, 9)) < 0.3
    assert not joint_fit(hidden, np.full(30, 0.5), (3, 3), np.ones(9)).any()
