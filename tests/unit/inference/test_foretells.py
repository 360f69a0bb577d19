"""What a map foretells: partial correlation, and the band of random maps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gridexplainer_widget.inference.foretells import MIN_PROBES, foretells


def probes(count: int = 30, cells: int = 64, seed: int = 0) -> NDArray[np.bool_]:
    """Draw sets of any size."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(3, cells * 2 // 3, count)
    return np.stack([rng.permutation(cells) < size for size in sizes])


def test_a_map_whose_cells_add_up_foretells_all() -> None:
    hidden, values = probes(), np.random.default_rng(1).normal(size=64)
    found = foretells(values, hidden, hidden @ values)
    assert found is not None
    assert found.value == pytest.approx(1)
    assert found.reliable
    assert found.probes == 30


def test_a_map_with_the_wrong_sign_foretells_the_opposite() -> None:
    hidden, values = probes(), np.random.default_rng(1).normal(size=64)
    found = foretells(-values, hidden, hidden @ values)
    assert found is not None
    assert found.value == pytest.approx(-1)
    assert not found.reliable


def test_the_number_of_hidden_cells_explains_nothing() -> None:
    """A map and drops that share nothing but their sizes, which bend: by regression residuals."""
    hidden, rng = probes(200), np.random.default_rng(2)
    values, sizes = rng.normal(size=64) + 5, hidden.sum(axis=1)
    drops = sizes - sizes**2 / 60 + rng.normal(size=200)
    known = np.column_stack([np.ones(200), sizes, sizes**2])
    a, b = (
        numbers - known @ np.linalg.lstsq(known, numbers, rcond=None)[0]
        for numbers in (hidden @ values, drops)
    )
    found = foretells(values, hidden, drops)
    assert found is not None
    assert found.value == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert np.corrcoef(hidden @ values, drops)[0, 1] > 0.7
    assert abs(found.value) < 0.2


def test_random_maps_are_called_reliable_once_in_twenty() -> None:
    hidden, rng = probes(), np.random.default_rng(3)
    drops = hidden @ rng.normal(size=64)
    found = [foretells(rng.normal(size=64), hidden, drops) for _ in range(300)]
    reliable = np.mean([one is not None and one.reliable for one in found])
    assert 0.01 < reliable < 0.1
    assert all(one is not None and one.low < 0 < one.high for one in found)


@pytest.mark.parametrize("cells", [9, 16])
def test_one_cell_of_few_that_has_all_is_reliable(cells: int) -> None:
    """A random map must not be this very map."""
    hidden, values = probes(13, cells), np.eye(cells)[4]
    found = foretells(values, hidden, hidden @ values)
    assert found is not None
    assert found.value == pytest.approx(1)
    assert found.high < 0.9


@pytest.mark.parametrize("cells", [9, 16, 64])
def test_a_single_cell_foretells_noise_once_in_twenty(cells: int) -> None:
    rng = np.random.default_rng(4)
    found = [
        foretells(np.eye(cells)[0], probes(13, cells, seed), rng.normal(size=13))
        for seed in range(400)
    ]
    assert np.mean([one is not None and one.reliable for one in found]) < 0.09


@pytest.mark.parametrize(
    ("values", "hidden", "drops"),
    [
        (np.arange(64.0), probes(MIN_PROBES - 1), np.arange(MIN_PROBES - 1.0)),
        (np.ones(64), probes(), np.arange(30.0)),
        (np.full(64, 0.8) - np.arange(64) * 1e-9, probes(), np.arange(30.0)),
        (np.arange(64.0), probes(), np.ones(30)),
        (np.arange(64.0), probes(), 0.01 * probes().sum(axis=1) + np.arange(30) % 3 * 1e-9),
    ],
    ids=["few probes", "flat map", "map flat but for rounding", "same drops", "sizes tell all"],
)
def test_nothing_is_measured_where_nothing_can_be(
    values: NDArray[np.float64], hidden: NDArray[np.bool_], drops: NDArray[np.float64]
) -> None:
    assert foretells(values, hidden, drops) is None


def test_cells_without_a_number_count_as_nothing() -> None:
    hidden, values = probes(), np.random.default_rng(1).normal(size=64)
    pending = np.where(np.arange(64) == 5, np.nan, values)
    zero = np.where(np.arange(64) == 5, 0, values)
    assert foretells(pending, hidden, hidden @ values) == foretells(zero, hidden, hidden @ values)
