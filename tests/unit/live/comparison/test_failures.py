"""The comparison lives on, whatever is raised, sent or set."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from ipykernel.comm import Comm
from ipywidgets import Widget

from gridexplainer_widget import Comparison, ComparisonWidget, GridExplainer
from gridexplainer_widget.classifiers.checks.checks import Check
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.wire.comparison import COMMANDS, FRONT_END_TRAITS, KERNEL_TRAITS
from tests.support.failing import FAILURES, FailsAt
from tests.support.models import weights
from tests.support.sizes import RANDOM_EVENTS, sized
from tests.support.strange import JSON, OBJECTS

PICTURE = np.random.default_rng(0).integers(0, 256, (12, 12, 3)).astype(np.uint8)
SOUND = Preflight((Check("Outputs", "ok", "Probabilities."),), 8)
METHODS = ["occlusion", ("rise", {"samples": 12})]
GRID = 2
SOME = sized(FAILURES[::3], FAILURES)


@pytest.fixture(scope="module")
def sound() -> Comparison:
    return GridExplainer(weights, GRID).compare(PICTURE, METHODS)


@pytest.fixture(autouse=True)
def reported(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What a thread reports as its end."""
    reports: list[object] = []
    monkeypatch.setattr(threading, "excepthook", reports.append)
    return reports


def explore(model: object = weights) -> ComparisonWidget:
    explainer = GridExplainer(model, GRID)
    explainer.checked = SOUND
    return explainer.explore(PICTURE, methods=METHODS)


def assert_one_state(widget: ComparisonWidget) -> None:
    """Assert that what is published is what was found, and that nothing is at work."""
    assert not widget._publisher.runner.busy
    assert widget.status in {"done", "stopped", "error"}
    assert len(widget.maps) == len(widget.methods) == len(widget.progress)
    assert not any(shown["status"] == "running" for shown in widget.maps) or (
        widget.status == "stopped"
    )
    done = [shown for shown in widget.maps if shown["status"] == "done"]
    for shown, explanation in zip(done, widget.comparison.explanations, strict=True):
        values = np.frombuffer(shown["values"], "<f4")
        np.testing.assert_array_equal(values, explanation.values.ravel())


