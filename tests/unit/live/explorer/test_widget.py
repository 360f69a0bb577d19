"""Traits and routing, against a front end that is played by hand."""

from __future__ import annotations

import gc
import io
import threading
import time
import weakref
from base64 import b64decode
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import traitlets
from ipykernel.comm import Comm
from ipywidgets import Widget
from ipywidgets.widgets.widget import _put_buffers
from PIL import Image

from gridexplainer_widget import Explanation, ExplanationError, GridExplainer, GridExplainerWidget
from gridexplainer_widget.classifiers.checks.checks import Check
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.fills import DEFAULT_FILL
from gridexplainer_widget.wire.explorer import FRONT_END_TRAITS, KERNEL_TRAITS
from tests.support.models import Spoiled, TopLeft, brightness, weights
from tests.support.sizes import sized

PICTURE = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)


SOUND = Preflight((Check("Outputs", "ok", "Probabilities."),), 8)


class Gated:
    """`weights`, one batch for each time that it is let on."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.batches: list[int] = []
        self.arrived = threading.Semaphore(0)

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self.arrived.release()
        assert self.gate.acquire(timeout=20)
        self.batches.append(len(batch))
        return weights(batch)

    def let_on(self, batches: int = 1) -> None:
        for _ in range(batches):
            self.gate.release()

    def await_arrival(self) -> None:
        assert self.arrived.acquire(timeout=20)


class FrontEnd:
    """What goes to a front end, and what comes from it."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict, list]] = []

    def write(self, widget: GridExplainerWidget, **state: object) -> None:
        data = {"method": "update", "state": state, "buffer_paths": []}
        widget._handle_msg({"content": {"data": data}, "buffers": []})

    def send(
        self, widget: GridExplainerWidget, content: object, buffers: list | None = None
    ) -> None:
        data = {"method": "custom", "content": content}
        widget._handle_msg({"content": {"data": data}, "buffers": buffers or []})

    def customs(self) -> list[tuple[dict, list]]:
        """Messages that are no state, and their buffers."""
        return [
            (message["content"], buffers)
            for message, buffers in self.messages
            if message["method"] == "custom"
        ]

    def updates(self, name: str) -> list[object]:
        states = [message["state"] for message, _ in self.messages if message["method"] == "update"]
        return [state[name] for state in states if name in state]

    def sent_together(self) -> list[set[str]]:
        return [
            set(message["state"]) for message, _ in self.messages if message["method"] == "update"
        ]


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> FrontEnd:
    front_end = FrontEnd()

    def record(self: Widget, message: dict, buffers: list | None = None) -> None:
        if isinstance(self, GridExplainerWidget):
            if message["method"] == "update":
                message = {**message, "state": deepcopy(message["state"])}
                _put_buffers(message["state"], message["buffer_paths"], buffers or [])
            front_end.messages.append((message, buffers or []))

    monkeypatch.setattr(Widget, "_send", record)
    # ipywidgets 7 has nothing to say to a comm that knows of no kernel.
    monkeypatch.setattr(Comm, "kernel", object())
    return front_end


@pytest.fixture
def gated() -> Iterator[Gated]:
    model = Gated()
    yield model
    model.let_on(10_000)  # no thread is left waiting


def explore(model: object, grid: object = 4, **options: object) -> GridExplainerWidget:
    options = {"batch_size": 5, "joint": False, **options}
    target = options.pop("target", None)
    explainer = GridExplainer(model, grid, **options)
    if isinstance(model, Gated):
        explainer.checked = SOUND  # the gate lets no further call through
    return explainer.explore(PICTURE, target)


def drops(widget: GridExplainerWidget) -> np.ndarray:
    return np.frombuffer(widget.scores, "<f4")


def test_it_shows_what_explain_computes() -> None:
    widget = explore(weights, fill="blur")
    assert widget.wait(20)
    expected = GridExplainer(weights, 4, fill="blur").explain(PICTURE)
    np.testing.assert_array_equal(drops(widget), expected.drops.ravel())
    assert widget.status == "done"
    assert widget.grid == {"rows": 4, "columns": 4, "height": 16, "width": 16}
    assert widget.prediction["target"] == expected.target
    assert widget.prediction["probability"] == pytest.approx(expected.baseline)
    assert widget.progress["done"] == widget.progress["total"] == 16
    assert widget.labels == ["class 0", "class 1", "class 2", "class 3"]
    assert widget.about["preprocessing"] == "none: 0..255"
    np.testing.assert_array_equal(widget.explanation.drops, expected.drops)
    np.testing.assert_array_equal(Image.open(io.BytesIO(widget.picture)), PICTURE)


def test_cells_stream_in_while_scoring_runs(gated: Gated) -> None:
    widget = explore(gated)
    assert np.isnan(drops(widget)).all()
    assert widget.status == "running"
    counts = []
    changed = threading.Semaphore(0)
    widget.observe(
        lambda change: (counts.append(int(np.isfinite(drops(widget)).sum())), changed.release()),
        "scores",
    )
    gated.let_on()
    assert changed.acquire(timeout=20)
    assert counts == [4]
    assert widget.status == "running"
    assert not widget.wait(0.01)
    gated.let_on(10)
    assert widget.wait(20)
    assert counts[-1] == 16


