"""Handfuls that are hidden after the single cells."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from gridexplainer_widget import ExplanationError, GridExplainer
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.core.handfuls import MAX_HANDFULS
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.inference.set_answers import KEPT_SETS
from gridexplainer_widget.inference.together import (
    draw,
    handful_count,
    handfuls_of,
    together_steps,
)
from tests.support.models import brightness, weights
from tests.support.runs import NOISE, WHITE, run_of

PICTURE = np.random.default_rng(5).integers(40, 256, (32, 32, 3)).astype(np.uint8)


class Either:
    """Sure of its class as long as one of two corners of 8×8 pixels is bright."""

    def __init__(self) -> None:
        self.pictures = 0

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.pictures += len(batch)
        corners = batch[:, :8, :8].mean((1, 2, 3)), batch[:, -8:, -8:].mean((1, 2, 3))
        bright = np.maximum(*corners) / 255
        return np.stack([bright, 1 - bright], axis=1)


def finished(run: object, budget: int | None = None, target: int = 0) -> None:
    drain(run.steps())  # type: ignore[attr-defined] - any run
    drain(together_steps(run, target, "probability", budget))  # type: ignore[arg-type]


def test_answers_are_those_of_pictures_with_the_handful_hidden() -> None:
    run = run_of(weights, (4, 5))
    finished(run)
    handfuls = handfuls_of(run)
    assert handfuls is not None
    for hidden, vector in zip(handfuls.hidden, handfuls.answers.vectors, strict=True):
        picture = run.masker.masked(np.flatnonzero(hidden).tolist())
        np.testing.assert_allclose(vector, weights(picture[np.newaxis])[0], atol=1e-6)


def test_a_budget_counts_all_calls() -> None:
    model = Either()
    explainer = GridExplainer(model, fill="black", budget=120)
    explanation = explainer.explain(np.full((64, 64, 3), 255, np.uint8), 0)
    assert explanation.cost.forward == 120
    assert handful_count(64, None) == 135


def test_any_budget_is_within_what_can_be_fitted() -> None:
    assert handful_count(64, 10**9) == MAX_HANDFULS


def test_joint_false_hides_single_cells_alone() -> None:
    one, both = (
        GridExplainer(weights, 4, fill="cell-gray", joint=joint).explain(PICTURE)
        for joint in (False, True)
    )
    assert one.cost.forward == 17
    assert one.handfuls is None
    assert one.foretells is None
    assert one.map == "alone"
    np.testing.assert_array_equal(one.values, both.drops)
    np.testing.assert_array_equal(both.with_map("alone").values, one.values)


def test_cells_of_which_either_suffices_are_found_together() -> None:
    explanation = GridExplainer(Either(), 4, fill="black").explain(
        np.full((32, 32, 3), 255, "u1"), 0
    )
    assert not explanation.drops.any()
    assert explanation.map == "together"
    assert {(cell.row, cell.column) for cell in explanation.top(2)} == {(0, 0), (3, 3)}
    assert explanation.foretells is not None
    assert explanation.foretells.reliable


def test_a_map_that_has_settled_ends_before_the_budget_with_all_probes() -> None:
    run = run_of(brightness, 8, WHITE)
    finished(run, 2000, target=1)
    handfuls = handfuls_of(run)
    drawn = [probe for _, probe in _drawn(run, 2000)]
    assert handfuls is not None
    assert handfuls.probes.sum() == sum(drawn)
    assert len(handfuls.fitted) < len(drawn) - sum(drawn)


def _drawn(run: object, budget: int) -> object:
    from gridexplainer_widget.inference.together import draw

    return draw(run, budget)  # type: ignore[arg-type] - any run


def test_what_was_asked_is_not_asked_again() -> None:
    run = run_of(weights, 4)
    drain(run.steps())
    steps = together_steps(run, 0, "probability", None)
    next(steps)
    finished(run)
    calls = run.calls
    finished(run)
    assert run.calls == calls
    handfuls = handfuls_of(run)
    assert handfuls is not None
    assert calls == 17 + len(handfuls)


def test_handfuls_outlast_all_other_questions() -> None:
    run = run_of(weights, 6, NOISE)
    finished(run)
    before = handfuls_of(run)
    rng = np.random.default_rng(0)
    sets = {tuple(sorted(rng.choice(36, 9, replace=False).tolist())) for _ in range(KEPT_SETS + 50)}
    drain(run.ask(sets))
    after = handfuls_of(run)
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before.hidden, after.hidden)


@pytest.mark.parametrize("grid", [1, (1, 2)])
def test_a_grid_of_two_cells_has_no_handfuls(grid: object) -> None:
    explanation = GridExplainer(weights, grid).explain(PICTURE)  # type: ignore[arg-type] - a size
    assert explanation.handfuls is None
    assert explanation.map == "alone"


def test_another_target_and_score_cost_no_call() -> None:
    model = Either()
    explanation = GridExplainer(model, 4, fill="black").explain(PICTURE, 0)
    calls = model.pictures
    other = explanation.for_target(1).for_score("log-odds")
    np.testing.assert_allclose(explanation.for_target(1).values, -explanation.values, atol=1e-6)
    assert other.foretells is not None
    assert model.pictures == calls


@pytest.mark.parametrize("call", range(2, 10))
def test_nothing_is_kept_of_a_model_that_changes_on_the_way(call: int) -> None:
    """Nothing tells at which of 16 cells or 60 handfuls a function has become another."""
    calls = itertools.count(1)

    def changing(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        answers = weights(batch)
        return answers if next(calls) < call else answers[:, ::-1]

    explainer = GridExplainer(changing, 4, output="softmax", batch_size=8)
    with pytest.raises(ModelChangedError, match="has changed since"):
        explainer.explain(PICTURE)
    assert explainer.explanation is None


def test_what_another_run_does_not_know_takes_nothing_away() -> None:
    known, empty = run_of(weights, 4), run_of(weights, 4)
    finished(known)
    draw(empty, None)
    before = handfuls_of(known)
    known.set_answers.adopt(empty.set_answers)
    after = handfuls_of(known)
    assert before is not None
    assert after is not None
    assert len(after) == len(before)
    empty.set_answers.adopt(known.set_answers)
    assert len(empty.set_answers.pinned) == len(known.set_answers.pinned)
    assert None not in empty.set_answers.pinned.values()


def test_a_handful_that_always_fails_leaves_the_cells_and_says_the_way_out() -> None:
    def fails(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        answers = weights(batch)
        answers[(batch == 0).mean(axis=(1, 2, 3)) > 0.3] = np.nan
        return answers

    explainer = GridExplainer(fails, 4, fill="black", input_shape=(12, 12))
    with pytest.raises(ExplanationError, match="16 of 16 cells and .*joint=False") as failure:
        explainer.explain(PICTURE)
    assert failure.value.explanation is explainer.explanation
    assert explainer.explanation is not None
    assert explainer.explanation.complete
