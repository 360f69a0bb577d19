"""Counts and their intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from gridexplainer_widget.study.findings.share import Share


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0, 0.3085), (10, 10, 0.6915, 1), (5, 10, 0.1871, 0.8129), (1, 1000, 0.00003, 0.0056)],
)
def test_the_interval_of_clopper_and_pearson(count: int, of: int, low: float, high: float) -> None:
    assert Share(count, of).bounds == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.9999))
def test_the_interval_is_that_of_scipy(of: int, data: st.DataObject, confidence: float) -> None:
    count = data.draw(st.integers(0, of))
    expected = binomtest(count, of).proportion_ci(confidence, "exact")
    assert Share(count, of, confidence).bounds == pytest.approx(tuple(expected), abs=1e-9)


def test_intervals_that_touch_tell_nothing() -> None:
    assert Share(9, 10).above(Share(1, 10))
    assert not Share(9, 10).above(Share(3, 10))
    assert not Share(9, 10, confidence=0.9999).above(Share(1, 10, confidence=0.9999))
    assert not Share(0, 0).above(Share(0, 10))
    assert str(Share(9, 10)) == "9 of 10 (90%, 55 to 100%)"
    assert str(Share(1, 1000)) == "1 of 1,000 (<1%, 0 to 1%)"
    assert str(Share(999, 1000)) == "999 of 1,000 (>99%, 99 to 100%)"
    assert str(Share(0, 0)) == "no pictures"