def assert_lives(widget: ComparisonWidget, sound: Comparison) -> None:
    """Assert that a start ends with all numbers right."""
    widget.methods, widget.target = METHODS, None
    widget.start()
    assert widget.wait(20)
    assert (widget.status, widget.error) == ("done", "")
    assert_one_state(widget)
    for one, other in zip(widget.comparison, sound, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
    for one, other in zip(widget.comparison.figures, sound.figures, strict=True):
        assert one.srg == other.srg
    widget.close()


@pytest.mark.parametrize("failure", FAILURES)
def test_a_model_that_fails_at_any_call(sound: Comparison, failure: type[BaseException]) -> None:
    counting = FailsAt(weights, 10**9, failure)
    widget = explore(counting)
    assert widget.wait(20)
    widget.close()
    for call in range(1, counting.calls + 1, sized(2, 1)):
        model = FailsAt(weights, call, failure)
        widget = explore(model)
        assert widget.wait(20)
        told = [widget.error, *(shown["error"] for shown in widget.maps)]
        assert failure.__name__ in "".join(told)
        assert (widget.status == "error") == (call == 1)
        assert_one_state(widget)
        model.heal()
        assert_lives(widget, sound)


@pytest.mark.parametrize("failure", SOME)
@pytest.mark.parametrize("name", [*KERNEL_TRAITS, *FRONT_END_TRAITS, traitlets.All])
def test_an_observer_that_fails_in_either_thread(
    sound: Comparison, failure: type[BaseException], name: str, reported: list
) -> None:
    def fail(_: object) -> None:
        raise failure

    widget = explore()
    widget.observe(fail, name)
    acts = (
        lambda: setattr(widget, "target", 1),
        lambda: setattr(widget, "value", [(0, 1)]),
        lambda: setattr(widget, "methods", [*METHODS, ("rise", {"samples": 8})]),
        lambda: setattr(widget, "randomise", True),
        widget.start,
    )
    for act in acts:
        with suppress(failure, RuntimeError):
            act()
        assert widget.wait(20)
        assert widget.status == "done"
        assert_one_state(widget)
    assert widget.evidence["drop"] is not None
    widget.unobserve(fail, name)
    widget.randomise = False
    assert_lives(widget, sound)
    assert reported == []


@pytest.mark.parametrize("failure", SOME)
@pytest.mark.parametrize("step", ["_on_update", "_on_finish", "_on_answer", "_publish_maps"])
def test_publishing_that_fails_is_an_error(
    sound: Comparison, failure: type[BaseException], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = explore()
    assert widget.wait(20)

    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(widget._publisher, step, fail)
    with suppress(failure, RuntimeError):
        widget.target = 1
    assert widget.wait(20)
    assert (widget.status == "error") == (step != "_on_answer")
    with suppress(failure, RuntimeError):
        widget.value = [(0, 1)]
    assert widget.wait(20)
    assert failure.__name__ in widget.error or step == "_on_answer"
    monkeypatch.undo()
    widget.value = []
    assert_lives(widget, sound)


def test_a_front_end_that_is_gone(sound: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("closed")

    with monkeypatch.context() as patched:
        patched.setattr(Widget, "_send", refuse)
        patched.setattr(Comm, "kernel", object())  # without one, ipywidgets 7 sends nothing
        widget = explore()
        widget.value = [(0, 0)]
        assert widget.wait(20)
        assert widget.status == "done"
        assert_one_state(widget)
    assert_lives(widget, sound)


VALID = {
    "methods": st.lists(
        st.sampled_from(["occlusion", ["rise", "samples=12"], "rise", "saliency"]), max_size=3
    ),
    "target": st.sampled_from([None, 0, 3, "class 1"]),
    "contrast": st.sampled_from([None, 0, 3, "class 1"]),
    "value": st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)).map(list), max_size=2),
    "randomise": st.booleans(),
    "grid_size": st.sampled_from([2, 3, [1, 2]]),
    "map_fill": st.sampled_from(["black", "blur", "#102030"]),
}


@st.composite
def acts(draw: Any) -> Any:
    """Send or set something, valid or not."""
    way = draw(st.sampled_from(["update", "custom", "python"]))
    names = draw(st.lists(st.sampled_from(FRONT_END_TRAITS), max_size=3, unique=True))
    state = {
        name: draw(VALID[name] | JSON if way == "update" else VALID[name] | JSON | OBJECTS)
        for name in names
    }
    content = draw(st.sampled_from(COMMANDS).map(lambda kind: {"type": kind}) | JSON)
    kernels = draw(st.dictionaries(st.sampled_from(KERNEL_TRAITS), JSON, max_size=1))

    def act(widget: ComparisonWidget) -> None:
        if way == "python":
            for name, value in state.items():
                with suppress(Exception):  # refused, or a fill that fails itself
                    setattr(widget, name, value)
            return
        data = {"method": "update", "state": {**state, **kernels}, "buffer_paths": []}
        if way == "custom":
            data = {"method": "custom", "content": content}
        widget._handle_msg({"content": {"data": data}, "buffers": []})

    return act


@RANDOM_EVENTS
@given(acts=st.lists(acts(), max_size=6))
def test_whatever_is_sent_or_set(acts: list[Any]) -> None:
    widget = explore()
    for act in acts:
        act(widget)
    for _ in range(2):  # a target may turn out not to exist, after a stop only when started again
        assert widget.wait(20)
        widget.start()
    assert widget.wait(20)
    assert (widget.status, widget.error) == ("done", "")
    assert_one_state(widget)
    for name in FRONT_END_TRAITS:
        setattr(widget, name, getattr(widget, name))  # a label becomes an index
        value = getattr(widget, name)
        setattr(widget, name, value)
        assert getattr(widget, name) == value
    widget.close()
