"""Words for a set of one's own, on models that are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.results.data.set_effect import SetEffect, alone_text
from tests.support.sizes import ANY_MACHINE


def answers(*leads: float) -> Answers:
    """Two classes, of which the first leads in log-odds."""
    first = 1 / (1 + np.exp(-np.array(leads)))
    vectors = np.stack([first, 1 - first], axis=-1).astype(np.float32)
    return Answers.without_logits(vectors)


def text(whole: float, joint: float, *singles: float, output: str = "softmax") -> str:
    """Say what cells do that leave these leads."""
    whole_, joint_ = answers(whole).at(0), answers(joint).at(0)
    return SetEffect("dog", 0, output, whole_, joint_, answers(*singles)).text


@pytest.mark.parametrize(
    ("joint", "singles", "words"),
    [
        # both are needed
        (-3, (-2, -1), "Each is needed: without either one of them alone the answer is no longer"),
        (-3, (-2, -1, -1), "Each is needed: without any one of them"),
        (-3, (-2, 1.5), "One of them alone is needed: without it the answer is no longer"),
        (-3, (-2, -1, 2), "2 of them alone are needed: without any of these"),
        # redundancy
        (-3, (2, 1.9), "one of them the answer stays “dog”; without both it is lost"),
        (-3, (2, 2, 2), "without all it is lost: they stand in for each other"),
        # a relation: hiding both restores the answer
        (2, (-2, -1), "Without either one of them alone the answer is no longer “dog”"),
        (2, (-2, 2), "the answer is no longer “dog”; without both it is again"),
        # nothing changes the answer
        (1, (1.5, 1.5), "Their effects add up: 1.0 in log-odds, as one by one."),
        (0.5, (1.8, 1.9), "more than one by one (1.5 in log-odds, not 0.3 in log-odds)"),
        (1.05, (1.3, 1.3), "less than one by one: what one of them takes is not there twice"),
        (1, (1, 1, 1.1), "One of them alone has most of the effect"),
        (2, (1, 3), "Their effects add up: 0.0"),
        (2, (-0.5 + 1.5, 1.5), "Together they do less than one of them alone"),
        (0.5, (0.5, 3), "Some speak for it and some against it: together they take 1.5"),
        (2, (2, 2.1), "They do next to nothing, together or one by one."),
    ],
)
def test_what_a_set_does(joint: float, singles: tuple[float, ...], words: str) -> None:
    assert words in text(2, joint, *singles)


def test_nothing_is_said_of_one_cell_nor_of_values_nor_of_what_is_pending() -> None:
    assert text(2, 1, 1) == ""
    assert text(2, 1, 1, 1, output="value") == ""
    assert text(2, 1, 1, float("nan")) == ""


@ANY_MACHINE
@given(st.floats(-6, 6), st.floats(-6, 6), st.lists(st.floats(-6, 6), min_size=2, max_size=5))
def test_no_sum_is_told_beyond_what_is_lost(
    whole: float, joint: float, singles: list[float]
) -> None:
    told = text(whole, joint, *singles)
    assert told
    numbers = [
        float(word.replace("−", "-").strip("(")) for word in told.split() if "." in word[:-1]
    ]
    assert all(abs(number) <= abs(whole - joint) + 0.06 for number in numbers)
    assert "enough" not in told


def test_cells_alone_are_enough_or_not() -> None:
    assert "They are enough" in alone_text(answers(1).at(0), answers(2).at(0), 0, "dog", "softmax")
    assert "not enough for “dog”" in alone_text(
        answers(-1).at(0), answers(2).at(0), 0, "dog", "softmax"
    )
    assert alone_text(answers(1).at(0), answers(2).at(0), 0, "years", "value") == ""
