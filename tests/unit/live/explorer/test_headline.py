"""What the kernel says for the screen: the sentence, the classes, the curve, the fills."""

from __future__ import annotations

import numpy as np
import pytest

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.core import fills
from gridexplainer_widget.live.explorer.widget import GridExplainerWidget
from gridexplainer_widget.results.data.about import CAVEAT
from gridexplainer_widget.results.headline import headline_records
from tests.support.models import TopLeft, brightness, either

BRIGHT = np.full((16, 16, 3), 204, np.uint8)


def explore(model: object, labels: list[str], **how: object) -> GridExplainerWidget:
    settings = {"fill": "black", "output": "softmax", "joint": False, **how}
    return GridExplainer(model, 4, labels=labels, **settings).explore(BRIGHT)


def says(widget: GridExplainerWidget) -> str:
    return "".join(text for text, _ in widget.headline["alone"])


def test_the_sentence_follows_the_question() -> None:
    widget = explore(TopLeft(4), ["a", "b", "c"])
    assert widget.wait(20)
    assert widget.headline == headline_records(widget.explanation)
    assert says(widget) == (
        "The model says b (80.0%). Strongest for it: at the top left (row 1, column 1)."
    )
    widget.target = "c"
    assert says(widget).startswith("You ask: why c (15.0%)? The model says b (80.0%).")
    assert widget.about["caveat"] == CAVEAT


def test_both_maps_have_one() -> None:
    widget = GridExplainer(either, 4, fill="black", labels=["yes", "no"]).explore(
        np.full((32, 32, 3), 255, np.uint8)
    )
    assert widget.wait(60)
    assert list(widget.headline) == ["alone", "together"]
    assert says(widget).endswith("No cell matters alone here: together they do.")


def test_a_class_that_is_asked_about_is_among_those_shown() -> None:
    def many(batch: np.ndarray) -> np.ndarray:
        share = np.linspace(2, 1, 60)
        return np.tile(share / share.sum(), (len(batch), 1))

    widget = explore(many, [str(index) for index in range(60)])
    assert widget.wait(20)
    assert [index for index, _ in widget.prediction["top"]] == [0, 1, 2, 3, 4]
    widget.target = 39
    assert [index for index, _ in widget.prediction["top"]] == [0, 1, 2, 3, 4, 39]
    assert widget.prediction["top"][-1][1] == widget.prediction["probability"]
    widget.target = 3
    assert [index for index, _ in widget.prediction["top"]] == [0, 1, 2, 3, 4]


def test_the_curve_says_where_the_answer_changes() -> None:
    """Only the cell at the top left is looked at: 80 % with it, and nothing without it."""
    widget = explore(TopLeft(4), ["a", "b", "c"])
    assert widget.wait(20)
    widget.play()
    assert widget.wait(20)
    assert widget.curve["changes"] == {"deletion": 1, "insertion": 1}
    assert widget.curve["text"] == (
        "Hiding the strongest cell changes the answer; the strongest cell alone is enough for it."
    )


def test_a_curve_along_which_nothing_changes() -> None:
    def sure(batch: np.ndarray) -> np.ndarray:
        first = 0.6 + 0.3 * brightness(batch)[:, 1]
        return np.stack([first, 1 - first], 1)

    widget = explore(sure, ["a", "b"])
    assert widget.wait(20)
    widget.play()
    assert widget.wait(20)
    assert widget.curve["changes"] == {"deletion": None, "insertion": 0}
    assert widget.curve["text"].startswith("Hiding the strongest cells never changes the answer")


@pytest.mark.parametrize("installed", [True, False])
def test_a_fill_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    monkeypatch.setattr(fills, "find_spec", lambda name: object() if installed else None)
    widget = explore(brightness, ["dark", "bright"])
    why = "needs OpenCV: pip install 'gridexplainer-widget[inpaint]'"
    assert widget.unavailable_fills == ({} if installed else {"inpaint": why})
    assert widget.wait(20)
