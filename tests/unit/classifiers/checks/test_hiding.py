"""What is said of a map's two ends: a model for each verdict, and for each silence."""

from __future__ import annotations

import numpy as np
import pytest

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.checks.checks import Check

CORNERS = np.zeros((16, 16, 3), np.uint8)
CORNERS[:8, :8] = CORNERS[8:, 8:] = 240
"""Two bright quarters."""


def told(model: object, fill: object = "black", grid: int = 2) -> Check:
    explainer = GridExplainer(model, grid, fill=fill, preprocess="0..255")
    (found,) = (check for check in explainer.check(CORNERS).checks if check.name == "Hiding")
    return found


def two(p: np.ndarray) -> np.ndarray:
    return np.stack([p, 1 - p], axis=1).astype(np.float32)


def bright(batch: np.ndarray) -> np.ndarray:
    return two(0.05 + 0.9 * (batch[:, :8, :8].mean(axis=(1, 2, 3)) > 120))


def agreement(batch: np.ndarray) -> np.ndarray:
    """Whether both quarters are alike: each cell decides, and none is needed."""
    first, last = batch[:, :8, :8].mean(axis=(1, 2, 3)), batch[:, 8:, 8:].mean(axis=(1, 2, 3))
    return two(0.01 + 0.98 * (np.abs(first - last) < 60))


def test_an_answer_that_goes_with_the_cells() -> None:
    assert told(bright).verdict == "ok"
    assert told(bright).seen == (
        "Hiding nothing changes nothing; with every cell hidden by black on a grid of 2×2 "
        "“class 0” has 5.0% instead of 95.0%."
    )


def test_a_perfect_map_of_an_answer_that_an_empty_picture_has_as_well() -> None:
    explainer = GridExplainer(agreement, 2, fill="black", preprocess="0..255")
    drops = explainer.explain(CORNERS).drops
    np.testing.assert_allclose(drops, [[0.98, 0], [0, 0.98]], atol=1e-6)
    found = told(agreement)
    assert found.verdict == "ok"
    assert "still has 99.0%, and 99.0% with none" in found.seen
    assert "also the answer to a picture of one colour" in found.seen
    assert "range" not in found.sentence


def test_a_fill_that_leaves_what_tells_it() -> None:
    found = told(bright, "cell-mean", grid=2)  # a quarter's mean is as bright as it is
    assert found.verdict == "warning"
    assert found.advice.startswith("Take fewer cells or another fill")
    assert "range" not in found.sentence


def test_a_model_that_does_not_look_is_told_as_such() -> None:
    found = told(lambda batch: two(np.full(len(batch), 0.9)))
    assert found.verdict == "wrong"
    assert "does not look at the picture" in found.sentence


@pytest.mark.parametrize("fill", ["black", "cell-mean"])
def test_a_model_that_fails_without_any_cell(fill: str) -> None:
    def failing(batch: np.ndarray) -> np.ndarray:
        answer = bright(batch)
        answer[batch.max(axis=(1, 2, 3)) == 0] = np.nan
        return answer

    found = told(failing, fill)
    assert (found.verdict == "wrong") == (fill == "black")
    assert ("With every cell hidden: failing returned NaN" in found.seen) == (fill == "black")
