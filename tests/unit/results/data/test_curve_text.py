"""What the curves say, in a sentence."""

import pytest

from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity
from gridexplainer_widget.results.data.curve_text import curve_text

FALLING = [0.9, 0.4, 0.1]


@pytest.mark.parametrize(
    ("gone", "there", "text"),
    [
        (1, 2, "The answer changes with 1 cell hidden; 2 cells alone are enough for it."),
        (2, 1, "The answer changes with 2 cells hidden; 1 cell alone is enough for it."),
        (2, None, "The answer changes with 2 cells hidden."),
        (
            None,
            0,
            "Hiding the strongest cells never changes the answer; 0 cells alone are enough for it.",
        ),
        (None, None, "Hiding the strongest cells never changes the answer."),
    ],
)
def test_where_the_answer_changes(gone: int | None, there: int | None, text: str) -> None:
    changes = {"deletion": gone, "insertion": there}
    assert curve_text([0, 1, 2], FALLING, FALLING[::-1], changes, PROBABILITY) == text


def test_a_curve_that_runs_counts_its_points() -> None:
    changes = {"deletion": 1, "insertion": None}
    told = curve_text([0, 1, 2], [0.9, 0.4, None], [0.1, None, None], changes, PROBABILITY)
    assert told == "Hiding the strongest cells: 2 of 3 points."


def test_a_value_has_no_answer_that_changes() -> None:
    changes = {"deletion": None, "insertion": None}
    told = curve_text(
        [0, 2, 4], [8.0, 5.0, 2.0], [2.0, None, 8.0], changes, Quantity("value", "kg")
    )
    assert told == (
        "8 kg with nothing hidden, 2 kg with everything hidden; 5 kg without the stronger half, "
        "not known with it alone."
    )