def test_state_of_a_run_is_sent_in_one_message(front_end: FrontEnd) -> None:
    widget = explore(weights)
    widget.wait(20)
    sent = front_end.sent_together()
    begins = next(number for number, names in enumerate(sent) if "status" in names)
    first, *between, last, check = sent[begins:]
    assert {"status", "grid", "scores", "progress", "about"} <= first
    assert between
    for names in between:
        assert {"scores", "progress"} <= names
        assert not {"status", "grid"} & names
    assert {"status", "progress", "notes"} <= last
    assert check - {"certainty_estimate"} == {"check", "notes"}
    assert front_end.updates("status") == ["running", "done"]


def test_updates_are_few_whatever_the_number_of_batches(front_end: FrontEnd) -> None:
    widget = GridExplainer(brightness, 16, batch_size=1).explore(PICTURE)
    widget.wait(20)
    assert widget.progress["done"] == 256
    assert len(front_end.updates("scores")) < 60


def test_a_change_of_the_grid_stops_the_run_within_a_batch(gated: Gated) -> None:
    widget = explore(gated, 8)
    gated.await_arrival()
    widget.grid_size = 2
    gated.let_on(2)  # the batch that is under way, and the only one of the new grid
    assert widget.wait(20)
    assert gated.batches == [5, 5]
    assert widget.grid["rows"] == 2
    assert widget.progress["total"] == 4
    np.testing.assert_array_equal(
        drops(widget), GridExplainer(weights, 2).explain(PICTURE).drops.ravel()
    )


def test_no_stale_cell_ever_shows(gated: Gated) -> None:
    widget = explore(gated, 8)
    sizes = []
    widget.observe(
        lambda change: sizes.append(
            (widget.grid["rows"] * widget.grid["columns"], len(drops(widget)))
        ),
        "scores",
    )
    gated.await_arrival()
    for size in (3, (2, 5), 6, 4):
        widget.grid_size = size
    gated.let_on(10_000)
    assert widget.wait(20)
    assert all(cells == scores for cells, scores in sizes)
    assert widget.grid["rows"] == 4
    np.testing.assert_array_equal(
        drops(widget), GridExplainer(weights, 4).explain(PICTURE).drops.ravel()
    )


def test_stop_and_start(gated: Gated, front_end: FrontEnd) -> None:
    widget = explore(gated)
    gated.await_arrival()
    front_end.send(widget, {"type": "stop"})
    gated.let_on()
    assert widget.wait(20)
    assert widget.status == "stopped"
    assert np.isfinite(drops(widget)).sum() == 4
    assert widget.notes[0] == "Partial: 4 of 16 cells have been scored."
    gated.let_on(10)
    front_end.send(widget, {"type": "start"})
    assert widget.wait(20)
    assert widget.status == "done"
    assert sum(gated.batches) == 18  # what had been scored was not scored again
    assert not any("Partial" in note for note in widget.notes)


def test_going_back_asks_only_whether_the_model_is_the_same() -> None:
    model = TopLeft(8)
    widget = explore(model, 4)
    widget.wait(20)
    widget.fill = "blur"
    widget.wait(20)
    calls = len(model.batches)
    before = drops(widget).copy()
    for grid, fill in ((4, DEFAULT_FILL), (4, "blur")):
        widget.grid_size, widget.fill = grid, fill
        widget.wait(20)
        assert widget.status == "done"
    assert model.batches[calls:] == [1, 1]
    np.testing.assert_array_equal(drops(widget), before)


def test_cells_that_the_fill_hardly_changes_are_told() -> None:
    widget = explore(TopLeft(8), 2, fill="white")
    widget.wait(20)
    assert widget.hardly_changed == []
    widget.explain(np.where(np.indices((16, 16))[0][..., np.newaxis] < 8, PICTURE, 255))
    widget.wait(20)
    assert widget.hardly_changed == [2, 3]
    assert "2 cells are hardly changed by this fill: their 0 says nothing." in widget.notes


def test_target_and_score_cost_no_model_call() -> None:
    model = TopLeft(8)
    widget = explore(model, 2, labels=["cat", "dog", "owl"])
    widget.wait(20)
    calls = len(model.batches)
    expected = GridExplainer(TopLeft(8), 2, labels=["cat", "dog", "owl"]).explain(PICTURE, "owl")
    widget.target = "owl"
    assert widget.target == 2
    np.testing.assert_array_equal(drops(widget), expected.drops.ravel())
    widget.score = "log-odds"
    np.testing.assert_array_equal(drops(widget), expected.for_score("log-odds").drops.ravel())
    assert len(model.batches) == calls


def test_a_click_tells_what_the_model_believed(front_end: FrontEnd) -> None:
    widget = explore(weights, fill="black")
    widget.wait(20)
    front_end.write(widget, value=[[1, 2]])
    assert widget.value == ((1, 2),)
    hidden = PICTURE.copy()
    hidden[4:8, 8:12] = 0
    np.testing.assert_array_equal(Image.open(io.BytesIO(widget.evidence["picture"])), hidden)
    before, after = weights(np.float32([PICTURE, hidden]))
    target = int(before.argmax())
    assert widget.evidence["drop"] == pytest.approx(before[target] - after[target], abs=1e-6)
    first = widget.evidence["classes"][0]
    assert first == [target, pytest.approx(before[target]), pytest.approx(after[target])]
    assert {index for index, *_ in widget.evidence["classes"]} == {0, 1, 2, 3}
    widget.value = []
    assert widget.evidence == {}


