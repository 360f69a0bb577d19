"""Why a class rather than another, in a comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from traitlets import TraitError

from tests.unit.results.test_contrast import LABELS, RATHER, WHITE, explainer_of


def compared(**traits: Any) -> Any:
    methods = ["occlusion", "rise"]
    widget: Any = explainer_of("softmax").explore(WHITE, "dog", methods=methods, **traits)
    assert widget.wait(60)
    return widget


def values(widget: Any, at: int) -> np.ndarray:
    return np.frombuffer(widget.maps[at]["values"], "<f4").reshape(2, 2)


def test_all_maps_are_of_one_class_rather_than_the_other() -> None:
    widget = compared(contrast="cat")
    assert (widget.contrast, widget.prediction["contrast"]) == ("cat", LABELS.index("cat"))
    np.testing.assert_allclose(values(widget, 0), RATHER, atol=1e-5)
    assert {shown["unit"] for shown in widget.maps} == {"log-odds"}
    found = widget.comparison
    assert [one.contrast for one in found.explanations] == [LABELS.index("cat")] * 2
    assert '"contrast":1' in str(found.to_html())


def test_it_is_chosen_live_kept_and_given_back() -> None:
    widget = compared()
    plain = values(widget, 0).copy()
    widget.contrast = "cat"
    assert widget.wait(60)
    np.testing.assert_allclose(values(widget, 0), RATHER, atol=1e-5)
    widget.contrast = None
    assert widget.wait(60)
    np.testing.assert_array_equal(values(widget, 0), plain)
    with pytest.raises(TraitError):
        widget.contrast = "dog"  # the target itself
