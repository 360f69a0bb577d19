"""Whether a widget shows both maps as they follow from what it knows."""

from __future__ import annotations

from gridexplainer_widget import GridExplainerWidget
from gridexplainer_widget.results.headline import foretells_record


def assert_both_maps(widget: GridExplainerWidget) -> None:
    """Fit and measure anew, and compare with what is published."""
    explanation = widget.explanation
    assert explanation is not None
    fitted = explanation.maps.get("together")
    assert widget.together == (b"" if fitted is None else fitted.tobytes())
    assert widget.foretells == foretells_record(explanation)
    wanted = widget.map if widget.map in explanation.maps else explanation.earned
    assert explanation.map == wanted
    if widget.curve:
        assert widget.curve["map"] == wanted
