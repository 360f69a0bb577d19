"""Whatever is sent or set, valid or not: what stands is valid, and the numbers are those of it."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gridexplainer_widget import GridExplainer, GridExplainerWidget
from gridexplainer_widget.core.fills import Fill
from gridexplainer_widget.wire.explorer import COMMANDS, FRONT_END_TRAITS, KERNEL_TRAITS
from tests.support.both_maps import assert_both_maps
from tests.support.failing import FAILURES, FailsAt
from tests.support.models import weights
from tests.support.sizes import MANY, RANDOM_EVENTS
from tests.support.strange import BUFFERS, JSON, OBJECTS
from tests.unit.live.explorer.test_widget import SOUND, FrontEnd, drops

PICTURE = np.random.default_rng(0).integers(0, 256, (12, 12, 3)).astype(np.uint8)
Act = Callable[[GridExplainerWidget], object]


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


UPLOADS = st.sampled_from([png(PICTURE), png(PICTURE[::-1]), png(PICTURE[:2, :2])]) | BUFFERS
CELLS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)).map(list), max_size=3)
VALID = {
    "grid_size": st.integers(2, 5) | st.tuples(st.integers(1, 4), st.integers(1, 4)).map(list),
    "fill": st.sampled_from(["black", "blur", "#102030", "cell-mean", [1, 2, 3]]),
    "target": st.sampled_from([None, 0, 3, "class 1"]),
    "contrast": st.sampled_from([None, 0, 3, "class 1"]),
    "score": st.sampled_from(["probability", "log-odds"]),
    "value": CELLS,
    "keep": st.booleans(),
    "map": st.sampled_from(["", "alone", "together", "both"]),
    "method": st.sampled_from(["occlusion", "Occlusion", "nothing"]),
    "layer": st.sampled_from(["", "conv1"]),
    "colormap": st.sampled_from(["orange-blue", "red-blue"]),
    "opacity": st.sampled_from([0, 0.5, 1]),
    "numbers": st.booleans(),
    "scale": st.sampled_from(["relative", "absolute"]),
    "threshold": st.sampled_from([0.0, 1]),
}
HOST = "layout _view_count _dom_classes tooltip comm keys self _model_name _property_lock lock x"
ANY_NAME = st.sampled_from([*KERNEL_TRAITS, *HOST.split()])


def states(draw: Any) -> dict[str, Any]:
    """Return what one message sets: of the front end's traits, some well, and others."""
    names = draw(st.lists(st.sampled_from(FRONT_END_TRAITS), max_size=4, unique=True))
    state = {name: draw(VALID[name] if draw(st.booleans()) else JSON) for name in names}
    if draw(st.integers(0, 3)) == 0:
        state[draw(ANY_NAME)] = draw(JSON)
    return dict(draw(st.permutations(list(state.items()))))


@st.composite
def updates(draw: Any) -> Act:
    state = states(draw)
    return lambda widget: FrontEnd().write(widget, **state)


@st.composite
def commands(draw: Any) -> Act:
    kind = draw(st.sampled_from(COMMANDS) | JSON)
    fields = draw(st.dictionaries(st.sampled_from(["format", "id", "name"]), JSON, max_size=3))
    buffers = draw(st.lists(UPLOADS, max_size=2))
    content = draw(st.just({"type": kind, **fields}) | JSON)
    return lambda widget: FrontEnd().send(widget, content, buffers)


@st.composite
def settings_from_python(draw: Any) -> Act:
    name = draw(st.sampled_from(FRONT_END_TRAITS))
    value = draw(st.one_of(VALID[name], JSON, OBJECTS))

    def act(widget: GridExplainerWidget) -> None:
        before = getattr(widget, name)
        try:
            setattr(widget, name, value)
        except traitlets.TraitError:
            assert getattr(widget, name) is before

    return act


