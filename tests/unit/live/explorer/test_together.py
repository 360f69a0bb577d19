"""The map fitted to handfuls, live: when it comes, what it costs, who follows it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import traitlets
from numpy.typing import NDArray

from gridexplainer_widget import Explanation, GridExplainer, GridExplainerWidget
from gridexplainer_widget.classifiers.checks.checks import Check
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.live import runner
from gridexplainer_widget.live.explorer import publisher
from gridexplainer_widget.results.headline import foretells_record
from tests.support.models import either, unforeseeable, weights

WHITE = np.full((32, 32, 3), 255, np.uint8)
NOISE = np.random.default_rng(3).integers(0, 256, (32, 32, 3)).astype(np.uint8)
SOUND = Preflight((Check("Outputs", "ok", "Probabilities."),), 8)


class Counting:
    """A model that counts pictures, and those with black in them; it waits after some."""

    def __init__(self, model: Callable[[Any], Any], wait_after: int = 10**9) -> None:
        self.model, self.wait_after, self.pictures, self.hidden = model, wait_after, 0, 0
        self.arrived, self.gate = threading.Event(), threading.Event()

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.pictures >= self.wait_after:
            self.arrived.set()
            assert self.gate.wait(20)
        self.pictures += len(batch)
        self.hidden += int((batch == 0).any(axis=(1, 2, 3)).sum())
        answers: NDArray[np.float32] = self.model(batch)
        return answers


@pytest.fixture(autouse=True)
def every_update(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SECONDS_BETWEEN_UPDATES", 0.0)
    monkeypatch.setattr(publisher, "PAUSE_OF_FITS", 0)


@pytest.fixture
def gated() -> Iterator[Counting]:
    """Waits when all 16 cells and some handfuls are known."""
    model = Counting(either, wait_after=1 + 16 + 24)
    yield model
    model.gate.set()


def explore(model: object, picture: object = WHITE, **options: Any) -> GridExplainerWidget:
    traits = {"map": options.pop("map")} if "map" in options else {}
    options = {"fill": "black", "batch_size": 4, **options}
    explainer = GridExplainer(model, 4, **options)
    explainer.checked = SOUND
    return explainer.explore(picture, 0, **traits)


def floats(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f4").reshape(4, 4)


def explained(widget: GridExplainerWidget) -> Explanation:
    explanation = widget.explanation
    assert explanation is not None
    return explanation


def test_both_maps_are_those_of_explain() -> None:
    widget = explore(either)
    widget.wait()
    expected = GridExplainer(either, 4, fill="black").explain(WHITE, 0)
    np.testing.assert_array_equal(floats(widget.scores), expected.maps["alone"])
    np.testing.assert_allclose(floats(widget.together), expected.maps["together"], atol=1e-6)
    assert widget.foretells == foretells_record(explained(widget))
    assert widget.foretells["shown"] == expected.map == "together"
    assert expected.foretells is not None
    assert widget.foretells["together"]["text"] == expected.foretells.sentence
    assert explained(widget).map == "together"


def test_without_joint_there_is_no_trace_of_it() -> None:
    model = Counting(either)
    widget = explore(model, joint=False)
    widget.wait()
    assert model.pictures == 1 + 16
    assert (widget.together, widget.foretells) == (b"", {})
    assert widget.progress["handfuls"] == {"done": 0, "total": 0}
    widget.map = "together"
    assert explained(widget).map == "alone"


def test_cells_come_first_and_nothing_is_claimed_while_handfuls_come() -> None:
    seen: list[tuple[str, int, int, bytes, dict[str, Any]]] = []
    widget = explore(unforeseeable, NOISE)

    def look(_: Any) -> None:
        progress = widget.progress
        state = progress["done"], progress["handfuls"]["done"]
        seen.append((widget.status, *state, widget.together, widget.foretells))

    widget.observe(look, "progress")
    widget.wait()
    running = [each for each in seen if each[0] == "running"]
    assert all(done == 16 or not handfuls for _, done, handfuls, _, _ in running)
    assert all(bool(together) <= (handfuls > 1) for *_, handfuls, together, _ in running)
    sharpening = {together for *_, together, _ in running if together}
    assert len(sharpening) > 3
    assert all(foretells.keys() <= {"shown"} for *_, foretells in running)
    assert widget.foretells["together"]["reliable"] is False
    assert "nothing reliable" in widget.foretells["together"]["text"]


def test_progress_counts_both() -> None:
    widget = explore(unforeseeable, NOISE)
    assert widget.progress["handfuls"]["total"] == 60
    widget.wait()
    assert (widget.progress["done"], widget.progress["total"]) == (16, 16)
    assert widget.progress["handfuls"] == {"done": 60, "total": 60}
    assert widget.progress["left"] == 0


def test_a_map_that_has_settled_ends_the_run() -> None:
    def bright(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        cells = batch[..., 0].reshape(-1, 4, 8, 4, 8).mean((2, 4)).reshape(-1, 16) / 255
        share = (cells @ np.arange(16.0)) / 120
        return np.stack([share, 1 - share], axis=1).astype(np.float32)

    widget = explore(bright, budget=400)
    assert widget.progress["handfuls"]["total"] == 400 - 1 - 16
    widget.wait()
    done = widget.progress["handfuls"]["done"]
    assert 0 < done < 300
    assert widget.progress["handfuls"]["total"] == done
    np.testing.assert_array_equal(floats(widget.together).ravel().argsort(), np.arange(16))


def test_a_stop_keeps_handfuls_and_a_start_goes_on(gated: Counting) -> None:
    widget = explore(gated)
    assert gated.arrived.wait(20)
    widget.stop()
    gated.gate.set()
    widget.wait()
    assert widget.status == "stopped"
    known = widget.progress["handfuls"]["done"]
    assert 20 < known < 60
    assert widget.together
    widget.start()
    widget.wait()
    assert widget.status == "done"
    assert gated.hidden == 16 + widget.progress["handfuls"]["done"]  # nothing twice


def test_another_question_is_answered_without_the_model() -> None:
    model = Counting(weights)
    widget = explore(model, NOISE, fill="cell-mean")
    widget.wait()
    pictures = model.pictures
    for target, score in ((2, "probability"), (2, "log-odds"), (1, "log-odds")):
        widget.target, widget.score = target, score
        expected = explained(widget).for_target(target).for_score(score)  # type: ignore[arg-type]
        np.testing.assert_array_equal(floats(widget.together), expected.maps["together"])
        assert widget.foretells == foretells_record(expected)
    assert model.pictures == pictures


def test_the_chosen_map_is_the_explanations() -> None:
    model = Counting(either)
    widget = explore(model)
    widget.wait()
    pictures = model.pictures
    for name in ("alone", "together", ""):
        widget.map = name
        explanation = explained(widget)
        assert explanation.map == (name or "together")
        assert widget.foretells["shown"] == "together"
        assert f'"map":"{name}"' in str(widget.to_html())
    assert model.pictures == pictures
    with pytest.raises(traitlets.TraitError):
        widget.map = "both"


def test_it_can_be_chosen_from_the_start() -> None:
    widget = explore(either, map="alone")
    widget.wait()
    assert explained(widget).map == "alone"


def test_top_cells_and_curves_go_by_the_map_shown() -> None:
    widget = explore(weights, NOISE, fill="cell-mean")
    widget.wait()
    for name in ("alone", "together"):
        widget.map = name
        assert widget.curve == {}
        first = [(cell.row, cell.column) for cell in explained(widget).top(3)]
        widget.select_top(3)
        assert list(widget.value) == first
        widget.play()
        widget.wait()
        at = widget.curve["counts"].index(3)
        after = next(new for index, _, new in widget.evidence["classes"] if index == 0)
        assert widget.curve["deletion"][at] == after
        assert widget.curve["map"] == name
    one, other = (explained(widget).with_map(name).top(3) for name in ("alone", "together"))  # type: ignore[arg-type]
    assert one != other


def test_a_curve_goes_when_more_handfuls_change_the_order(gated: Counting) -> None:
    widget = explore(gated)
    assert gated.arrived.wait(20)
    widget.stop()
    gated.gate.set()
    widget.wait()
    widget.play()
    widget.wait()
    assert widget.curve
    order = explained(widget).top(16)
    widget.start()
    widget.wait()
    same = [cell[:2] for cell in order] == [cell[:2] for cell in explained(widget).top(16)]
    assert not same
    assert widget.curve == {}


def test_a_new_grid_or_picture_begins_without_it(gated: Counting) -> None:
    widget = explore(either)
    widget.wait()
    known = widget.together, widget.foretells
    told: list[bytes] = []
    widget.observe(lambda change: told.append(change.new), "together")
    widget.grid_size = 2
    assert told[0] == b""
    widget.wait()
    assert len(widget.together) in {0, 16}
    widget.grid_size = 4  # its run is kept
    assert widget.together == known[0]
    widget.wait()
    assert (widget.together, widget.foretells) == known


def test_a_model_that_fails_at_a_handful_leaves_the_cells() -> None:
    def failing(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        if model.pictures > 30:
            raise RuntimeError("the graphics card caught fire")
        return either(batch)

    model = Counting(failing)
    widget = explore(model)
    with pytest.raises(Exception, match="caught fire"):
        widget.wait()
    assert widget.status == "error"
    assert np.isfinite(floats(widget.scores)).all()
    assert "caught fire" in widget.error


def test_a_fit_takes_no_more_than_a_tenth_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many updates there are."""
    now, fits = [0.0], []

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return now[0]

    def slow(explanation: Explanation | None) -> dict[str, Any]:
        if explanation is not None and widget.status == "running":
            fits.append(now[0])
            now[0] += 1.0
        return {}

    def ticking(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        now[0] += 1.0
        return unforeseeable(batch)

    monkeypatch.setattr(publisher, "PAUSE_OF_FITS", 10)
    monkeypatch.setattr(publisher, "time", Clock)
    monkeypatch.setattr(publisher, "foretells_record", slow)
    widget = explore(ticking, NOISE, batch_size=1)
    widget.wait()
    assert len(fits) > 2
    assert min(np.diff(fits)) > 10
