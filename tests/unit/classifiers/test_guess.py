"""What kind of numbers a model returns, and how a first impression is mended."""

import numpy as np
import pytest

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier
from gridexplainer_widget.classifiers.guess import Guess, guess_again, guess_output

BATCH = np.zeros((2, 4, 4, 3), np.float32)
PICTURE = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)

LOGITS = np.float32([[1, 3], [2, -5]])
SOFTMAX = np.float32([[0.2, 0.8], [0.7, 0.3]])
SIGMOIDS = np.float32([[0.2, 0.3], [0.9, 0.9]])


class Mended:
    """Answers with `first` until `mended`, then with logits of the mean of all values."""

    def __init__(self, first: list[float]) -> None:
        self.first, self.mended = first, False

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        if not self.mended:
            return np.float32([self.first] * len(batch))
        bright = batch.mean(axis=(1, 2, 3)) / 255
        return np.stack([3 * bright, 4 - bright], axis=1)


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ([np.nan, np.nan], "NaN or infinity"),
        ([np.inf, 0.5], "NaN or infinity"),
        ([0, 0], None),
        ([0.5, 0.5], None),
        ([0.9, 0.6], None),
    ],
)
def test_a_broken_first_answer_settles_nothing_for_good(
    first: list[float], says: str | None
) -> None:
    model = Mended(first)
    explainer = GridExplainer(model, 2)
    if says is None:
        explainer.explain(PICTURE)
    else:
        with pytest.raises(ClassifierError, match=says):
            explainer.explain(PICTURE)
    model.mended = True
    if says is None:
        with pytest.raises(ClassifierError, match=r"taken for logits: ask again.*output="):
            explainer.explain(PICTURE)
    again = explainer.explain(PICTURE, 1)
    told = GridExplainer(model, 2, output="logits").explain(PICTURE, 1)
    np.testing.assert_array_equal(again.values, told.values)
    assert again.settings["output"] == "logits"


def test_logits_that_turn_out_to_be_probabilities() -> None:
    before = Guess("logits", sure=True)
    assert guess_again(SOFTMAX, before) == Guess("softmax", sure=True)
    assert guess_again(SOFTMAX[:1], before) is before  # chance
    assert guess_again(SIGMOIDS, before) is before


@pytest.mark.parametrize(
    ("raw", "before", "after"),
    [
        (np.full((2, 2), np.nan), None, None),
        (np.full((2, 2), np.nan), "softmax", "softmax"),
        (np.float32([[-np.inf, 0.5], [-np.inf, 0.1]]), None, "logits"),  # a masked class
        (LOGITS, "softmax", "logits"),
        (LOGITS, "percent", "logits"),
        (SIGMOIDS, "softmax", "softmax"),  # the same numbers either way
        (100 * SOFTMAX, "logits", "logits"),
    ],
)
def test_later_answers_count(raw: np.ndarray, before: str | None, after: str | None) -> None:
    found = guess_again(raw, Guess(before, sure=True) if before else None)
    assert (found.kind if found else None) == after


def test_zeros_are_no_evidence() -> None:
    found = guess_again(np.zeros((2, 2), np.float32), None)
    assert found == Guess("sigmoids", sure=False)
    assert guess_again(SOFTMAX, found) == Guess("softmax", sure=True)


def test_one_batch_tells_the_kind() -> None:
    kinds = [guess_output(raw) for raw in (SOFTMAX, SIGMOIDS, LOGITS, 100 * SOFTMAX)]
    assert kinds == ["softmax", "sigmoids", "logits", "percent"]
    assert guess_output(np.float32([[0.3]])) == "sigmoid"


def test_a_guess_is_not_handed_on_as_if_it_were_told() -> None:
    guessing = as_classifier(lambda batch: SOFTMAX[: len(batch)])
    guessing(BATCH)
    assert guessing.output == "softmax"
    assert as_classifier(guessing).output is None
    assert as_classifier(as_classifier(lambda batch: batch, output="logits")).output == "logits"


@pytest.mark.parametrize(
    "answer", [np.int64([3, 7]), np.array([True, False]), np.uint8([[3], [7]])]
)
def test_numbers_of_classes_are_refused(answer: np.ndarray) -> None:
    with pytest.raises(ClassifierError, match=r"numbers of classes.*probabilities or logits"):
        as_classifier(lambda batch: answer[: len(batch)])(BATCH)


@pytest.mark.parametrize("answer", [[[0.3]], [[0.1, 0.2, 0.7]], [[4, -4]]])
def test_a_batch_of_one_may_lose_its_axis(answer: list) -> None:
    whole = as_classifier(lambda _: np.float32(answer))(BATCH[:1])
    for lost in (np.squeeze(answer), {"logits": np.squeeze(answer)}):
        found = as_classifier(lambda _, lost=lost: lost, output=None)(BATCH[:1])
        assert found.shape == whole.shape
    squeezed = as_classifier(lambda _: np.float32(answer).squeeze())(BATCH[:1])
    np.testing.assert_array_equal(squeezed, whole)


def test_each_logit_may_have_its_own_sigmoid() -> None:
    logits = np.float32([[2, 2, -2], [0, 50, -50]])
    classifier = as_classifier(lambda batch: logits[: len(batch)], output="multilabel-logits")
    found = classifier(BATCH)
    np.testing.assert_allclose(found[0], [0.880797, 0.880797, 0.119203], rtol=1e-5)
    np.testing.assert_allclose(found[1], [0.5, 1, np.exp(-50.0)], rtol=1e-5)
    alone = as_classifier(lambda batch: logits[: len(batch), :1], output="multilabel-logits")
    np.testing.assert_allclose(alone(BATCH)[0], [0.119203, 0.880797], rtol=1e-5)


def test_logits_where_probabilities_were_told_name_both_ways_out() -> None:
    classifier = as_classifier(lambda batch: LOGITS[: len(batch)], output="sigmoids")
    with pytest.raises(ClassifierError, match=r"output='logits'.*'multilabel-logits'"):
        classifier(BATCH)


def test_a_single_number_that_cannot_be_a_logit_is_refused_unless_it_is_said_to_be_one() -> None:
    def age(batch: np.ndarray) -> np.ndarray:
        return 50 + batch.mean(axis=(1, 2, 3))[:, np.newaxis]

    with pytest.raises(ClassifierError, match="output='value'.*output='logits'"):
        GridExplainer(age, 2).explain(PICTURE)
    years = GridExplainer(age, 2, output="value", fill="black").explain(PICTURE)
    np.testing.assert_allclose(years.values.sum(), PICTURE.mean(), rtol=1e-5)
    assert GridExplainer(age, 2, output="logits").explain(PICTURE).values.max() == 0
