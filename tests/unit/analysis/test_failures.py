"""Nothing that was scored is lost, whatever is raised, and wherever."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from gridexplainer_widget import Explanation, ExplanationError, GridExplainer
from gridexplainer_widget.core import progress
from gridexplainer_widget.core.errors import named, words_of
from tests.support.failing import FAILURES, INTERRUPTS, FailsAt, Mute
from tests.support.models import weights
from tests.support.sizes import sized

PICTURE = np.random.default_rng(0).integers(0, 256, (12, 12, 3)).astype(np.uint8)
GRID, BATCH = 3, 2
BATCHES = 5
"""Of the whole picture and 9 cells, 2 at a time."""


@pytest.fixture(scope="module")
def sound() -> Explanation:
    return GridExplainer(weights, GRID, batch_size=BATCH).explain(PICTURE)


def halves(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    return pixels / 2


def assert_part_of(partial: Explanation, whole: Explanation, done: int) -> None:
    """Assert that `done` cells have the numbers that they have in the whole."""
    scored = np.isfinite(partial.drops)
    assert partial.done == scored.sum() == done
    np.testing.assert_array_equal(partial.drops[scored], whole.drops[scored])
    assert partial.baseline == whole.baseline


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("call", range(1, BATCHES + 1))
def test_a_model_that_fails_at_any_call(
    sound: Explanation, failure: type[BaseException], call: int
) -> None:
    model = FailsAt(weights, call, failure)
    explainer = GridExplainer(model, GRID, batch_size=BATCH)
    # StopIteration would end a generator: Python makes it a RuntimeError.
    raised = failure if failure in INTERRUPTS or call == 1 else ExplanationError
    with pytest.raises(RuntimeError if raised is StopIteration else raised) as caught:
        explainer.explain(PICTURE)
    if call == 1:
        assert explainer.explanation is None
    else:
        done = BATCH * (call - 1) - 1
        assert_part_of(explainer.explanation, sound, done)
        if raised is ExplanationError:
            assert caught.value.explanation is explainer.explanation
            assert failure.__name__ in str(caught.value) or failure is StopIteration
    model.heal()
    again = explainer.explain(PICTURE)
    assert_part_of(again, sound, GRID**2)
    assert again is explainer.explanation


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("call", [1, 4, 9])
def test_a_fill_that_fails_at_any_cell(failure: type[BaseException], call: int) -> None:
    whole = GridExplainer(weights, GRID, fill=halves, batch_size=1).explain(PICTURE)
    fill = FailsAt(halves, call, failure)
    explainer = GridExplainer(weights, GRID, fill=fill, batch_size=1)
    with pytest.raises(failure if failure in INTERRUPTS else ExplanationError):
        explainer.explain(PICTURE)
    assert_part_of(explainer.explanation, whole, call - 1)
    fill.heal()
    assert_part_of(explainer.explain(PICTURE), whole, GRID**2)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_model_that_fails_while_it_is_checked(
    sound: Explanation, failure: type[BaseException]
) -> None:
    explainer = GridExplainer(
        FailsAt(weights, BATCHES + 1, failure), GRID, batch_size=BATCH, joint=False
    )
    if failure in INTERRUPTS:
        with pytest.raises(failure):
            explainer.explain(PICTURE)
    else:
        assert explainer.explain(PICTURE) is explainer.explanation
    assert_part_of(explainer.explanation, sound, GRID**2)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_bar_that_fails(
    sound: Explanation, failure: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Bar:
        n = 0

        def __init__(self, **_: object) -> None:
            pass

        def update(self, done: int) -> None:
            self.n += done
            if self.n > 4:
                raise failure

        def close(self) -> None:
            pass

    monkeypatch.setattr("tqdm.auto.tqdm", Bar)
    explainer = GridExplainer(weights, GRID, batch_size=BATCH)
    with pytest.raises(failure):
        explainer.explain(PICTURE)
    assert_part_of(explainer.explanation, sound, 5)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_comparison_keeps_the_maps_that_were_finished(failure: type[BaseException]) -> None:
    methods = ["occlusion", ("rise", {"samples": 20}), "occlusion"]
    sound = GridExplainer(weights, GRID).compare(PICTURE, methods)
    counting = FailsAt(weights, 10**9, failure)
    GridExplainer(counting, GRID).compare(PICTURE, methods)
    for call in range(1, counting.calls + 1, sized(7, 1)):
        model = FailsAt(weights, call, failure)
        explainer = GridExplainer(model, GRID)
        with suppress(failure, RuntimeError):  # what a StopIteration becomes
            explainer.compare(PICTURE, methods)
        kept = explainer.comparison
        for explanation in kept.explanations if kept else ():
            same = sound.explanations[["occlusion", "rise"].index(explanation.method)]
            np.testing.assert_array_equal(explanation.values, same.values)
        if kept and failure not in INTERRUPTS:
            assert len(kept.explanations) + len(kept.failures) == len(methods)
            assert all(told.why for told in kept.failures)
        model.heal()
        again = explainer.compare(PICTURE, methods)
        for one, other in zip(again.figures, sound.figures, strict=True):
            assert one.srg == other.srg


def test_a_comparison_keeps_a_map_whose_audit_was_interrupted() -> None:
    methods = [("rise", {"samples": 20}), "occlusion"]
    sound = GridExplainer(weights, GRID).compare(PICTURE, methods)
    model = FailsAt(weights, 10**9, KeyboardInterrupt)
    explainer = GridExplainer(model, GRID, preprocess="0..255")
    explainer.compare(PICTURE, methods)
    calls, model.calls = model.calls, 0
    explainer.compare(PICTURE, methods)  # its check is done
    assert model.calls < calls
    model.call, model.calls = model.calls, 0  # the last call is an audit's
    with pytest.raises(KeyboardInterrupt):
        explainer.compare(PICTURE, methods)
    kept = explainer.comparison
    assert [len(kept.explanations), len(kept.figures)] == [2, 1]
    np.testing.assert_array_equal(kept.explanations[1].values, sound.explanations[1].values)
    assert kept.row(1)["method"] == "occlusion"
    assert kept.plot().axes


@pytest.mark.parametrize("failure", FAILURES)
def test_an_audit_that_fails_leaves_the_explanation(
    sound: Explanation, failure: type[BaseException]
) -> None:
    expected = GridExplainer(weights, GRID, batch_size=BATCH).faithfulness(sound)
    model = FailsAt(weights, 3, failure)
    explainer = GridExplainer(model, GRID, batch_size=BATCH)
    with pytest.raises(RuntimeError if failure is StopIteration else failure):
        explainer.faithfulness(sound)
    model.heal()
    assert explainer.faithfulness(sound).srg == expected.srg


def test_errors_are_told_even_if_they_cannot_tell_themselves() -> None:
    assert named(ValueError("no")) == "ValueError: no"
    assert named(KeyboardInterrupt()) == words_of(KeyboardInterrupt()) == "KeyboardInterrupt"
    assert named(Mute()) == words_of(Mute()) == "Mute"
    assert words_of(ValueError("no")) == "no"


def test_steps_that_are_left_are_closed() -> None:
    closed = []

    def steps() -> object:
        try:
            yield 1, 0  # a bar of no length
            yield "no progress"
        finally:
            closed.append(True)

    with pytest.raises(ValueError, match="unpack"):
        progress.with_bar(steps(), "Counting")
    assert closed == [True]