@st.composite
def calls(draw: Any) -> Act:
    cells = draw(st.one_of(CELLS, JSON, OBJECTS))
    keep = draw(st.booleans() | JSON)
    top = draw(st.one_of(st.integers(0, 9), JSON, OBJECTS))
    return draw(
        st.sampled_from(
            [
                lambda widget: widget.select(cells, keep=keep),
                lambda widget: widget.select_top(top, keep=keep),
                lambda widget: widget.explain(cells),
                GridExplainerWidget.undo,
                GridExplainerWidget.play,
                GridExplainerWidget.stop,
                GridExplainerWidget.start,
                lambda widget: widget.wait(20),
            ]
        )
    )


def assert_valid(widget: GridExplainerWidget) -> None:
    """Assert that each trait of the front end's has a value that it accepts as it is."""
    for name in FRONT_END_TRAITS:
        setattr(widget, name, getattr(widget, name))  # a label becomes an index
        value = getattr(widget, name)
        with widget.hold_trait_notifications():
            setattr(widget, name, value)
        assert getattr(widget, name) == value
    assert isinstance(widget.fill, Fill)
    assert all(row < widget.grid["rows"] for row, _ in widget.value)
    assert all(column < widget.grid["columns"] for _, column in widget.value)
    assert tuple(np.broadcast_to(widget.grid_size, 2)) == (
        widget.grid["rows"],
        widget.grid["columns"],
    )


@st.composite
def failures(draw: Any) -> Act:
    """Have the model fail soon, or add an observer that fails."""
    failure = draw(st.sampled_from(FAILURES))
    name = draw(st.sampled_from(["model", *FRONT_END_TRAITS, *KERNEL_TRAITS]))
    soon = draw(st.integers(1, 4))

    def fail(_: object) -> None:
        raise failure

    def act(widget: GridExplainerWidget) -> None:
        model = widget.tested_model
        if name == "model":
            model.call, model.failure = model.calls + soon, failure
        else:
            model.observers.append((fail, name))
            widget.observe(fail, name)

    return act


@RANDOM_EVENTS
@given(st.lists(updates() | commands() | settings_from_python() | calls() | failures(), max_size=8))
def test_whatever_is_sent_or_set(acts: list[Act]) -> None:
    reports: list[object] = []
    hook, threading.excepthook = threading.excepthook, reports.append
    model = FailsAt(weights, 10**9, RuntimeError)
    model.observers = []
    explainer = GridExplainer(model, 4, batch_size=5)
    explainer.checked = SOUND
    widget = explainer.explore(PICTURE)
    widget.tested_model = model
    try:
        for act in acts:
            with suppress(*FAILURES, Exception):
                act(widget)
            assert widget.status in {"running", "done", "stopped", "error"}
        model.heal()
        for observer, name in model.observers:
            widget.unobserve(observer, name)
        if widget.fill.local is not None:
            widget.fill = "black"
        widget.start()
        assert widget.wait(20)
        assert (widget.status, widget.progress["done"]) == ("done", widget.progress["total"])
        assert_valid(widget)
        again = GridExplainer(weights, widget.grid_size, fill=widget.fill, score=widget.score)
        target = widget.prediction["target"]
        assert widget.target in {None, target, widget.labels[target]}
        against = widget.prediction["contrast"]
        named = () if against is None else (against, widget.labels[against])
        assert widget.contrast in (None, *named)
        pixels = widget._session.picture.pixels
        expected = again.explain(pixels, target, contrast=against)
        np.testing.assert_array_equal(drops(widget), expected.drops.ravel())
        np.testing.assert_array_equal(widget.explanation.drops, expected.drops)
        assert_both_maps(widget)
        if widget.value:
            assert widget.evidence["cells"] == [list(cell) for cell in widget.value]
            assert widget.evidence["drop"] is not None
        else:
            assert widget.evidence == {}
        assert reports == []
    finally:
        threading.excepthook = hook
        widget.close()


@MANY
@given(name=st.sampled_from(FRONT_END_TRAITS), value=OBJECTS | JSON)
def test_what_python_sets_is_taken_or_refused(name: str, value: object) -> None:
    widget = GridExplainer(weights, 2).explore(PICTURE)
    try:
        before = getattr(widget, name)
        try:
            setattr(widget, name, value)
        except traitlets.TraitError:
            assert getattr(widget, name) is before
    finally:
        widget.close()