def test_a_click_on_a_pending_cell_is_answered_when_it_is_scored(gated: Gated) -> None:
    widget = explore(gated)
    widget.value = [(3, 3)]
    assert widget.evidence["drop"] is None
    assert widget.evidence["picture"]
    gated.let_on(10)
    assert widget.wait(20)
    assert widget.evidence["drop"] == pytest.approx(float(drops(widget)[15]))


def cached_probabilities(widget: GridExplainerWidget, hidden: list[tuple[int, int]]) -> np.ndarray:
    """What `weights` says with cells of a 4×4 grid black."""
    picture = PICTURE.astype(np.float32)
    for row, column in hidden:
        picture[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = 0
    return weights(picture[np.newaxis])[0]


def test_several_cells_are_hidden_together() -> None:
    widget = explore(weights, fill="black")
    widget.wait(20)
    cells = [(1, 2), (0, 0), (3, 1)]
    widget.select(cells)
    assert widget.wait(20)
    target = widget.prediction["target"]
    before = cached_probabilities(widget, [])[target]
    joint = before - cached_probabilities(widget, cells)[target]
    apart = sum(before - cached_probabilities(widget, [cell])[target] for cell in cells)
    evidence = widget.evidence
    assert evidence["cells"] == [list(cell) for cell in cells]
    assert evidence["drop"] == pytest.approx(joint, abs=1e-6)
    assert evidence["sum"] == pytest.approx(apart, abs=1e-6)
    assert evidence["synergy"] == pytest.approx(joint - apart, abs=1e-6)
    shown = np.asarray(Image.open(io.BytesIO(evidence["picture"])))
    assert not shown[4:8, 8:12].any()
    np.testing.assert_array_equal(shown[8:12], PICTURE[8:12])


def test_everything_but_some_cells_is_hidden() -> None:
    widget = explore(weights, fill="black")
    widget.wait(20)
    widget.select([(1, 2), (2, 2)], keep=True)
    assert widget.wait(20)
    rest = [(r, c) for r in range(4) for c in range(4) if (r, c) not in {(1, 2), (2, 2)}]
    target = widget.prediction["target"]
    expected = cached_probabilities(widget, [])[target] - cached_probabilities(widget, rest)[target]
    assert widget.evidence["keep"]
    assert widget.evidence["drop"] == pytest.approx(expected, abs=1e-6)
    assert widget.evidence["sum"] is None


def test_a_set_is_asked_about_once() -> None:
    model = TopLeft(8)
    widget = explore(model, 4)
    widget.wait(20)
    calls = sum(model.batches)
    for cells in ([(0, 0), (1, 1)], [], [(1, 1), (0, 0)], [(2, 2)], [(0, 0), (1, 1)]):
        widget.select(cells)
        widget.wait(20)
    assert sum(model.batches) == calls + 2  # beside it, whether the model is the same


def test_a_click_is_answered_between_two_batches(gated: Gated) -> None:
    widget = explore(gated, 8)
    gated.await_arrival()
    gated.let_on()  # the whole picture and the first cells
    gated.await_arrival()
    pending = [(r, c) for r in range(8) for c in range(8) if np.isnan(drops(widget)[8 * r + c])]
    widget.select(pending[-2:])
    gated.let_on()  # the batch that is under way
    gated.await_arrival()
    gated.let_on()  # the question
    gated.await_arrival()
    assert gated.batches[2:] == [2]  # with the whole picture: is the model the same?
    assert widget.evidence["drop"] is not None
    assert widget.evidence["sum"] is None  # the cells themselves are pending
    assert widget.status == "running"
    widget.select(pending[-1:])
    gated.let_on(2)
    gated.await_arrival()
    gated.await_arrival()
    assert widget.evidence["drop"] == pytest.approx(float(drops(widget)[8 * 7 + 7]))
    gated.let_on(100)
    assert widget.wait(20)
    assert sum(gated.batches) == 65 + 1 + 2  # nothing was asked twice but the whole picture
    assert widget.evidence["drop"] is not None


def test_a_question_that_fails_is_told_once_and_the_map_stays() -> None:
    model = Spoiled(17, "raise")
    widget = explore(model)
    widget.wait(20)
    widget.select([(0, 0), (1, 1)])
    widget.wait(20)
    assert "caught fire" in widget.error
    assert widget.status == "done"
    assert widget.evidence["drop"] is None
    model.left = 100
    widget.select([(0, 0), (1, 2)])
    widget.wait(20)
    assert widget.error == ""
    assert widget.evidence["drop"] is not None


def test_selections_are_undone() -> None:
    widget = explore(weights)
    widget.wait(20)
    widget.select([(0, 0)])
    widget.select([(0, 0), (1, 1)], keep=True)
    widget.select_top(3)
    top = tuple((cell.row, cell.column) for cell in widget.explanation.top(3))
    assert (widget.value, widget.keep) == (top, False)
    widget.undo()
    assert (widget.value, widget.keep) == (((0, 0), (1, 1)), True)
    widget.wait(20)
    assert widget.evidence["cells"] == [[0, 0], [1, 1]]
    widget.undo()
    assert (widget.value, widget.keep) == (((0, 0),), False)
    widget.undo()
    widget.undo()
    assert widget.value == ()
    assert widget.evidence == {}
    widget.select([(2, 2)])
    widget.clear()
    assert widget.value == ()


def test_the_curves_are_those_of_the_ranking() -> None:
    widget = explore(weights, fill="black")
    widget.wait(20)
    assert widget.curve == {}
    widget.play()
    assert widget.wait(20)
    order = [(cell.row, cell.column) for cell in widget.explanation.top(16)]
    target = widget.prediction["target"]
    curve = widget.curve
    assert curve["counts"] == list(range(17))
    assert not curve["running"]
    expected = [cached_probabilities(widget, order[:k])[target] for k in range(17)]
    np.testing.assert_allclose(curve["deletion"], expected, atol=1e-6)
    expected = [cached_probabilities(widget, order[k:])[target] for k in range(17)]
    np.testing.assert_allclose(curve["insertion"], expected, atol=1e-6)
    widget.target = (target + 1) % 4
    assert widget.curve == {}  # another ranking


def test_a_fine_grid_has_a_curve_of_few_points() -> None:
    model = TopLeft(8)
    widget = GridExplainer(model, 16, joint=False).explore(PICTURE)
    assert widget.wait(60)
    calls = sum(model.batches)
    widget.play()
    assert widget.wait(60)
    counts = widget.curve["counts"]
    assert (counts[0], counts[-1], len(counts)) == (0, 256, 33)
    assert None not in widget.curve["deletion"] + widget.curve["insertion"]
    assert sum(model.batches) - calls <= 2 * 33


def test_the_curve_waits_for_the_cells(gated: Gated) -> None:
    widget = explore(gated)
    with pytest.raises(RuntimeError, match="some have none yet"):
        widget.play()
    gated.let_on(10)
    assert widget.wait(20)
    gated.await_arrival()
    widget.play()
    assert widget.curve["running"]
    widget.stop()
    gated.let_on(100)
    assert widget.wait(20)
    assert not widget.curve["running"]
    assert widget.status == "done"


def test_failed_cells_are_told_from_pending_ones() -> None:
    model = Spoiled(8, "nan")
    widget = explore(model)
    with pytest.raises(ExplanationError):
        widget.wait(20)
    shown = drops(widget)
    assert np.isfinite(shown).sum() == 7
    assert np.isposinf(shown).sum() == 7  # the rest of the second batch, and the third
    assert np.isnan(shown).sum() == 2
    assert "For 7 cells the model gave no number." in widget.notes[0]
    model.left = 100
    widget.start()
    assert widget.wait(20)
    assert np.isfinite(drops(widget)).all()


def test_another_picture_is_explained(front_end: FrontEnd) -> None:
    widget = explore(weights, target=1)
    widget.wait(20)
    widget.select([(0, 0)])
    other = np.random.default_rng(5).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(other).save(file, "PNG")
    front_end.send(widget, {"type": "explain", "name": "cat.png"}, [memoryview(file.getvalue())])
    assert widget.wait(20)
    assert widget.error == ""
    np.testing.assert_array_equal(Image.open(io.BytesIO(widget.picture)), other)
    expected = GridExplainer(weights, 4).explain(other)  # about its own top class
    assert expected.target != 1
    np.testing.assert_array_equal(drops(widget), expected.drops.ravel())
    assert (widget.value, widget.target) == ((), None)
    widget.explain(PICTURE)
    assert widget.wait(20)
    np.testing.assert_array_equal(Image.open(io.BytesIO(widget.picture)), PICTURE)


@pytest.mark.parametrize(
    ("buffers", "words"),
    [
        ([b"<script>alert(1)</script>"], "cannot be decoded"),
        ([], "0 pictures"),
        ([b"a", b"b"], "2 pictures"),
        ([bytes(8 * 2**20 + 1)], "at most 8,388,608"),
    ],
)
def test_a_bad_upload_is_told_and_the_picture_stays(
    front_end: FrontEnd, buffers: list[bytes], words: str
) -> None:
    widget = explore(weights)
    widget.wait(20)
    before = (widget.picture, widget.scores)
    front_end.send(widget, {"type": "explain", "name": "x"}, buffers)
    assert words in widget.error
    assert (widget.picture, widget.scores, widget.status) == (*before, "done")


def test_a_file_is_sent_to_who_asked(front_end: FrontEnd, tmp_path: Path) -> None:
    widget = explore(weights, labels=["a/b", '"><script>', "../../c", "d"], target="../../c")
    widget.wait(20)
    front_end.messages.clear()
    front_end.send(widget, {"type": "save", "format": "npz", "id": "7"})
    ((message, (data,)),) = front_end.customs()
    assert message == {"type": "saved", "id": "7", "name": "c-4x4.npz"}
    (tmp_path / "c.npz").write_bytes(data)
    loaded = Explanation.load(tmp_path / "c.npz")
    np.testing.assert_array_equal(loaded.drops, widget.explanation.drops)
    front_end.messages.clear()
    front_end.send(widget, {"type": "save", "format": "html", "id": "8"})
    ((message, (page,)),) = front_end.customs()
    assert message["name"] == "c-4x4.html"
    assert page.startswith(b"<!doctype html>")
    front_end.messages.clear()
    front_end.send(widget, {"type": "save", "format": "report", "id": "9"})
    ((message, (report,)),) = front_end.customs()
    assert message["name"] == "c-4x4-report.html"
    (tmp_path / "c.html").write_bytes(report)
    np.testing.assert_array_equal(Explanation.load(tmp_path / "c.html").drops, loaded.drops)


@pytest.mark.parametrize(
    "command", [{"type": "save", "format": "exe", "id": "1"}, {"type": "save", "format": "npz"}]
)
def test_a_file_of_no_known_format_is_refused(front_end: FrontEnd, command: dict) -> None:
    widget = explore(weights)
    widget.wait(20)
    front_end.messages.clear()
    front_end.send(widget, command)
    assert "asked for a file" in widget.error
    assert front_end.customs() == []


def test_traits_are_given_as_keywords() -> None:
    explainer = GridExplainer(weights, 4)
    widget = explainer.explore(
        PICTURE, grid_size=2, value=[(1, 1)], colormap="purple-green", layout={"width": "300px"}
    )
    widget.wait(20)
    assert widget.grid["rows"] == 2
    assert widget.evidence["cells"] == [[1, 1]]
    assert widget.evidence["drop"] is not None
    assert widget.layout.width == "300px"
    with pytest.raises(TypeError, match="no trait 'color'"):
        explainer.explore(PICTURE, color="red")
    with pytest.raises(TypeError, match="no trait 'scores'"):
        explainer.explore(PICTURE, scores=b"")


def test_a_fill_from_python_can_be_chosen_again(front_end: FrontEnd) -> None:
    widget = explore(weights)
    widget.fill = lambda pixels, hidden: pixels / 3
    widget.fill = "#102030"
    widget.fill = "blur"
    widget.wait(20)
    assert widget.fills[:3] == ["<lambda>", "#102030", "picture-mean"]
    front_end.write(widget, fill="<lambda>")
    widget.wait(20)
    expected = GridExplainer(weights, 4, fill=lambda pixels, hidden: pixels / 3).explain(PICTURE)
    np.testing.assert_array_equal(drops(widget), expected.drops.ravel())


def test_a_selection_keeps_its_pixels_on_another_grid() -> None:
    widget = explore(weights)
    widget.wait(20)
    widget.value = [(0, 0)]
    widget.value = [(3, 3)]
    widget.keep = True
    widget.grid_size = 2
    assert (widget.value, widget.keep) == (((1, 1),), True)
    widget.wait(20)
    assert widget.evidence["cells"] == [[1, 1]]
    widget.grid_size = 4
    assert widget.value == ((3, 3),)  # that was chosen, not what became of it
    widget.grid_size = 8
    assert widget.value == ((6, 6), (6, 7), (7, 6), (7, 7))
    for _ in range(2):  # that cells were kept, and the cell itself
        widget.undo()
    assert widget.value == ((0, 0), (0, 1), (1, 0), (1, 1))
    widget.wait(20)


def test_an_exception_shows_and_what_had_arrived_stays(front_end: FrontEnd) -> None:
    widget = explore(Spoiled(11, "raise"))
    with pytest.raises(ExplanationError, match="caught fire") as caught:
        widget.wait(20)
    assert caught.value.explanation.done == 9
    assert widget.status == "error"
    assert widget.error == "RuntimeError: the graphics card caught fire"
    assert np.isfinite(drops(widget)).sum() == 9
    assert front_end.updates("error")[-1] == widget.error


def test_after_an_error_it_can_be_tried_again() -> None:
    model = Spoiled(11, "raise")
    widget = explore(model)
    with pytest.raises(ExplanationError):
        widget.wait(20)
    model.left = 1000
    widget.start()
    assert widget.wait(20)
    assert widget.status == "done"
    assert widget.error == ""


def test_nan_halfway_is_an_error_and_the_rest_stays() -> None:
    widget = explore(Spoiled(8, "nan"))
    with pytest.raises(ExplanationError, match="NaN or infinity"):
        widget.wait(20)
    assert np.isfinite(drops(widget)).sum() == 7


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("grid_size", None, "no grid"),
        ("fill", None, "unknown"),
        ("value", None, "no selection"),
        ("grid_size", 0, "no grid"),
        ("grid_size", 17, "does not fit a picture of 16×16"),
        ("grid_size", "8", "no grid"),
        ("grid_size", [2, 10**9], "too fine"),
        ("fill", "plaid", "fill='plaid' is unknown"),
        ("fill", {"evil": 1}, "unknown"),
        ("target", 4, "out of range"),
        ("target", "zebra", "no class 'zebra'"),
        ("target", [1], "no class"),
        ("score", "beauty", "beauty"),
        ("value", [[9, 9]], "no cell"),
        ("value", [[0, 0], [0, 0.5]], "no selection"),
        ("value", [[0, 0, 0]], "no selection"),
        ("value", "abc", "no selection"),
        ("value", [[None, 1]], "no selection"),
        ("value", 5, "no selection"),
        ("keep", "yes", "keep"),
        ("colormap", "jet", "jet"),
        ("scale", "huge", "huge"),
        ("opacity", 1.5, "opacity"),
        ("opacity", float("nan"), "no share"),
        ("threshold", -0.1, "threshold"),
        ("numbers", "on", "numbers"),
    ],
)
def test_what_is_not_valid_is_refused(
    front_end: FrontEnd, name: str, value: object, words: str
) -> None:
    widget = explore(weights)
    widget.wait(20)
    before, scores = getattr(widget, name), widget.scores
    with pytest.raises(traitlets.TraitError, match=words):
        setattr(widget, name, value)
    assert widget.error == ""
    front_end.messages.clear()
    front_end.write(widget, **{name: value})
    assert words in widget.error
    assert getattr(widget, name) == before
    assert widget.scores == scores
    assert name in front_end.sent_together()[-1] or front_end.updates(
        name
    )  # the front end is set right


