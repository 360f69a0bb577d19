"""Smallest sets, live: asked for by a click, found after the run, thrown away with it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gridexplainer_widget import GridExplainer, GridExplainerWidget
from gridexplainer_widget.live import runner
from tests.support.both_maps import assert_both_maps
from tests.unit.analysis.test_minimal_sets import LABELS, WHITE, Corners
from tests.unit.live.explorer.test_together import SOUND, Counting


@pytest.fixture(autouse=True)
def every_update(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SECONDS_BETWEEN_UPDATES", 0.0)


def explore(model: object = None, **options: Any) -> GridExplainerWidget:
    settings = {"fill": "black", "labels": LABELS, "joint": False, "batch_size": 4, **options}
    explainer = GridExplainer(model or Corners(), 4, **settings)
    explainer.checked = SOUND
    return explainer.explore(WHITE)


@pytest.fixture
def widget() -> Iterator[GridExplainerWidget]:
    widget = explore()
    widget.wait()
    yield widget
    widget.close()


def ask(widget: GridExplainerWidget, kind: str, *, another: bool = False) -> dict[str, Any]:
    """Click, and wait for what the front end is told."""
    message = {"type": "smallest_set", "kind": kind, "next": another}
    widget._handle_custom_msg(message, [])
    widget.wait()
    told: dict[str, Any] = widget.minimal_sets
    return told


def test_what_is_enough_becomes_the_selection(widget: GridExplainerWidget) -> None:
    told = ask(widget, "enough")
    assert widget.value == ((0, 0), (3, 3))
    assert widget.keep is True
    assert widget.evidence["drop"] == pytest.approx(0, abs=1e-6)
    (found,) = told["enough"]
    assert found["cells"] == [[0, 0], [3, 3]]
    assert found["sentence"].startswith("2 cells alone are still “dog”: 90.0%")
    assert "No single cell can be left out" in found["receipt"]
    assert "searching" not in told
    assert told["more"] == {"enough": True, "needed": True}


def test_needed_ones_follow_one_another_and_begin_anew(widget: GridExplainerWidget) -> None:
    ask(widget, "needed")
    first = widget.value
    assert widget.keep is False
    ask(widget, "needed", another=True)
    assert {first, widget.value} == {((0, 0),), ((3, 3),)}
    told = ask(widget, "needed", another=True)
    assert told["more"]["needed"] is False
    assert widget.value in {((0, 0),), ((3, 3),)}  # there is no third
    widget.clear()
    ask(widget, "needed")
    assert widget.value == first


def test_the_same_as_without_a_widget(widget: GridExplainerWidget) -> None:
    for kind in ("enough", "needed"):
        ask(widget, kind)
    explanation = widget.explanation
    assert explanation is not None
    explainer = GridExplainer(Corners(), 4, fill="black", labels=LABELS, joint=False)
    expected = explainer.minimal_sets(WHITE)
    found = explanation.minimal_sets
    assert found is not None
    assert [one.cells for one in found.enough] == [one.cells for one in expected.enough]
    assert found.needed[0].cells == expected.needed[0].cells
    assert "minimal_sets" in str(widget.to_html())


def test_it_streams(widget: GridExplainerWidget) -> None:
    seen: list[dict[str, Any]] = []
    widget.observe(lambda change: seen.append(change.new), "minimal_sets")
    ask(widget, "enough")
    assert seen[0]["searching"] == "enough"
    assert seen[0]["most"] == 105
    asked = [told["asked"] for told in seen if "searching" in told]
    assert asked == sorted(asked)
    sizes = [len(told["best"]) for told in seen if told.get("best")]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 2


def test_a_search_waits_for_the_run() -> None:
    model = Counting(Corners(), wait_after=4)
    widget = explore(model)
    assert model.arrived.wait(20)
    widget.smallest_set("needed")
    assert widget.minimal_sets["searching"] == "needed"
    assert widget.minimal_sets["asked"] == 0
    model.gate.set()
    widget.wait()
    assert widget.status == "done"
    assert widget.value in {((0, 0),), ((3, 3),)}


def test_a_stop_ends_it() -> None:
    model = Counting(Corners())
    widget = explore(model)
    widget.wait()
    model.wait_after = model.pictures
    widget.smallest_set("enough")
    assert model.arrived.wait(20)
    widget.stop()
    model.gate.set()
    widget.wait()
    assert "searching" not in widget.minimal_sets
    assert not widget.minimal_sets.get("enough")
    ask(widget, "enough")
    assert widget.value == ((0, 0), (3, 3))


def test_the_fitted_map_follows_sets_that_are_handfuls() -> None:
    """On a grid of 2×2 many are: the run was stopped before it asked about them."""
    model = Counting(Corners(), wait_after=5)
    explainer = GridExplainer(model, 2, fill="black", labels=LABELS, batch_size=1)
    explainer.checked = SOUND
    widget = explainer.explore(WHITE)
    assert model.arrived.wait(20)
    widget.stop()
    model.gate.set()
    widget.wait()
    cells = [(0, 0), (0, 1), (1, 0), (1, 1)]
    for pair in combinations(cells, 2):
        widget.select(pair)
        widget.wait()
        assert_both_maps(widget)
    for kind in ("enough", "needed"):
        ask(widget, kind)
        assert_both_maps(widget)


@pytest.mark.parametrize(
    ("name", "value"), [("fill", "gray"), ("grid_size", 2), ("target", "none")]
)
def test_it_is_of_this_run_and_class(widget: GridExplainerWidget, name: str, value: object) -> None:
    ask(widget, "enough")
    setattr(widget, name, value)
    assert widget.minimal_sets == {}
    widget.wait()
    assert widget.explanation is not None
    assert widget.explanation.minimal_sets is None


def test_another_picture_has_none(widget: GridExplainerWidget) -> None:
    ask(widget, "enough")
    widget.explain(WHITE)
    assert widget.minimal_sets == {}
    widget.wait()


def test_a_class_that_comes_back_has_its_sets(widget: GridExplainerWidget) -> None:
    before = ask(widget, "enough")
    widget.target = "none"
    widget.target = "dog"
    assert widget.minimal_sets == before


def test_a_model_that_has_changed_has_none(widget: GridExplainerWidget) -> None:
    model = Corners()
    swapped = {"now": False}

    def changing(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return model(batch)[:, ::-1] if swapped["now"] else model(batch)

    widget = explore(changing)
    widget.wait()
    ask(widget, "needed")
    swapped["now"] = True
    ask(widget, "enough")
    assert "model" in widget.error
    assert widget.minimal_sets == {}


def test_strange_kinds_are_refused(widget: GridExplainerWidget) -> None:
    ask(widget, "most")
    assert widget.error == "'most' is no kind of set. Wanted is 'enough' or 'needed'."
    with pytest.raises(ValueError, match="is no kind of set"):
        widget.smallest_set("")


def test_values_have_none() -> None:
    explainer = GridExplainer(lambda batch: batch.mean((1, 2, 3))[:, None], 2, output="value")
    explainer.checked = SOUND
    widget = explainer.explore(WHITE)
    widget.wait()
    ask(widget, "enough")
    assert "no answer that could be kept" in widget.error
