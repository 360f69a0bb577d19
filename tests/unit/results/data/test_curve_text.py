"""What the curves say, in a sentence."""

import pytest

from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity
from gridexplainer_widget.results.data.curve_text import axis_of, curve_text

FALLING = [0.9, 0.4, 0.1]


@pytest.mark.parametrize(
    ("gone", "there", "text"),
    [
        (
            1,
            2,
            (
                "Hiding the strongest cell changes the answer; "
                "the 2 strongest cells alone are enough for it."
            ),
        ),
        (
            2,
            1,
            (
                "Hiding the 2 strongest cells changes the answer; "
                "the strongest cell alone is enough for it."
            ),
        ),
        (2, None, "Hiding the 2 strongest cells changes the answer."),
        (
            None,
            0,
            (
                "Hiding the strongest cells never changes the answer; "
                "the 0 strongest cells alone are enough for it."
            ),
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


def test_the_axis_of_probabilities_ends_at_all_of_it() -> None:
    axis = axis_of("dog", (FALLING, [None, 0.5]), PROBABILITY)
    assert axis == {
        "title": "Probability of “dog”",
        "low": 0.0,
        "high": 1.0,
        "bottom": "0",
        "top": "100%",
    }


def test_the_axis_of_values_ends_at_those_that_are_known() -> None:
    years = Quantity("value", "years")
    axis = axis_of("age", ([40.0, None, 20.5], [None, 58.0]), years)
    assert axis == {
        "title": "“age”",
        "low": 20.5,
        "high": 58.0,
        "bottom": "20.5 years",
        "top": "58 years",
    }
    assert axis_of("age", ([None],), years)["high"] == 1.0
