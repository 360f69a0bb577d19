"""Differences of log-odds between two classes, against their definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gridexplainer_widget.classifiers.log_odds import log_odds_of
from gridexplainer_widget.core.scores import Answers, beyond_float32, drops_of

LOGITS = hnp.arrays(np.float64, (5, 4), elements=st.floats(-30, 30))
PAIRS = st.permutations(range(4)).map(lambda classes: classes[:2])


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def answers_of(logits: np.ndarray, output: str, *, known: bool) -> Answers:
    vectors = softmax(logits) if output == "softmax" else 1 / (1 + np.exp(-logits))
    answers = Answers.without_logits(vectors.astype(np.float32))
    return answers._replace(log_odds=log_odds_of(logits, output)) if known else answers


def drops(
    logits: np.ndarray, target: int, contrast: int, output: str, *, known: bool
) -> np.ndarray:
    answers = answers_of(logits, output, known=known)
    return drops_of(answers.at(slice(1, None)), answers.at(0), target, "log-odds", output, contrast)


@given(LOGITS, PAIRS)
def test_a_contrast_is_a_difference_of_logits(logits: np.ndarray, pair: list[int]) -> None:
    first, second = pair
    apart = logits[:, first] - logits[:, second]
    for output in ("softmax", "sigmoids"):
        found = drops(logits, first, second, output, known=True)
        np.testing.assert_allclose(found, apart[0] - apart[1:], rtol=1e-5, atol=1e-4)


@given(LOGITS, PAIRS)
def test_without_logits_it_is_of_the_probabilities(logits: np.ndarray, pair: list[int]) -> None:
    first, second = pair
    found = drops(logits, first, second, "softmax", known=False)
    heights = np.log(softmax(logits).astype(np.float32).astype(np.float64))
    apart = heights[:, first] - heights[:, second]
    np.testing.assert_allclose(found, apart[0] - apart[1:], rtol=1e-5, atol=1e-4)


@given(LOGITS, PAIRS, st.sampled_from(["softmax", "sigmoids", "percent"]), st.booleans())
def test_the_other_way_round_it_is_the_negative(
    logits: np.ndarray, pair: list[int], output: str, known: bool
) -> None:
    one, other = (
        drops(logits, *order, output, known=known)  # type: ignore[misc] - two classes
        for order in (pair, pair[::-1])
    )
    np.testing.assert_array_equal(one, -other)


def test_of_two_classes_it_is_the_log_odds() -> None:
    logits = np.array([[4.0], [1.5], [-90.0]])
    log_odds = log_odds_of(logits, "sigmoid")
    chances = 1 / (1 + np.exp(-logits))
    vectors = np.concatenate([1 - chances, chances], axis=1).astype(np.float32)
    for answers in (Answers(vectors, log_odds), Answers.without_logits(vectors)):
        parts = answers.at(slice(1, None)), answers.at(0), 1, "log-odds", "sigmoid"
        np.testing.assert_allclose(drops_of(*parts, 0), drops_of(*parts), rtol=1e-6)


def test_it_is_in_log_odds_whatever_the_score() -> None:
    answers = answers_of(np.array([[3.0, 1, 0, 0], [1.0, 2, 0, 0]]), "softmax", known=True)
    found = drops_of(answers.at(1), answers.at(0), 0, "probability", "softmax", 1)
    assert found == pytest.approx(3.0, abs=1e-6)


def test_one_unknown_logit_makes_all_of_them_probabilities() -> None:
    answers = answers_of(np.array([[3.0, 1, 0, 0], [1.0, 2, 0, 0]]), "softmax", known=True)
    wrong = answers.log_odds.copy()
    wrong[0, 0], wrong[1, 1] = 70, np.nan
    known = answers._replace(log_odds=wrong)
    found = drops_of(known.at(1), known.at(0), 0, "log-odds", "softmax", 1)
    assert found == pytest.approx(3.0, abs=1e-6)


@pytest.mark.parametrize(("output", "most"), [("softmax", 87.33654), ("sigmoids", 104.66522)])
def test_what_is_rounded_to_0_or_1_is_bounded(output: str, most: float) -> None:
    """By float32's least number, and of sigmoids by 2⁻²⁵ for 1 − p."""
    answers = Answers.without_logits(np.float32([[1, 0, 0], [0.5, 0.5, 0]]))
    found = drops_of(answers.at(1), answers.at(0), 0, "log-odds", output, 1)
    assert found == pytest.approx(most, abs=1e-3)
    assert beyond_float32(answers, 0, output, 1)
    assert not beyond_float32(answers.at(1), 0, output, 1)
