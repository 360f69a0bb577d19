"""Handfuls: distinct, even, and the same however many are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.core.handfuls import MAX_HANDFULS, SHARES, Handfuls, draw_handfuls


@given(
    cells=st.integers(3, 80), count=st.integers(0, 60), more=st.integers(0, 30), seed=st.integers(0)
)
def test_a_first_part_is_the_same_whatever_follows(
    cells: int, count: int, more: int, seed: int
) -> None:
    few = list(draw_handfuls(cells, count, seed))
    assert list(draw_handfuls(cells, count + more, seed))[: len(few)] == few


@given(cells=st.integers(3, 80), count=st.integers(1, 60))
def test_handfuls_are_distinct_sets_of_at_least_two_cells(cells: int, count: int) -> None:
    handfuls = [cells_ for cells_, _ in draw_handfuls(cells, count)]
    assert len(set(handfuls)) == len(handfuls)
    for handful in handfuls:
        assert 2 <= len(set(handful)) == len(handful)
        assert list(handful) == sorted(handful)
        assert handful[0] >= 0
        assert handful[-1] < cells


def test_thirty_of_135_are_probes_of_any_size_and_the_rest_alternate() -> None:
    drawn = list(draw_handfuls(64, 135))
    probes = [len(cells) for cells, probe in drawn if probe]
    fitted = [(number, len(cells)) for number, (cells, probe) in enumerate(drawn) if not probe]
    assert len(probes) == 30
    assert min(probes) < 10
    assert max(probes) > 35
    assert all(size == round(SHARES[number % 2] * 64) for number, size in fitted)


def test_each_cell_is_in_about_as_many_fitted_handfuls() -> None:
    hidden = np.zeros(64, int)
    for cells, probe in draw_handfuls(64, 135):
        if not probe:
            hidden[list(cells)] += 1
    assert np.ptp(hidden) <= 2


@pytest.mark.parametrize(("cells", "sets"), [(3, 4), (4, 11)])
def test_a_small_grid_has_no_more_handfuls_than_sets(cells: int, sets: int) -> None:
    assert 1 <= len(list(draw_handfuls(cells, 1000))) <= sets


def test_another_seed_draws_others() -> None:
    assert list(draw_handfuls(64, 20, 0)) != list(draw_handfuls(64, 20, 1))


def test_more_handfuls_than_are_ever_hidden_are_refused() -> None:
    count = MAX_HANDFULS + 1
    arrays = {
        "handfuls_hidden": np.zeros((count, 4), np.bool_),
        "handfuls_probes": np.zeros(count, np.bool_),
        "handfuls_vectors": np.zeros((count, 2), np.float32),
    }
    with pytest.raises(ValueError, match=r"4,001 handfuls; at most 4,000"):
        Handfuls.of_arrays(arrays)
