"""Maps side by side, live: traits and routing without a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import traitlets

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.checks.checks import Check
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.live.comparison.widget import ComparisonWidget
from gridexplainer_widget.results.data.metrics import metric_records
from gridexplainer_widget.wire.comparison import FRONT_END_TRAITS, KERNEL_TRAITS, MAX_MAPS
from tests.support.models import TopLeft, weights

PICTURE = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)
RISE = ("rise", {"samples": 40})
SOUND = Preflight((Check("Outputs", "ok", "Probabilities."),), 8)


@pytest.fixture
def widgets() -> Iterator[list[ComparisonWidget]]:
    made: list[ComparisonWidget] = []
    yield made
    for widget in made:
        widget.close()


def opened(widgets: list[ComparisonWidget], *methods: object, **said: object) -> ComparisonWidget:
    explainer = said.pop("explainer", None) or GridExplainer(weights, 4, labels=list("abcd"))
    widget = explainer.explore(PICTURE, methods=list(methods), **said)
    assert isinstance(widget, ComparisonWidget)
    widgets.append(widget)
    return widget


def floats(values: bytes) -> np.ndarray:
    return np.frombuffer(values, "<f4").reshape(4, 4)


def test_every_map_is_made_and_measured(widgets: list[ComparisonWidget]) -> None:
    widget = opened(widgets, "occlusion", RISE, target="c")
    assert widget.wait(30)
    assert widget.status == "done"
    assert widget.error == ""
    occlusion, rise = widget.maps
    expected = GridExplainer(weights, 4).explain(PICTURE, 2)
    np.testing.assert_array_equal(floats(occlusion["values"]), expected.values)
    assert (occlusion["status"], rise["status"]) == ("done", "done")
    assert (occlusion["forward"], rise["forward"]) == (17 + 60, 41)
    assert occlusion["native"].startswith("4×4 cells")
    under = occlusion["figures"]["under"]
    assert [one["fill"] for one in under] == widget.fills == ["blur", "noise"]
    assert -1 <= under[0]["srg"] <= 1
    assert occlusion["figures"]["pointing"] is None
    assert [explanation.method for explanation in widget.comparison] == ["occlusion", "rise"]
    assert widget.prediction["target"] == 2
    assert widget.labels == list("abcd")


def test_maps_that_were_made_are_not_made_again(widgets: list[ComparisonWidget]) -> None:
    model = TopLeft(4)
    widget = opened(widgets, "occlusion", RISE, explainer=GridExplainer(model, 4))
    widget.wait(30)
    before = sum(model.batches)
    widget.methods = [("occlusion", "")]
    widget.wait(30)
    widget.methods = ["occlusion", RISE]
    widget.wait(30)
    widget.methods = [("rise", "samples=40"), ("occlusion", "")]  # as the front end says it
    widget.wait(30)
    assert [shown["method"] for shown in widget.maps] == ["rise", "occlusion"]
    assert [shown["status"] for shown in widget.maps] == ["done", "done"]
    assert sum(model.batches) == before


def test_another_target_makes_occlusion_anew_at_no_call_but_the_audits(
    widgets: list[ComparisonWidget],
) -> None:
    widget = opened(widgets, "occlusion", target="a")
    widget.wait(30)
    first = floats(widget.maps[0]["values"])
    widget.target = "b"
    widget.wait(30)
    assert widget.prediction["target"] == 1
    second = floats(widget.maps[0]["values"])
    expected = GridExplainer(weights, 4).explain(PICTURE, 1)
    np.testing.assert_array_equal(second, expected.values)
    assert (first != second).any()


def test_a_method_that_cannot_says_so_in_its_place(widgets: list[ComparisonWidget]) -> None:
    widget = opened(widgets, "saliency", "occlusion")
    widget.wait(30)
    saliency, occlusion = widget.maps
    assert (saliency["status"], occlusion["status"]) == ("failed", "done")
    assert "a black box" in saliency["error"]
    assert saliency["values"] is None
    why = {name: why for name, _, _, why in widget.offered}
    assert why["saliency"]
    assert not why["rise"]


def test_a_click_tells_what_hiding_the_cell_did(widgets: list[ComparisonWidget]) -> None:
    widget = opened(widgets, RISE, target="c")
    widget.wait(30)
    widget.value = [(1, 2)]
    widget.wait(30)
    hidden = GridExplainer(weights, 4).explain(PICTURE, 2)
    assert widget.evidence["cell"] == [1, 2]
    assert widget.evidence["drop"] == pytest.approx(float(hidden.drops[1, 2]), abs=1e-6)
    index, before, after = widget.evidence["classes"][0]
    assert (index, after) == (2, pytest.approx(float(hidden.vectors[1, 2, 2])))
    assert before == hidden.baseline
    widget.value = []
    assert widget.evidence == {}


def test_a_stopped_one_goes_on(widgets: list[ComparisonWidget]) -> None:
    gate, arrived = threading.Event(), threading.Event()

    def model(batch: np.ndarray) -> np.ndarray:
        if len(batch) > 1:
            arrived.set()
            assert gate.wait(20)
        return weights(batch)

    widget = opened(widgets, "occlusion", explainer=GridExplainer(model, 4))
    assert arrived.wait(20)
    widget.stop()
    gate.set()
    widget.wait(30)
    assert widget.status == "stopped"
    assert widget.maps[0]["status"] != "done"
    widget.start()
    widget.wait(30)
    assert widget.status == "done"
    assert widget.maps[0]["status"] == "done"


def test_a_model_that_fails_is_told(widgets: list[ComparisonWidget]) -> None:
    def model(batch: np.ndarray) -> np.ndarray:
        raise RuntimeError("the graphics card caught fire")

    widget = opened(widgets, "occlusion", explainer=GridExplainer(model, 4))
    widget.wait(30)
    assert widget.status == "error"
    assert "caught fire" in widget.error


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("methods", "occlusion"),
        ("methods", None),
        ("methods", [["no such", ""]]),
        ("methods", [["rise", "conv"]]),
        ("methods", [["rise"]]),
        ("methods", [["rise", ""]] * (MAX_MAPS + 1)),
        ("methods", [[{"a": 1}, ""]]),
        ("target", 99),
        ("target", "nobody"),
        ("value", [[9, 9]]),
        ("value", "x"),
        ("value", None),
        ("randomise", "perhaps"),
    ],
)
def test_what_is_not_accepted_from_the_front_end(
    widgets: list[ComparisonWidget], name: str, value: object
) -> None:
    widget = opened(widgets, "occlusion")
    widget.wait(30)
    before = getattr(widget, name)
    with pytest.raises((traitlets.TraitError, ValueError)):
        setattr(widget, name, value)
    widget.set_state({name: value})
    assert getattr(widget, name) == before
    assert widget.error


def test_the_kernels_traits_are_not_the_front_ends(widgets: list[ComparisonWidget]) -> None:
    widget = opened(widgets, "occlusion")
    widget.wait(30)
    widget.set_state(dict.fromkeys(KERNEL_TRAITS, "evil"))
    assert widget.status == "done"
    traits = {name for name, trait in widget.traits(sync=True).items() if not name.startswith("_")}
    ours = traits - {"layout", "tabbable", "tooltip", "comm"}
    assert ours == {*KERNEL_TRAITS, *FRONT_END_TRAITS}


def test_an_option_that_python_gave_is_kept(widgets: list[ComparisonWidget]) -> None:
    widget = opened(widgets, RISE)
    assert widget.methods == [("rise", "samples=40")]
    widget.wait(30)
    assert widget.maps[0]["forward"] == 41
    assert widget.maps[0]["title"] == "RISE, samples=40"


def test_the_same_method_with_other_options_is_another_map(
    widgets: list[ComparisonWidget],
) -> None:
    widget = opened(widgets, ("rise", {"samples": 20}), ("rise", {"samples": 60}))
    widget.wait(30)
    assert [shown["forward"] for shown in widget.maps] == [21, 61]


def test_what_failed_is_tried_again(widgets: list[ComparisonWidget]) -> None:
    broken = [False]

    def model(batch: np.ndarray) -> np.ndarray:
        if broken[0]:
            raise RuntimeError("out of memory")
        return weights(batch)

    widget = opened(widgets, "occlusion", explainer=GridExplainer(model, 4))
    widget.wait(30)
    broken[0] = True
    widget.methods = ["occlusion", RISE]
    widget.wait(30)
    assert [shown["status"] for shown in widget.maps] == ["done", "failed"]
    assert "out of memory" in widget.maps[1]["error"]
    broken[0] = False
    widget.start()
    widget.wait(30)
    assert [shown["status"] for shown in widget.maps] == ["done", "done"]


def test_a_map_that_was_stopped_goes_on_where_it_was(widgets: list[ComparisonWidget]) -> None:
    gate, begun = threading.Semaphore(0), threading.Event()
    asked = []

    def model(batch: np.ndarray) -> np.ndarray:
        if len(asked) == 4:
            begun.set()
        assert gate.acquire(timeout=20)
        asked.append(len(batch))
        return weights(batch)

    explainer = GridExplainer(model, 4, batch_size=4, joint=False)
    explainer.checked = SOUND
    widget = opened(widgets, RISE, explainer=explainer)
    for _ in range(4):
        gate.release()
    assert begun.wait(20)
    widget.stop()
    for _ in range(200):
        gate.release()
    widget.wait(30)
    assert widget.status == "stopped"
    widget.start()
    widget.wait(30)
    assert widget.status == "done"
    rise = widget.maps[0]
    assert rise["forward"] == 41
    # Whether the model is still the same: after the samples; under both fills for the random
    # orders and for the curves.
    asked_again = 5
    audit = rise["figures"]["calls"] + rise["figures"]["chanceCalls"]
    assert sum(asked) == 1 + 41 + audit + asked_again  # 1 for the clicks


def test_a_mask_is_of_the_class_that_was_asked_about_first(
    widgets: list[ComparisonWidget],
) -> None:
    mask = np.zeros((16, 16), np.bool_)
    mask[:8] = True
    widget = opened(widgets, "occlusion", target="a", mask=mask)
    widget.wait(30)
    assert widget.maps[0]["figures"]["beside"]["inside"] == "chance 0.50, the object itself 1.00"
    widget.target = "b"
    widget.wait(30)
    assert widget.maps[0]["figures"]["beside"]["inside"] == ""
    widget.target = "a"
    widget.wait(30)
    assert widget.maps[0]["figures"]["beside"]["inside"] == "chance 0.50, the object itself 1.00"


def test_scrambling_leaves_the_maps_as_they_are(widgets: list[ComparisonWidget]) -> None:
    model = TopLeft(4)
    widget = opened(widgets, "occlusion", explainer=GridExplainer(model, 4))
    widget.wait(30)
    before = sum(model.batches)
    widget.randomise = True
    widget.wait(30)
    assert sum(model.batches) == before
    (shown,) = widget.maps
    assert shown["status"] == "done"
    assert shown["figures"]["randomised"] is None
    assert any("black box" in note for note in shown["figures"]["notes"])


def test_the_page_and_the_picture_of_it(widgets: list[ComparisonWidget], tmp_path: Path) -> None:
    widget = opened(widgets, "occlusion", "saliency")
    widget.wait(30)
    path = widget.to_html(tmp_path / "side by side.html")
    assert "Content-Security-Policy" in Path(path).read_text(encoding="utf-8")
    data, _ = widget._repr_mimebundle_()
    assert data["image/png"].startswith("iVBOR")


def test_closed_it_publishes_nothing_more(widgets: list[ComparisonWidget]) -> None:
    gate, arrived = threading.Event(), threading.Event()

    def model(batch: np.ndarray) -> np.ndarray:
        arrived.set()
        assert gate.wait(20)
        return weights(batch)

    widget = opened(widgets, "occlusion", explainer=GridExplainer(model, 4))
    assert arrived.wait(20)
    widget.close()
    gate.set()
    widget.wait(30)
    assert widget.status == "running"  # as it was when nobody was there any more


def test_the_metrics_are_described(widgets: list[ComparisonWidget]) -> None:
    widget = opened(widgets, "occlusion")
    assert widget.metrics == metric_records()
    assert {"name", "title", "better", "meaning", "signed"} == set(widget.metrics[0])


def test_a_target_that_no_given_label_has_is_refused_at_once() -> None:
    explainer = GridExplainer(weights, 4, labels=list("abcd"))
    with pytest.raises(traitlets.TraitError, match="no class 'zebra'"):
        explainer.explore(PICTURE, methods=["occlusion"], target="zebra")


def test_what_is_no_command_is_told(widgets: list[ComparisonWidget]) -> None:
    widget = opened(widgets, "occlusion")
    widget.wait(30)
    data = {"method": "custom", "content": {"type": "explode"}}
    widget._handle_msg({"content": {"data": data}, "buffers": []})
    assert "no command" in widget.error


def test_what_a_comparison_does_not_know() -> None:
    with pytest.raises(TypeError, match="no 'numbers' to be set"):
        GridExplainer(weights, 4).explore(PICTURE, methods=["occlusion"], numbers=False)