def test_the_front_end_cannot_write_what_is_the_kernels(front_end: FrontEnd) -> None:
    widget = explore(weights)
    widget.wait(20)
    before = {name: getattr(widget, name) for name in KERNEL_TRAITS}
    front_end.write(widget, **{name: {"evil": 1} for name in KERNEL_TRAITS})
    front_end.write(widget, scores=b"", status="done", error="<b>", labels=["x"])
    assert {name: getattr(widget, name) for name in KERNEL_TRAITS} == before


def test_results_are_read_only() -> None:
    widget = explore(weights)
    widget.wait(20)
    for name in KERNEL_TRAITS:
        with pytest.raises(traitlets.TraitError, match="read-only"):
            setattr(widget, name, getattr(widget, name))


@pytest.mark.parametrize(
    "content", [{"type": "format the disk"}, {"type": ["stop"]}, None, [], {"stop": 1}]
)
def test_an_unknown_message_is_no_command(front_end: FrontEnd, content: object) -> None:
    widget = explore(weights)
    widget.wait(20)
    front_end.send(widget, content)
    assert "no command" in widget.error


def test_a_target_that_turns_out_not_to_exist_is_told() -> None:
    widget = explore(weights, target="zebra")
    widget.wait(20)
    assert "no class 'zebra'" in widget.error
    assert widget.target is None
    assert widget.progress["done"] == 16


