"""Why a class rather than another, live."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from traitlets import TraitError

from gridexplainer_widget import GridExplainer, GridExplainerWidget
from gridexplainer_widget.results.headline import headline_records
from tests.support.models import brightness
from tests.unit.results.test_contrast import LABELS, RATHER, WHITE, Four, explainer_of


def explored(contrast: Any = None, output: str = "softmax", **traits: Any) -> GridExplainerWidget:
    widget = explainer_of(output).explore(WHITE, traits.pop("target", "dog"), contrast=contrast)
    widget.wait()
    return widget


def floats(data: bytes) -> np.ndarray:
    return np.frombuffer(data, "<f4").reshape(2, 2)


def test_it_is_a_trait_and_shows_the_numbers_of_explain_at_no_call() -> None:
    model = Four()
    explainer = GridExplainer(model, 2, fill="black", labels=LABELS)
    widget = explainer.explore(WHITE, "dog")
    widget.wait()
    asked = model.pictures
    widget.contrast = "cat"
    assert widget.contrast == 1
    assert widget.score == "log-odds"
    np.testing.assert_allclose(floats(widget.scores), RATHER, atol=1e-5)
    assert widget.prediction["contrast"] == 1
    assert model.pictures == asked
    expected = widget.explanation
    assert expected is not None
    assert (expected.target, expected.contrast) == (0, 1)
    assert widget.headline == headline_records(expected)
    assert "why dog" in "".join(text for text, _ in widget.headline["alone"])


def test_without_it_the_score_is_as_before() -> None:
    widget = explored()
    before = widget.scores
    widget.contrast = 2
    widget.contrast = 1
    widget.contrast = None
    assert widget.score == "probability"
    assert widget.scores == before
    assert widget.prediction["contrast"] is None


def test_it_may_be_asked_for_from_the_start() -> None:
    widget = explored("cat")
    assert widget.error == ""
    assert (widget.contrast, widget.score) == ("cat", "log-odds")
    np.testing.assert_allclose(floats(widget.scores), RATHER, atol=1e-5)
    assert "dog rather than cat" in str(widget.explanation)
    assert "dog rather than cat" in str(widget.to_html())


def test_a_selection_is_told_in_the_same_unit() -> None:
    widget = explored("cat")
    widget.select([(0, 0), (1, 0)])
    widget.wait()
    assert widget.evidence["drop"] == pytest.approx(-1, abs=1e-5)
    assert widget.evidence["sum"] == pytest.approx(-1, abs=1e-5)
    assert widget.evidence["text"] == "Their effects add up: −1.0 in log-odds, as one by one."
    assert [index for index, *_ in widget.evidence["classes"]][:2] == [0, 1]


@pytest.mark.parametrize("contrast", ["cow", 7, "dog", 0, [1], 1.5])
def test_what_is_no_other_class_is_refused(contrast: Any) -> None:
    widget = explored()
    with pytest.raises(TraitError):
        widget.contrast = contrast
    assert widget.contrast is None
    assert widget.score == "probability"


def test_what_turns_out_to_be_none_is_told() -> None:
    widget = explored("cat", target=None)
    assert "is the class that is asked about" in widget.error
    assert widget.contrast is None
    assert widget.score == "probability"


def test_probability_is_refused_while_two_classes_are_held_against_each_other() -> None:
    widget = explored("cat")
    with pytest.raises(TraitError, match="measured in log-odds"):
        widget.score = "probability"
    assert widget.score == "log-odds"


def test_asking_about_that_class_itself_ends_it() -> None:
    widget = explored("cat")
    widget.target = "cat"
    assert widget.contrast is None
    assert "is the class that is asked about" in widget.error
    assert widget.prediction["target"] == 1


def test_another_picture_is_asked_about_by_itself() -> None:
    widget = explored("cat")
    widget.explain(WHITE // 2)
    widget.wait()
    assert widget.contrast is None
    assert widget.score == "probability"


def test_values_have_none() -> None:
    widget = explored(output="value")
    with pytest.raises(TraitError, match="this model returns values"):
        widget.contrast = 1
    told = explored("cat", output="value")
    assert "this model returns values" in told.error
    assert (told.contrast, told.score) == (None, "value")


def test_the_front_end_sets_it() -> None:
    widget = explored()
    widget.set_state({"contrast": 1})
    assert widget.score == "log-odds"
    widget.set_state({"contrast": 0})
    assert "is the class that is asked about" in widget.error
    assert widget.contrast == 1
    widget.set_state({"target": 1, "contrast": None})
    assert (widget.target, widget.contrast, widget.score) == (1, None, "probability")


def test_two_classes_have_each_other() -> None:
    widget = GridExplainer(brightness, 2, fill="black").explore(WHITE // 2, 1, score="log-odds")
    widget.wait()
    before = floats(widget.scores)
    widget.contrast = 0
    np.testing.assert_allclose(floats(widget.scores), before, rtol=1e-5)
