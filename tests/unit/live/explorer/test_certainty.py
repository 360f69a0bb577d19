"""How sure each cell is, asked live."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from gridexplainer_widget import Explanation, GridExplainer, GridExplainerWidget
from gridexplainer_widget.live.explorer import certainty_publisher
from tests.unit.analysis.test_certainty import LABELS, PICTURE, Spots

OPTIONS: dict[str, Any] = {"labels": LABELS, "batch_size": 4}


def numbers(widget: GridExplainerWidget, name: str) -> np.ndarray:
    return np.frombuffer(widget.certainty[name], "<f4").reshape(-1, 4, 4)


def explored(model: Any, **settings: Any) -> GridExplainerWidget:
    return GridExplainer(model, 4, **{**OPTIONS, **settings}).explore(PICTURE, 0)


def test_it_follows_a_map_by_itself_where_that_is_quick() -> None:
    widget = explored(Spots())
    assert widget.wait(30)
    assert widget.error == ""
    assert not widget.certainty["running"]
    assert widget.certainty["done"] == 16
    assert widget.certainty["verdicts"] == [1, *[0] * 14, -1]
    assert widget.certainty_estimate["calls"] == 0
    explainer = GridExplainer(Spots(), 4, **OPTIONS)
    expected = explainer.certainty(explainer.explain(PICTURE, 0))
    np.testing.assert_allclose(numbers(widget, "values"), expected.values, atol=1e-5)
    np.testing.assert_allclose(numbers(widget, "low")[0], expected.low, atol=1e-5)
    assert widget.certainty["sentence"] == expected.sentence
    assert widget.certainty["calls"] == expected.calls == 7 * 17


@pytest.mark.parametrize("settings", [{"joint": False}, {"budget": 40}])
def test_it_waits_for_a_click_where_what_is_asked_is_bounded(settings: dict[str, Any]) -> None:
    model = Spots()
    widget = explored(model, **settings)
    assert widget.wait(30)
    assert widget.certainty == {}
    assert widget.certainty_estimate["calls"] == 7 * 17
    assert widget.certainty_estimate["seconds"] > 0
    before = model.pictures
    widget._on_message(None, {"type": "certainty"}, [])
    assert widget.wait(30)
    assert widget.certainty["done"] == 16
    assert model.pictures - before >= 7 * 17
    again = model.pictures
    widget.how_sure()
    assert widget.wait(30)
    assert model.pictures == again


def test_it_waits_for_a_click_where_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certainty_publisher, "QUICK", 0.0)
    widget = explored(Spots())
    assert widget.wait(30)
    assert widget.certainty == {}
    assert widget.certainty_estimate["calls"] == 7 * 17


def test_another_class_and_score_cost_no_call() -> None:
    model = Spots()
    widget = explored(model)
    assert widget.wait(30)
    before, values = model.pictures, numbers(widget, "values").copy()
    widget.target = "cat"
    assert widget.wait(30)
    assert widget.certainty["target"] == 1
    assert widget.certainty["verdicts"] == [-1, *[0] * 14, 1]
    assert "“cat”" in widget.certainty["sentence"]
    widget.score, widget.target = "log-odds", 0
    assert widget.wait(30)
    np.testing.assert_array_equal(numbers(widget, "values"), values)
    assert model.pictures == before


def test_the_explanation_its_page_and_its_file_have_it(tmp_path: Any) -> None:
    widget = explored(Spots())
    assert widget.wait(30)
    certainty = widget.explanation.certainty
    assert certainty is not None
    assert certainty.sentence == widget.certainty["sentence"]
    loaded = Explanation.load(widget.explanation.save(tmp_path / "sure.npz"))
    assert loaded.certainty is not None
    assert certainty.sentence.split("“")[0] in widget.to_html()


@pytest.mark.parametrize("change", ["grid_size", "fill", "picture"])
def test_another_run_throws_it_away(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    widget = explored(Spots())
    assert widget.wait(30)
    assert widget.certainty["done"] == 16
    monkeypatch.setattr(certainty_publisher, "QUICK", 0.0)
    if change == "grid_size":
        widget.grid_size = 2
    elif change == "fill":
        widget.fill = "gray"
    else:
        widget.explain(PICTURE[:, ::-1])
    assert widget.certainty == {}
    assert widget.explanation is None or widget.explanation.certainty is None
    assert widget.wait(30)
    assert widget.certainty == {}


class GatedSpots(Spots):
    """Stops at the first batch after `hold` was set, until it is let on."""

    def __init__(self) -> None:
        super().__init__()
        self.holds, self.arrived, self.go = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        if self.holds.is_set():
            self.arrived.set()
            assert self.go.wait(20)
        return super().__call__(batch)


def test_it_streams_and_stops_and_goes_on() -> None:
    model = GatedSpots()
    widget = explored(model, joint=False)
    assert widget.wait(30)
    done: list[int] = []
    widget.observe(lambda change: done.append(change["new"].get("done", -1)), "certainty")
    model.holds.set()
    widget.how_sure()
    assert model.arrived.wait(20)
    assert widget.status == "done"
    widget.stop()
    model.holds.clear()
    model.go.set()
    assert widget.wait(30)
    assert widget.status == "done"
    assert widget.certainty == {} or not widget.certainty["running"]
    assert widget.certainty.get("done", 0) < 16
    widget.how_sure()
    assert widget.wait(30)
    assert done[-1] == widget.certainty["done"] == 16
    assert widget.certainty["calls"] == 7 * 17


def test_clicks_are_answered_while_it_is_asked() -> None:
    model = GatedSpots()
    widget = explored(model, joint=False)
    assert widget.wait(30)
    model.holds.set()
    widget.how_sure()
    assert model.arrived.wait(20)
    answered = threading.Event()
    evidence: list[int] = []

    def on_evidence(change: Any) -> None:
        if change["new"].get("drop") is not None:
            evidence.append(widget.certainty.get("done", 0))
            answered.set()

    widget.observe(on_evidence, "evidence")
    widget.select([(0, 0), (1, 1)])
    model.holds.clear()
    model.go.set()
    assert answered.wait(20)
    assert evidence[0] < 16
    assert widget.wait(30)
    assert widget.certainty["done"] == 16


def test_a_model_that_has_changed_leaves_nothing() -> None:
    model = Spots()
    widget = explored(model, joint=False)
    assert widget.wait(30)
    model.changed = 1.0
    widget.how_sure()
    assert widget.wait(30)
    assert "run again" in widget.error
    assert widget.certainty == {}
    widget.start()
    assert widget.wait(30)
    widget.how_sure()
    assert widget.wait(30)
    assert widget.error == ""
    assert widget.certainty["done"] == 16


def test_what_the_model_raises_is_told_and_what_is_known_stays() -> None:
    model = Spots()
    widget = explored(model, joint=False)
    assert widget.wait(30)
    model.fails_after = model.pictures + 60
    widget.how_sure()
    assert widget.wait(30)
    assert "KeyboardInterrupt" in widget.error
    assert widget.status == "done"
    known = int(np.isfinite(numbers(widget, "values")).sum())
    assert 16 < known < 8 * 16
    model.fails_after = 10**9
    widget.how_sure()
    assert widget.wait(30)
    assert widget.certainty["done"] == 16


def test_before_the_first_cells_it_is_refused() -> None:
    model = GatedSpots()
    model.holds.set()
    widget = explored(model, joint=False)
    with pytest.raises(RuntimeError, match="Nothing has been scored yet"):
        widget.how_sure()
    model.go.set()
    assert widget.wait(30)
