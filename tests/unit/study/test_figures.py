"""Where a map lies."""

import numpy as np
import pytest

from gridexplainer_widget.study.records.figures import border_share, corner_share, evenness


def test_one_cell_in_a_corner_has_all() -> None:
    values = np.zeros((4, 4), np.float32)
    values[3, 0] = 2
    assert (border_share(values), corner_share(values), evenness(values)) == (1, 1, 0)


def test_an_even_map_has_each_place_by_its_area() -> None:
    values = np.ones((8, 8), np.float32)
    assert border_share(values) == pytest.approx(28 / 64)
    assert corner_share(values) == pytest.approx(4 / 64)
    assert evenness(values) == pytest.approx(1)


def test_only_what_is_positive_counts() -> None:
    values = np.array([[-5, 0, 0], [0, 3, 0], [np.nan, 0, 1]], np.float32)
    assert border_share(values) == pytest.approx(0.25)
    assert corner_share(values) == pytest.approx(0.25)
    assert evenness(values) == pytest.approx((0.75 * np.log(4 / 3) + 0.25 * np.log(4)) / np.log(9))


def test_a_map_against_the_class_lies_nowhere() -> None:
    values = -np.ones((3, 3), np.float32)
    assert (border_share(values), corner_share(values), evenness(values)) == (None,) * 3
