"""The widget lives on, whatever is raised: nothing is stuck, lost or of two states."""

from __future__ import annotations

import threading
from contextlib import suppress

import numpy as np
import pytest
import traitlets
from ipykernel.comm import Comm
from ipywidgets import Widget

from gridexplainer_widget import Explanation, ExplanationError, GridExplainer, GridExplainerWidget
from gridexplainer_widget.core.fills import DEFAULT_FILL
from gridexplainer_widget.live.publisher import Turn
from gridexplainer_widget.wire.explorer import FRONT_END_TRAITS, KERNEL_TRAITS
from tests.support.both_maps import assert_both_maps
from tests.support.failing import FAILURES, FailsAt
from tests.support.models import weights
from tests.support.sizes import sized
from tests.unit.live.explorer.test_widget import SOUND, FrontEnd, drops, front_end

__all__ = ["front_end"]  # a fixture

PICTURE = np.random.default_rng(0).integers(0, 256, (12, 12, 3)).astype(np.uint8)
GRID, BATCH, BATCHES = 3, 2, 5
NEW = {
    "grid_size": 4,
    "fill": "black",
    "target": 1,
    "contrast": 0,
    "score": "log-odds",
    "value": [(0, 1)],
    "keep": True,
    "map": "together",
    "method": "rise",
    "colormap": "red-blue",
    "opacity": 0.5,
    "numbers": False,
    "scale": "absolute",
    "threshold": 0.5,
}
SOME = sized(FAILURES[::3], FAILURES)


@pytest.fixture(scope="module")
def sound() -> Explanation:
    return GridExplainer(weights, GRID, batch_size=BATCH).explain(PICTURE)