def test_settings_come_from_the_explainer() -> None:
    def halves(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        return pixels / 2

    widget = explore(weights, (2, 3), fill=halves, score="log-odds", target=1)
    widget.wait(20)
    assert widget.grid_size == (2, 3)
    assert widget.score == "log-odds"
    assert widget.prediction["target"] == 1
    assert widget.fills[0] == "halves"
    expected = GridExplainer(weights, (2, 3), fill=halves, score="log-odds").explain(PICTURE, 1)
    np.testing.assert_array_equal(drops(widget), expected.drops.ravel())


def test_the_front_end_can_go_back_to_a_callable_fill(front_end: FrontEnd) -> None:
    def halves(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        return pixels / 2

    widget = explore(weights, fill=halves)
    widget.wait(20)
    before = drops(widget).copy()
    front_end.write(widget, fill="red")
    widget.wait(20)
    assert not np.array_equal(drops(widget), before)
    front_end.write(widget, fill="halves")
    widget.wait(20)
    np.testing.assert_array_equal(drops(widget), before)
    assert front_end.updates("fill")[-1:] != ["red"]


def test_saturation_is_told_and_log_odds_end_it() -> None:
    def sure(batch: np.ndarray) -> np.ndarray:
        return np.stack([np.zeros(len(batch)), 10 + batch.mean(axis=(1, 2, 3)) / 50], axis=1)

    widget = explore(sure, fill="black")
    widget.wait(20)
    assert widget.prediction["saturated"]
    assert "log-odds" in widget.notes[0]
    widget.score = "log-odds"
    assert not widget.prediction["saturated"]
    assert [note for note in widget.notes if "Saturated" in note] == []


def test_close_ends_the_run(gated: Gated) -> None:
    widget = explore(gated, 8)
    gated.await_arrival()
    widget.close()
    gated.let_on(10_000)
    assert widget.wait(20)
    assert len(gated.batches) <= 2
    widget.start()
    assert not widget._publisher.runner.busy


def test_a_picture_stands_in_where_no_widget_can_run(gated: Gated) -> None:
    widget = explore(weights)
    widget.wait(20)
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in data
    assert Image.open(io.BytesIO(b64decode(data["image/png"]))).width > 600
    pending = explore(gated)
    bundle = pending._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    np.testing.assert_array_equal(Image.open(io.BytesIO(b64decode(data["image/png"]))), PICTURE)


def test_one_line_tells_its_state() -> None:
    widget = explore(weights)
    widget.wait(20)
    label, probability = widget.explanation.label, widget.explanation.baseline
    assert repr(widget) == (
        f"GridExplainerWidget(weights, {label!r} {probability:.1%}, 4×4, done, 16 of 16 cells)"
    )


def test_bad_pictures_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="NaN"):
        GridExplainer(weights).explore(np.full((8, 8, 3), np.nan))
    with pytest.raises(traitlets.TraitError, match="does not fit a picture of 4×4"):
        GridExplainer(weights, 8).explore(np.zeros((4, 4, 3)))


def test_every_trait_says_what_it_is() -> None:
    for name in KERNEL_TRAITS + FRONT_END_TRAITS:
        trait = GridExplainerWidget.class_traits()[name]
        assert trait.help, name
        assert trait.metadata["sync"], name


def test_two_threads_never_break_a_message(front_end: FrontEnd) -> None:
    widget = GridExplainer(brightness, 16, batch_size=2).explore(PICTURE)
    for number in range(sized(50, 200)):
        widget.grid_size = 8 + number % 3
        widget.target = number % 2
        widget.value = [(number % 8, 0)]
        front_end.write(
            widget, value=[[1, number % 8]], score=["probability", "log-odds"][number % 2]
        )
    assert widget.wait(30)
    assert widget.status == "done"
    assert widget.error == ""
    expected = GridExplainer(brightness, widget.grid_size).explain(PICTURE, widget.target)
    np.testing.assert_array_equal(drops(widget), expected.for_score(widget.score).drops.ravel())


def test_a_fill_that_raises_on_a_click_is_told() -> None:
    calls = []

    def broken(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        calls.append(1)
        return pixels[:, ::-1] if len(calls) <= 16 else 1 // 0

    widget = explore(weights, fill=broken)
    widget.wait(20)
    widget.value = [(0, 0)]
    assert "ZeroDivisionError" in widget.error
    assert widget.status == "done"


def test_what_was_refused_is_forgotten_when_something_is_accepted(front_end: FrontEnd) -> None:
    widget = explore(weights)
    widget.wait(20)
    front_end.write(widget, grid_size=1000)
    assert "too fine" in widget.error
    front_end.write(widget, target=1)
    assert widget.error == ""


def test_notes_wait_for_the_run_to_end(gated: Gated) -> None:
    widget = explore(gated)
    gated.let_on()
    gated.await_arrival()
    gated.await_arrival()
    widget.target = 1
    assert widget.notes == []
    gated.let_on(10)
    assert widget.wait(20)


def test_a_widget_of_a_model_is_refused() -> None:
    with pytest.raises(TypeError, match=r"GridExplainer\(model\)\.explore\(img\)"):
        GridExplainerWidget(weights, PICTURE)


def test_the_model_is_looked_at_and_told_after_the_map() -> None:
    explainer = GridExplainer(lambda batch: np.tile(np.float32([[0.9, 0.1]]), (len(batch), 1)), 4)
    widget = explainer.explore(PICTURE)
    assert widget.wait(20)
    assert widget.check["verdict"] == "wrong"
    assert widget.check == explainer.checked.record
    told = next(row for row in widget.check["checks"] if row[1] == "wrong")
    assert told[0] == "Hiding"
    assert "does not look at the picture" in widget.check["summary"]
    assert not any("Technical check" in note for note in widget.notes), "it has a line of its own"
    assert any("does not look at the picture" in note for note in widget.explanation.notes)
    assert "does not look at the picture" in repr(explainer)
    second = explainer.explore(PICTURE)
    assert second.check == widget.check, "at once, and from the first widget"


def test_what_seemed_wrong_is_looked_at_again() -> None:
    calls: list[int] = []

    def counting(batch: np.ndarray) -> np.ndarray:
        calls.append(len(batch))
        return weights(batch)

    widget = explore(counting, 4, fill=lambda pixels, hidden: pixels)
    assert widget.wait(20)
    assert "With every cell hidden by <lambda> on a grid of 4×4" in widget.check["summary"]
    widget.fill = "black"
    assert widget.wait(20)
    assert widget.check["verdict"] == "unknown", "nothing tells the range"
    before = sum(calls)
    widget.fill = "white"
    assert widget.wait(20)
    assert sum(calls) == before + 17 + 1, "and all cells hidden, once nothing seems wrong"


def hiding_of(widget: GridExplainerWidget) -> str:
    return next(seen for name, _, seen, _ in widget.check["checks"] if name == "Hiding")


def test_what_is_said_of_hiding_follows_the_map() -> None:
    widget = explore(weights, 4, fill="black")
    assert widget.wait(20)
    assert "hidden by black on a grid of 4×4 “class 2”" in hiding_of(widget)
    widget.fill = "white"
    assert widget.wait(20)
    assert "hidden by white on a grid of 4×4 “class 2”" in hiding_of(widget)
    widget.grid_size = 2
    assert widget.wait(20)
    assert "hidden by white on a grid of 2×2 “class 2”" in hiding_of(widget)
    run = widget._session.run
    (second,) = np.argsort(run.baseline)[-2:-1].tolist()
    widget.target = second
    told = hiding_of(widget)
    assert f"hidden by white on a grid of 2×2 “class {second}”" in told
    hidden, whole = run.cached_probabilities(range(4))[second], run.baseline[second]
    assert f"has {percent(hidden)} instead of {percent(whole)}" in told


def test_a_stopped_run_is_not_followed_by_a_check(gated: Gated) -> None:
    widget = explore(gated)
    explainer = widget._session.setup
    explainer.checked = None
    gated.await_arrival()
    widget.stop()
    gated.let_on()
    assert widget.wait(20)
    assert widget.status == "stopped"
    assert explainer.checked is None


def test_the_wrong_number_of_labels_is_told() -> None:
    widget = explore(weights, labels=["a", "b"])
    with pytest.raises(ExplanationError, match="2 labels were given, but weights has 4 classes"):
        widget.wait(20)
    assert widget.status == "error"
    assert widget.prediction == {}


def test_a_closed_widget_is_forgotten() -> None:
    widget = explore(weights)
    widget.wait(20)
    widget.close()
    for thread in threading.enumerate():
        if thread.name == "gridexplainer":
            thread.join(20)
    last_word = weakref.ref(widget)
    del widget
    gc.collect()
    assert last_word() is None


def test_a_failure_keeps_its_cause() -> None:
    widget = explore(Spoiled(0, "raise"))
    with pytest.raises(ExplanationError) as caught:
        widget.wait(20)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert caught.value.__cause__.__traceback__ is not None


def test_the_rate_is_that_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    widget = explore(weights)
    widget.wait(20)
    rate = widget.progress["rate"]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 100)
    widget.target = 1
    assert widget.progress["rate"] == rate


def test_a_target_that_no_given_label_has_is_refused_at_once() -> None:
    with pytest.raises(traitlets.TraitError, match="no class 'zebra'"):
        explore(weights, labels=list("abcd"), target="zebra")


def test_labels_for_some_classes_are_enough_to_ask_about_them() -> None:
    widget = explore(weights, labels={1: "bee", 3: "dog"}, target="dog")
    assert widget.wait(20)
    assert widget.prediction["target"] == 3
    widget = explore(weights, labels={1: "bee", 3: "dog"}, target=2)
    assert widget.wait(20)
    assert widget.prediction["target"] == 2


def test_an_observer_that_raises_does_not_stop_the_run() -> None:
    widget = explore(weights)
    widget.wait(20)

    def failing(change: object) -> None:
        raise ValueError("not mine")

    widget.observe(failing, "status")
    with pytest.raises(ValueError, match="not mine"):
        widget.grid_size = 3
    widget.unobserve(failing, "status")
    assert widget.wait(20)
    assert (widget.status, widget.progress["done"]) == ("done", 9)


def test_waiting_for_oneself_is_refused(gated: Gated) -> None:
    widget = explore(gated)
    said: list[str] = []

    def hasty(change: object) -> None:
        try:
            widget.wait()
        except RuntimeError as error:
            said.append(str(error))

    widget.observe(hasty, "scores")
    gated.let_on(10)
    assert widget.wait(20)
    assert "called in the thread that scores" in said[0]


def test_a_closed_widget_keeps_its_result_and_no_pixels() -> None:
    widget = GridExplainer(weights, 4).explore(np.zeros((64, 64, 3)))
    widget.wait(20)
    run = weakref.ref(widget._session.run)
    drops = widget.explanation.drops
    widget.close()
    for thread in threading.enumerate():
        if thread.name == "gridexplainer":
            thread.join(20)
    gc.collect()
    assert run() is None
    np.testing.assert_array_equal(widget.explanation.drops, drops)


def test_own_fills_never_pass_for_others(front_end: FrontEnd) -> None:
    def blur(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        return np.array([255.0, 0, 0])

    def red(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        return np.zeros(3)

    def maps(**options: object) -> np.ndarray:
        return GridExplainer(weights, 4, **options).explain(PICTURE, 1).drops.ravel()

    widget = explore(weights, fill=blur, target=1)
    widget.wait(20)
    np.testing.assert_array_equal(drops(widget), maps(fill=(255, 0, 0)))
    expected = {
        "blur": maps(fill="blur"),
        "red": maps(fill="red"),
        "blur (your own)": maps(fill=(255, 0, 0)),
    }
    for name, values in expected.items():
        front_end.write(widget, fill=name)
        widget.wait(20)
        np.testing.assert_array_equal(drops(widget), values)
    widget.fill = red
    widget.wait(20)
    np.testing.assert_array_equal(drops(widget), maps(fill="black"))
    first, second = (lambda p, h: 1.0), (lambda p, h: 200.0)
    for fill in (first, second, first):
        widget.fill = fill
    assert widget.fills[-8:-6] == ["<lambda>", "<lambda> 2"] or {"<lambda>", "<lambda> 2"} <= set(
        widget.fills
    )
    front_end.write(widget, fill="<lambda> 2")
    widget.wait(20)
    np.testing.assert_array_equal(drops(widget), maps(fill=(200, 200, 200)))


def test_the_curve_goes_round_a_cell_that_fails() -> None:
    def picky(batch: np.ndarray) -> np.ndarray:
        answer = weights(batch)
        alone = (batch[:, 0, 0] == 0).all(axis=1) & (batch[:, 15, 15] != 0).all(axis=1)
        answer[alone] = np.nan
        return answer

    widget = explore(picky, fill="black")
    with pytest.raises(ExplanationError):
        widget.wait(20)
    assert widget.progress["done"] == 15
    widget.play()
    with pytest.raises(ExplanationError):
        widget.wait(20)
    assert widget.curve["counts"][-1] == 15
    assert not widget.curve["running"]


@pytest.mark.parametrize("k", [-1, 2.0, "a", None, True])
def test_how_many_top_cells_is_a_whole_number(k: object) -> None:
    widget = explore(weights)
    widget.wait(20)
    with pytest.raises(ValueError, match="whole number"):
        widget.select_top(k)


def test_a_click_on_a_map_of_another_state_is_told_and_start_begins_anew() -> None:
    gain = 1.0

    def model(batch: np.ndarray) -> np.ndarray:
        one = 1 / (1 + np.exp(-gain * (batch.std((1, 2, 3)) / 255 - 0.25)))
        return np.stack([1 - one, one], 1)

    widget = explore(model, 4)
    widget.wait(20)
    before = drops(widget).copy()
    gain = 8.0
    widget.select([(0, 0), (1, 1)])
    widget.wait(20)
    assert widget.error.startswith("model has changed since. On the whole picture it gave “class ")
    assert "run again" in widget.error
    assert widget.evidence["drop"] is None
    np.testing.assert_array_equal(drops(widget), before)
    widget.start()
    widget.wait(20)
    assert not widget.error
    assert widget.evidence["drop"] is not None
    assert np.abs(drops(widget)).max() > 2 * np.abs(before).max()


def test_a_guess_that_was_wrong_is_told_once_and_start_begins_anew() -> None:
    calls = 0

    def model(batch: np.ndarray) -> np.ndarray:
        nonlocal calls
        calls += 1
        one = batch.std((1, 2, 3)) / 255
        return np.stack([1 - one, one], 1) * (1 if calls == 1 else 5)

    widget = explore(model, 4)
    with pytest.raises(ExplanationError, match="taken for logits"):
        widget.wait(20)
    assert "From now on they are taken for logits" in widget.error
    widget.start()
    widget.wait(20)
    assert not widget.error
    assert widget.status == "done"
    assert np.isfinite(drops(widget)).all()
