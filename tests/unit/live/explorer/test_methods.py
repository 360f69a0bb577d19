"""Another method's map in the explorer, and the audit of what is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from traitlets import TraitError

from gridexplainer_widget import Explanation, GridExplainer, GridExplainerWidget
from gridexplainer_widget.results.explanation import ExplanationError
from tests.support.models import TopLeft

SIZE = 12
WHITE = np.full((SIZE, SIZE, 3), 255, np.uint8)


def explainer() -> GridExplainer:
    labels = ["other", "corner", "rest"]
    return GridExplainer(TopLeft(3), 4, fill="black", labels=labels, input_shape=(SIZE, SIZE))


def explored(**traits: Any) -> GridExplainerWidget:
    widget: Any = explainer().explore(WHITE, "corner", **traits)
    assert widget.wait(60)
    return widget  # type: ignore[no-any-return]


def floats(widget: GridExplainerWidget) -> np.ndarray:
    return np.frombuffer(widget.method_map["values"], "<f4").reshape(4, 4)


def shown(widget: GridExplainerWidget) -> Explanation:
    explanation = widget.explanation
    assert explanation is not None
    return explanation


def test_it_is_the_map_of_explain_and_hiding_stays_the_evidence() -> None:
    widget = explored(method="rise")
    wanted = explainer().explain(WHITE, "corner", "rise")
    assert (widget.method, widget.status, widget.error) == ("rise", "done", "")
    assert (widget.method_map["title"], widget.method_map["unit"]) == ("RISE", "probability")
    np.testing.assert_array_equal(floats(widget), wanted.values)
    assert shown(widget).method == "rise"
    assert widget.method_map["headline"][-1][0].startswith(" By RISE, strongest for it: ")
    assert "RISE: 12×12 pixels" in widget.method_map["how"]
    alone = np.frombuffer(widget.scores, "<f4")
    assert alone[0] == 1  # the corner, hidden
    widget.value = [(0, 0)]
    assert widget.wait(60)
    assert widget.evidence["drop"] == 1


def test_it_is_measured_as_the_widget_measures() -> None:
    widget = explored(method="rise", score="log-odds")
    assert widget.method_map["unit"] == "log-odds"
    assert shown(widget).score == "log-odds"


def test_a_map_is_made_once_for_each_class_and_going_back_asks_nothing() -> None:
    widget = explored(method="rise")
    corner = widget.method_map["values"]
    widget.target = "rest"
    assert widget.wait(60)
    assert widget.method_map["values"] != corner
    widget.target = "corner"
    assert widget.status == "done"  # at once
    assert widget.method_map["values"] == corner
    widget.method = "occlusion"
    assert widget.wait(60)
    assert widget.method_map == {}
    assert shown(widget).attribution is None


def test_a_method_that_cannot_is_told_and_another_one_goes_on() -> None:
    widget: Any = explainer().explore(WHITE, "corner", method="grad-cam")
    with pytest.raises(ExplanationError):
        widget.wait(60)
    assert widget.status == "error"
    assert "black box" in widget.error
    assert not widget.error.startswith("MethodError")
    assert np.isnan(floats(widget)).all()
    assert [row[3] for row in widget.offered if row[0] == "grad-cam"] == ["needs a white-box model"]
    widget.method = "occlusion"
    assert widget.wait(60)
    assert (widget.status, widget.error) == ("done", "")


def test_names_and_layers_are_checked() -> None:
    widget = explored()
    with pytest.raises(TraitError, match="Do you mean 'grad-cam'"):
        widget.method = "grad_kam"
    with pytest.raises(TraitError, match="Occlusion takes no option 'layer'"):
        widget.layer = "conv1"
    widget.method = "Score CAM"
    assert widget.method == "score-cam"
    widget.layer = "conv1"
    widget.method = "rise"
    assert widget.layer == ""
    with pytest.raises(TraitError, match="RISE takes no option 'layer'"):
        explainer().explore(WHITE, layer="conv1", method="rise")


def test_curves_pages_and_files_are_of_the_map_that_is_shown(tmp_path: Path) -> None:
    widget = explored(method="rise")
    widget.play()
    assert widget.wait(60)
    assert widget.curve["map"] == "method"
    assert widget.curve["deletion"][1] == 0  # without the corner
    page = str(widget.to_html())
    assert "RISE" in page
    loaded = Explanation.load(shown(widget).save(tmp_path / "map.npz"))
    assert loaded.method == "rise"


def test_the_audit_is_that_of_faithfulness_and_goes_with_its_map() -> None:
    widget = explored()
    assert widget.audit == {}
    widget.how_far()
    assert "Hiding cells in order" in widget.audit["text"]
    assert widget.wait(60)
    found = explainer().faithfulness(shown(widget))
    assert [text for text, _ in widget.audit["figures"]] == [text for _, text in found.texts()]
    assert widget.audit["text"].startswith("Trust: ")
    widget.method = "rise"
    assert widget.audit == {}
    assert widget.wait(60)
    widget.method = "occlusion"
    assert widget.wait(60)
    assert widget.audit["text"].startswith("Trust: ")  # known: not asked again


def test_nothing_is_audited_before_there_is_a_map_or_after_the_end() -> None:
    widget = explored()
    widget.close()
    widget.how_far()
    assert widget.audit == {}
    unfinished: Any = explainer().explore(WHITE, method="grad-cam")
    with pytest.raises(ExplanationError):
        unfinished.wait(60)
    with pytest.raises(RuntimeError, match="not finished"):
        unfinished.how_far()