@pytest.fixture(autouse=True)
def reported(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What a thread reports as its end."""
    reports: list[object] = []
    monkeypatch.setattr(threading, "excepthook", reports.append)
    return reports


def explore(model: object = weights, **options: object) -> GridExplainerWidget:
    explainer = GridExplainer(model, GRID, batch_size=BATCH, **options)
    explainer.checked = SOUND
    return explainer.explore(PICTURE)


def assert_one_state(widget: GridExplainerWidget) -> None:
    """Assert that what is published is what was scored, and that nothing is at work."""
    assert not widget._publisher.runner.busy
    assert widget.status != "running"
    explanation, shown = widget.explanation, drops(widget)
    if explanation is None:
        assert not np.isfinite(shown).any()
        assert widget.progress["done"] == 0
    else:
        np.testing.assert_array_equal(
            np.isfinite(shown), np.isfinite(explanation.drops.ravel()), strict=True
        )
        scored = np.isfinite(shown)
        np.testing.assert_array_equal(shown[scored], explanation.drops.ravel()[scored])
        assert widget.progress["done"] == explanation.done
        assert widget.prediction["target"] == explanation.target
        assert_both_maps(widget)


def assert_lives(widget: GridExplainerWidget, sound: Explanation) -> None:
    """Assert that a start ends with all numbers right."""
    widget.start()
    assert widget.wait(20)
    assert (widget.status, widget.error) == ("done", "")
    assert_one_state(widget)
    np.testing.assert_array_equal(drops(widget), sound.drops.ravel())
    widget.grid_size = 2
    assert widget.wait(20)
    assert (widget.status, widget.progress["done"]) == ("done", 4)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("call", range(1, BATCHES + 1))
def test_a_model_that_fails_at_any_call(
    sound: Explanation, failure: type[BaseException], call: int
) -> None:
    model = FailsAt(weights, call, failure)
    widget = explore(model)
    with pytest.raises(ExplanationError) as caught:
        widget.wait(20)
    assert widget.status == "error"
    assert str(caught.value) == widget.error
    assert failure.__name__ in widget.error
    assert_one_state(widget)
    assert widget.progress["done"] == max(0, BATCH * (call - 1) - 1)
    model.heal()
    assert_lives(widget, sound)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_fill_that_fails(sound: Explanation, failure: type[BaseException]) -> None:
    def halves(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        return pixels / 2

    fill = FailsAt(halves, 4, failure)
    widget = explore()
    widget.wait(20)
    widget.fill = fill
    with pytest.raises(ExplanationError):
        widget.wait(20)
    assert failure.__name__ in widget.error
    assert_one_state(widget)
    widget.value = [(0, 0)]  # draws the fill, which fails again
    assert_one_state(widget)
    assert widget.evidence == {}
    widget.fill = DEFAULT_FILL
    assert widget.wait(20)
    assert widget.evidence["drop"] is not None
    assert_lives(widget, sound)


@pytest.mark.parametrize("failure", SOME)
@pytest.mark.parametrize("name", [*KERNEL_TRAITS, traitlets.All])
def test_an_observer_that_fails_in_either_thread(
    sound: Explanation, failure: type[BaseException], name: str, reported: list
) -> None:
    def fail(_: object) -> None:
        raise failure

    widget = explore()
    assert widget.wait(20)
    widget.observe(fail, name)
    acts = (
        lambda: setattr(widget, "grid_size", 2),
        lambda: setattr(widget, "target", 1),
        lambda: widget.select([(0, 0), (1, 1)]),
        widget.play,
        lambda: widget.explain(PICTURE[::-1]),
        widget.undo,
        lambda: setattr(widget, "fill", "black"),
    )
    for act in acts:
        with suppress(failure, RuntimeError):
            act()
        assert widget.wait(20)
        assert widget.status == "done"
        assert_one_state(widget)
    if name in {"status", "scores", "progress", "prediction"}:
        assert failure.__name__ in widget.error
        assert "An observer of this widget raised it" in widget.error
    widget.unobserve(fail, name)
    with suppress(failure, RuntimeError):
        widget.explain(PICTURE)
    widget.fill, widget.target, widget.grid_size = DEFAULT_FILL, sound.target, GRID
    assert_lives(widget, sound)
    assert reported == []


@pytest.mark.parametrize("failure", SOME)
@pytest.mark.parametrize("name", NEW)
def test_an_observer_of_what_is_set_fails(
    front_end: FrontEnd, sound: Explanation, failure: type[BaseException], name: str
) -> None:
    widget = explore()
    assert widget.wait(20)
    old = getattr(widget, name)

    def fail(_: object) -> None:
        raise failure

    widget.observe(fail, name)
    with pytest.raises((failure, RuntimeError)):
        setattr(widget, name, NEW[name])
    assert getattr(widget, name) != old
    assert widget.wait(20)
    front_end.write(widget, **{name: old.name if name == "fill" else old})
    assert widget.wait(20)
    assert getattr(widget, name) == old
    assert_one_state(widget)
    widget.unobserve(fail, name)
    widget.score, widget.target, widget.value = "probability", sound.target, ()
    assert_lives(widget, sound)


@pytest.mark.parametrize("failure", SOME)
@pytest.mark.parametrize("step", ["_on_update", "_on_finish", "_on_answer", "_on_check"])
def test_publishing_that_fails_is_an_error(
    sound: Explanation,
    failure: type[BaseException],
    step: str,
    monkeypatch: pytest.MonkeyPatch,
    reported: list,
) -> None:
    widget = explore()
    assert widget.wait(20)

    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(widget._publisher, step, fail)
    if step == "_on_check":
        widget._session.setup.checked = None
    widget.grid_size = 4
    if step in {"_on_update", "_on_finish"}:
        with pytest.raises(ExplanationError):
            widget.wait(20)
        assert widget.status == "error"
        assert failure.__name__ in widget.error
    assert widget._publisher.runner.wait(20)
    widget.select([(0, 0), (1, 1)])
    assert widget._publisher.runner.wait(20)
    if step == "_on_answer":
        assert failure.__name__ in widget.error
    assert len(reported) == (step != "_on_update")
    monkeypatch.undo()
    widget.clear()
    widget.grid_size = GRID
    assert_lives(widget, sound)


@pytest.mark.parametrize("failure", SOME)
@pytest.mark.parametrize("turn", [Turn.QUESTION, Turn.CHECK, Turn.CURVE])
def test_a_model_that_fails_beside_the_run(
    sound: Explanation, failure: type[BaseException], turn: Turn
) -> None:
    model = FailsAt(weights, 10**9, failure)
    widget = explore(model, joint=False)  # no answer about two cells is known
    assert widget.wait(20)
    model.call = 0
    if turn == Turn.QUESTION:
        widget.select([(0, 0), (1, 1)])
        assert widget.wait(20)
        assert widget.evidence["drop"] is None
    elif turn == Turn.CURVE:
        widget.play()
        assert widget.wait(20)
        assert not widget.curve["running"]
    else:
        widget._session.setup.checked = None
        model.call = model.calls + 2  # the first asks whether the model is the same
        widget.start()
        assert widget.wait(20)
    told = widget.error + str(widget.check)
    assert failure.__name__ in told
    assert widget.status == "done"
    assert_one_state(widget)
    model.heal()
    widget.clear()
    assert_lives(widget, sound)


@pytest.mark.parametrize("failure", [OSError, RuntimeError, ValueError])
def test_a_front_end_that_is_gone(
    sound: Explanation, failure: type[Exception], monkeypatch: pytest.MonkeyPatch, reported: list
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise failure("closed")

    monkeypatch.setattr(Widget, "_send", refuse)
    monkeypatch.setattr(Comm, "kernel", object())  # without one, ipywidgets 7 sends nothing
    widget = explore()
    assert widget.wait(20)
    widget.target = sound.target
    np.testing.assert_array_equal(drops(widget), sound.drops.ravel())
    widget.grid_size = 2
    assert widget.wait(20)
    assert (widget.status, widget.progress["done"]) == ("done", 4)
    assert_one_state(widget)
    widget.grid_size = GRID
    monkeypatch.undo()
    assert_lives(widget, sound)
    assert reported == []


def test_an_error_that_was_refused_later_is_not_taken_for_the_runs(front_end: FrontEnd) -> None:
    widget = explore(FailsAt(weights, 2, SystemExit))
    with pytest.raises(ExplanationError, match="SystemExit"):
        widget.wait(20)
    front_end.write(widget, grid_size=0)
    assert "no grid" in widget.error
    with pytest.raises(ExplanationError, match="SystemExit"):
        widget.wait(20)


def test_what_is_refused_never_rolls_back_what_was_published() -> None:
    wrong = [(row % 8, row % 8) for row in range(2_000)] + [(99, 99)]
    for _ in range(sized(8, 60)):
        widget = GridExplainer(weights, 8, batch_size=2).explore(PICTURE)
        for _ in range(10):
            with pytest.raises(traitlets.TraitError):
                widget.select(wrong)
            with pytest.raises(KeyError), widget.hold_trait_notifications():  # noqa: PT012
                widget.opacity = 0.5
                raise KeyError
        assert widget.wait(20)
        assert widget.status == "done"
        assert_one_state(widget)
        assert (widget.value, widget.opacity) == ((), 0.85)
        assert widget.progress["done"] == 64
        widget.close()


def test_threads_that_set_at_once_are_each_accepted_or_refused() -> None:
    widget = explore()
    cells = [[(0, 0)], [(9, 9)], [(1, 1), (2, 2)], "none"]

    def write(name: str, values: list) -> None:
        for number in range(sized(100, 1000)):
            with suppress(traitlets.TraitError):
                setattr(widget, name, values[number % len(values)])
            FrontEnd().write(widget, **{name: values[(number + 1) % len(values)], "keep": "no"})

    settings = {"value": cells, "target": [0, 9, 1], "score": ["log-odds", "beauty", "probability"]}
    threads = [threading.Thread(target=write, args=setting) for setting in settings.items()]
    for thread in threads:
        thread.start()
    for _ in range(sized(10, 100)):
        with pytest.raises(traitlets.TraitError):
            widget.select([(0, 0), (3, 3)])
        widget.start()
    for thread in threads:
        thread.join(60)
    widget.start()
    assert widget.wait(20)
    assert (widget.status, widget.error) == ("done", "")
    assert widget.value in {(), ((0, 0),), ((1, 1), (2, 2))}
    assert widget.target in {0, 1}
    assert_one_state(widget)
    expected = GridExplainer(weights, GRID, score=widget.score).explain(PICTURE, widget.target)
    np.testing.assert_array_equal(drops(widget), expected.drops.ravel())


@pytest.mark.parametrize("failure", FAILURES)
def test_a_run_that_cannot_be_made_leaves_the_old_one(
    sound: Explanation, failure: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = explore()
    assert widget.wait(20)
    before = {name: getattr(widget, name) for name in (*FRONT_END_TRAITS, *KERNEL_TRAITS)}

    def fail(*_: object) -> None:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(widget._session.setup, "start_run", fail)
        for act in (
            lambda: setattr(widget, "grid_size", 2),
            lambda: setattr(widget, "fill", "black"),
            lambda: widget.explain(PICTURE[::-1]),
        ):
            with pytest.raises((failure, RuntimeError)):
                act()
            after = {name: getattr(widget, name) for name in before}
            assert {**after, "fill": after["fill"].name} == {**before, "fill": before["fill"].name}
        FrontEnd().write(widget, grid_size=2)
        assert widget.error
        assert widget.grid_size == GRID
    widget.value = [(2, 2)]
    assert widget.evidence["drop"] is not None
    widget.value = []
    assert_lives(widget, sound)


def test_a_fill_of_ones_own_need_be_no_key() -> None:
    class Halves:
        __hash__ = None

        def __eq__(self, other: object) -> bool:
            raise ValueError("not to be compared")

        def __call__(self, pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
            return pixels / 2

    widget = explore()
    assert widget.wait(20)
    for fill in (Halves(), Halves()):
        widget.fill = fill
        assert widget.wait(20)
        assert_one_state(widget)
    assert widget.fills[:2] == ["Halves", "Halves 2"]
