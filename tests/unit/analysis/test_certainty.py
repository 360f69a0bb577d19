"""Certainty of models that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.analysis.certainty import CertaintyWork, certainty_steps
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.core.scores import Answers, drops_of
from tests.support.models import brightness, weights
from tests.support.sizes import FEW

LABELS = ("dog", "cat", "none")
RNG = np.random.default_rng(3)
SIDE = 16
"""On a grid of 4×4 a cell has 4×4 pixels."""


class Spots:
    """Three classes: "dog" by red in the top left cell, less by green in the last; else "none"."""

    def __init__(self) -> None:
        self.pictures = 0
        self.changed = 0.0
        self.fails_after = 10**9

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self.pictures += len(batch)
        if self.pictures > self.fails_after:
            raise KeyboardInterrupt
        batch = batch.astype(np.float64) / 255
        red = (batch[:, :4, :4, 0] - batch[:, :4, :4, 1]).mean((1, 2))
        green = (batch[:, 12:, 12:, 1] - batch[:, 12:, 12:, 0]).mean((1, 2))
        logits = np.stack([8 * red - 6 * green + self.changed, 0 * red, 0 * red], axis=1)
        powers = np.exp(logits)
        return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def picture() -> np.ndarray:
    """Grey clouds with a red cell and a green one."""
    pixels = np.repeat(RNG.integers(40, 216, (SIDE, SIDE, 1)), 3, axis=2).astype(np.uint8)
    pixels[:4, :4] = 230, 20, 30
    pixels[12:, 12:] = 20, 230, 30
    return pixels


PICTURE = picture()


def explained(
    model: Any = None, grid: Any = 4, **settings: Any
) -> tuple[GridExplainer, Explanation]:
    made = GridExplainer(model or Spots(), grid, labels=LABELS, joint=False, **settings)
    return made, made.explain(PICTURE, 0)


def test_one_cell_is_sure_for_a_class_and_one_against_it() -> None:
    explainer, explanation = explained()
    found = explainer.certainty(explanation)
    expected = np.zeros((4, 4), int)
    expected[0, 0], expected[3, 3] = 1, -1
    np.testing.assert_array_equal(found.verdicts, expected)
    assert found.sentence == (
        "1 cell is sure to speak for “dog” and 1 to speak against it, in at least 7 of 8 ways to "
        "hide them. Of the other 14 it is not known."
    )
    assert found.complete
    elsewhere = expected == 0
    np.testing.assert_allclose(found.low[elsewhere], 0, atol=1e-5)
    np.testing.assert_allclose(found.high[elsewhere], 0, atol=1e-5)


def test_a_colour_shows_what_it_takes_to_the_digit() -> None:
    """Grey takes away all red: 8 · (230 − 20) / 255 of log-odds, and all green."""
    explainer, explanation = explained()
    found = explainer.certainty(explanation)
    grey = found.values[found.ways.index("gray")]
    assert grey[0, 0] == pytest.approx(8 * 210 / 255, rel=1e-4)
    assert grey[3, 3] == pytest.approx(-6 * 210 / 255, rel=1e-4)
    assert found.margin == pytest.approx(0.15 * np.median(found.values[:, 0, 0]), rel=1e-5)


def brute_force(explanation: Explanation, model: Callable[..., Any], fill: Any) -> np.ndarray:
    masker = Masker(explanation.pixels, explanation.grid, fill)
    hidden = np.stack([masker.masked([cell]) for cell in range(len(explanation.grid))])
    answers, whole = model(hidden), model(explanation.pixels[np.newaxis])[0]
    drops = drops_of(
        Answers.without_logits(answers),
        Answers.without_logits(whole),
        explanation.target,
        "log-odds",
        "softmax",
    )
    return drops.reshape(explanation.grid.shape)


@given(
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    seed=st.integers(0, 9),
    fill=st.sampled_from(["picture-mean", "noise", "patches", "black"]),
    batch=st.integers(1, 9),
)
@FEW
def test_every_value_is_what_the_model_says(
    rows: int, columns: int, seed: int, fill: str, batch: int
) -> None:
    made = GridExplainer(
        weights, (rows, columns), fill=fill, seed=seed, joint=False, output="softmax",
        batch_size=batch,
    )  # fmt: skip
    explanation = made.explain(PICTURE[:11, :9])
    found = made.certainty(explanation)
    fills = [parse_fill(name, seed) for name in ("picture-mean", "gray", "blur", "noise")]
    fills += [parse_fill("patches", seed + number) for number in range(4)]
    expected = [brute_force(explanation, weights, fill) for fill in fills]
    np.testing.assert_allclose(found.values, expected, atol=2e-4)
    told = np.where(found.tells, found.values, np.nan)
    low, high = np.fmin.reduce(told), np.fmax.reduce(told)
    np.testing.assert_allclose(found.low, low - (high - low) / 3, atol=1e-6)
    np.testing.assert_allclose(found.high, high + (high - low) / 3, atol=1e-6)


@pytest.mark.parametrize(("fill", "ways"), [("picture-mean", 7), ("patches", 7), ("black", 8)])
def test_nothing_is_asked_twice(fill: str, ways: int) -> None:
    model = Spots()
    explainer, explanation = explained(model, fill=fill)
    work = CertaintyWork(explainer, explanation)
    before, estimate = model.pictures, work.estimate
    found = explainer.certainty(explanation)
    assert found.calls == estimate.calls == ways * 17
    assert estimate.seconds == pytest.approx(explanation.seconds / 17 * found.calls)
    confirmed = 8 * 2  # the whole picture, before and after what is asked
    assert found.calls <= model.pictures - before <= found.calls + confirmed
    own = {"picture-mean": "picture-mean", "patches": "patches 1"}.get(fill)
    if own:
        values = found.values[found.ways.index(own)]
        np.testing.assert_array_equal(values, explanation.for_score("log-odds").drops)


def test_another_class_costs_no_call() -> None:
    model = Spots()
    explainer, explanation = explained(model)
    found, before = explainer.certainty(explanation), model.pictures
    cat = found.for_target("cat")
    assert model.pictures == before
    assert (cat.verdicts[0, 0], cat.verdicts[3, 3]) == (-1, 1)
    assert "for “cat”" in cat.sentence
    latest = explainer.explanation
    assert latest is not None
    assert latest.certainty is found
    other = latest.for_target("cat").certainty
    assert other is not None
    np.testing.assert_array_equal(other.verdicts, cat.verdicts)


def test_an_explanation_of_a_file_is_the_latest_where_there_is_no_other(tmp_path: Path) -> None:
    model = Spots()
    _, explanation = explained(model, batch_size=4)
    loaded = Explanation.load(explanation.save(tmp_path / "map.npz"))
    explainer = GridExplainer(model, 4, labels=LABELS, batch_size=4)
    model.fails_after = model.pictures + 60
    with pytest.raises(KeyboardInterrupt):
        explainer.certainty(loaded)
    model.fails_after = 10**9
    left = explainer.explanation
    assert left is not None
    assert left.certainty is not None
    assert not left.certainty.complete
    assert explainer.certainty(left).complete


def test_another_explanation_does_not_get_it() -> None:
    explainer, explanation = explained()
    latest = explainer.explain(PICTURE[::-1], 0)
    explainer.certainty(explanation)
    assert explainer.explanation is latest


@pytest.mark.parametrize("after", [1, 30, 60, 100])
def test_what_was_known_before_ctrl_c_is_not_asked_again(after: int) -> None:
    model = Spots()
    explainer, explanation = explained(model, batch_size=4)
    whole = explainer.certainty(explanation)
    explainer.explanation = explanation
    model.fails_after = model.pictures + after
    with pytest.raises(KeyboardInterrupt):
        explainer.certainty(explanation)
    model.fails_after = 10**9
    left = explainer.explanation
    known = 0
    if left.certainty is not None:
        known = int(np.isfinite(left.certainty.values).sum()) - 16
        assert not left.certainty.complete
        assert left.certainty.sentence.startswith(("So far (", "No cell was hidden in all 8 ways"))
        at = np.isfinite(left.certainty.values)
        np.testing.assert_array_equal(left.certainty.values[at], whole.values[at])
    work = CertaintyWork(explainer, left)
    assert work.estimate.calls <= 7 * 17 - known
    found = explainer.certainty(left)
    np.testing.assert_array_equal(found.values, whole.values)
    assert found.complete


def test_work_stops_between_two_batches_and_goes_on() -> None:
    model = Spots()
    explainer, explanation = explained(model, batch_size=4)
    work = CertaintyWork(explainer, explanation)
    steps = work.steps()
    progress = [next(steps) for _ in range(12)]
    steps.close()
    done = [done for done, _ in progress]
    assert done == sorted(done)
    assert {total for _, total in progress} == {7 * 17}
    before = model.pictures
    for _ in work.steps():
        pass
    assert work.certainty.complete
    assert work.certainty.calls == 7 * 17
    assert model.pictures - before < 7 * 17 + 16 - done[-1] + 8


def test_the_cells_that_the_map_says_most_of_come_first() -> None:
    explainer = GridExplainer(Spots(), (8, 16), labels=LABELS, joint=False)
    explanation = explainer.explain(PICTURE, 0)
    work = CertaintyWork(explainer, explanation)
    sizes, counts = np.abs(explanation.values), set()
    for _ in work.steps():
        asked = work.certainty.asked
        counts.add(int(asked.sum()))
        if asked.any() and not asked.all():
            assert sizes[asked].min() >= sizes[~asked].max()
    assert {0, 32, 64, 96, 128} <= counts


def test_a_model_that_has_changed_is_refused_and_leaves_nothing() -> None:
    model = Spots()
    explainer, explanation = explained(model)
    model.changed = 1.0
    with pytest.raises(ModelChangedError):
        explainer.certainty(explanation)
    assert explainer.explanation is explanation


def test_a_model_that_changes_on_the_way_leaves_nothing() -> None:
    model = Spots()
    explainer, explanation = explained(model, batch_size=4)
    kept: list[Any] = []
    steps = certainty_steps(CertaintyWork(explainer, explanation), kept.append)
    for _ in range(12):
        next(steps)
    model.changed = 1.0
    with pytest.raises(ModelChangedError):
        drain(steps)
    assert not kept


def test_photographs_lend_their_places() -> None:
    plain = [np.full((40, 20, 3), value, np.uint8) for value in (90, 120, 150, 180, 210)]
    explainer, explanation = explained()
    found = explainer.certainty(explanation, plain)
    assert found.ways[4:] == tuple(f"photograph {number}" for number in (1, 2, 3, 4))
    np.testing.assert_allclose(found.values[4:, 0, 0], 8 * 210 / 255, rtol=1e-4)
    two = explainer.certainty(explanation, np.stack(plain[:2]))
    assert two.ways[4:] == ("photograph 1", "photograph 2", "patches 1", "patches 2")
    one = explainer.certainty(explanation, plain[0])
    assert one.ways[4:6] == ("photograph 1", "patches 1")


def test_other_photographs_are_asked_about_again() -> None:
    explainer, explanation = explained()
    red = np.zeros((SIDE, SIDE, 3), np.uint8)
    red[..., 0] = 255
    explainer.certainty(explanation, [red // 2] * 4)
    found = explainer.certainty(explainer.explanation, [red] * 4)
    np.testing.assert_allclose(found.values[4:, 0, 0], 8 * (210 - 255) / 255, rtol=1e-4)
    assert found.verdicts[0, 0] == 0


def test_a_part_of_a_map_is_completed() -> None:
    explainer, explanation = explained()
    vectors, log_odds = explanation.vectors.copy(), explanation.log_odds.copy()
    vectors[0], log_odds[0] = np.nan, np.nan
    partial = replace(explanation, vectors=vectors, log_odds=log_odds)
    assert CertaintyWork(explainer, partial).estimate.calls == 7 * 17 + 5
    found = explainer.certainty(partial)
    np.testing.assert_allclose(found.values, explainer.certainty(explanation).values, atol=1e-5)


def test_a_map_of_another_method_is_judged_by_hiding_cells() -> None:
    explainer, explanation = explained()
    rise = explainer.explain(PICTURE, 0, "rise", samples=20)
    found = explainer.certainty(rise)
    assert found.calls == 8 * 17
    np.testing.assert_allclose(found.values, explainer.certainty(explanation).values, atol=1e-5)


def test_a_single_cell() -> None:
    """Mirrored, the picture is still there: four ways find that nothing is taken."""
    explainer = GridExplainer(brightness, 1, joint=False)
    bright = np.zeros((8, 8, 3), np.uint8)
    bright[:, :4] = 250
    found = explainer.certainty(explainer.explain(bright))
    assert found.values.shape == (8, 1, 1)
    np.testing.assert_allclose(found.values[4:], 0, atol=1e-5)
    assert found.verdicts.tolist() == [[0]]
    assert (
        found.sentence
        == "No cell is sure to speak for “class 0” or to speak against it, whatever hides it."
    )


def test_of_a_plain_picture_nothing_is_told() -> None:
    explainer = GridExplainer(brightness, 2, joint=False)
    found = explainer.certainty(explainer.explain(np.full((8, 8, 3), 128, np.uint8)))
    assert not found.tells.any()
    assert np.isnan(found.low).all()
    assert not found.verdicts.any()


def test_a_value_has_a_margin_of_the_pictures_own() -> None:
    """Years by the red of a cell: a cell takes up to 20 · 210 / 255, the others nothing."""

    def age(batch: np.ndarray) -> np.ndarray:
        red = (batch[:, :4, :4, 0] - batch[:, :4, :4, 1]).mean((1, 2), dtype=np.float64)
        return (40 + 20 * red / 255)[:, np.newaxis].astype(np.float32)

    explainer = GridExplainer(age, 4, output="value", unit="years", joint=False)
    found = explainer.certainty(explainer.explain(PICTURE))
    strongest = float(np.median(found.values[:, 0, 0]))
    assert found.score == "value"
    assert found.margin == pytest.approx(0.15 * strongest, rel=1e-5)
    assert found.verdicts[0, 0] == 1
    assert np.count_nonzero(found.verdicts) == 1
    assert found.record["unit"] == "years"
    assert found.sentence.startswith("1 cell is sure to raise “value”, in at least 7 of 8 ways")


def test_what_is_no_explanation_is_refused() -> None:
    explainer, explanation = explained()
    with pytest.raises(TypeError, match="ndarray is no Explanation, such as explain"):
        explainer.certainty(PICTURE)
    with pytest.raises(ValueError, match="classes, and"):
        GridExplainer(weights, 4, output="softmax").certainty(explanation)
    with pytest.raises(FileNotFoundError):
        explainer.certainty(explanation, ["/no/such/picture.png"])


def test_the_grid_may_be_uneven() -> None:
    explainer, explanation = explained(grid=(3, 5))
    found = explainer.certainty(explanation)
    assert found.values.shape == (8, 3, 5)
    assert Grid(3, 5, SIDE, SIDE) == explanation.grid
