"""When a cell is sure, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gridexplainer_widget.results.data.sure import strongest, verdicts_of

NAN = np.nan


def verdict(*values: float, margin: float = 0.25) -> int:
    return int(verdicts_of(np.float32(values)[:, np.newaxis, np.newaxis], margin)[0, 0])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 1, 1, 1, 1, 1, 1, 1), 1),
        ((1, 1, 1, 1, 1, 1, 1, -9), 1),
        ((1, 1, 1, 1, 1, 1, 0.2, 0.2), 0),
        ((-1, -1, -1, -1, -1, -1, -1, 9), -1),
        ((0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2), 0),
        ((0.25, 0.25, 1, 1, 1, 1, 1, 1), 0),
        ((NAN, NAN, 1, 1, 1, 1, 1, 0), 1),
        ((NAN, NAN, 1, 1, 1, 1, 0, 0), 0),
        ((NAN, NAN, NAN, 1, 1, 1, 1, 1), 0),
        ((NAN,) * 8, 0),
    ],
)
def test_all_ways_that_say_something_but_one_must_agree(
    values: tuple[float, ...], expected: int
) -> None:
    assert verdict(*values) == expected


def test_the_strongest_cell_is_one_of_which_enough_is_known() -> None:
    values = np.zeros((8, 1, 3), np.float32)
    values[:, 0, 0] = [-4, -4, -4, -2, -2, 9, 9, 9]
    values[:, 0, 1] = [-3, -3, -3, -3, -3, 1, 1, 1]
    values[:, 0, 2] = [50, 50, 50, 50, 50, NAN, NAN, NAN]
    assert strongest(values) == 3
    assert strongest(np.full((8, 2, 2), np.float32(NAN))) == 0


WAYS = arrays(np.float32, (8, 3, 2), elements=st.floats(-5, 5, width=32) | st.just(float("nan")))


@given(values=WAYS, margin=st.floats(0.125, 2, width=32))
def test_no_cell_is_sure_of_both_and_the_other_side_mirrors(
    values: np.ndarray, margin: float
) -> None:
    found = verdicts_of(values, margin)
    np.testing.assert_array_equal(verdicts_of(-values, margin), -found)
    known = np.isfinite(values).sum(axis=0)
    agree = (values * found > margin).sum(axis=0)
    assert (agree[found != 0] >= known[found != 0] - 1).all()
    assert (known[found != 0] >= 6).all()


@given(values=WAYS, order=st.permutations(range(8)))
def test_the_order_of_the_ways_does_not_matter(values: np.ndarray, order: list[int]) -> None:
    np.testing.assert_array_equal(verdicts_of(values[order], 0.25), verdicts_of(values, 0.25))
    assert strongest(values[order]) == strongest(values)


@given(values=WAYS, way=st.integers(0, 7))
def test_a_larger_margin_makes_no_cell_sure(values: np.ndarray, way: int) -> None:
    more, less = verdicts_of(values, 0.25), verdicts_of(values, 0.5)
    assert ((less == more) | (less == 0)).all()
