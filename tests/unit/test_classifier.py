import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gridexplainer_widget.classifiers import ClassifierError, as_classifier
from gridexplainer_widget.classifiers.base import (
    find_class,
    guess_output,
    to_probabilities,
    top_classes,
)
from tests.models import brightness

BATCH = np.full((2, 4, 4, 3), 51, np.float32)


def answering(*rows: list[float]) -> object:
    return lambda batch: np.float32(rows[: len(batch)])


def test_probabilities_pass_unchanged() -> None:
    classifier = as_classifier(brightness)
    np.testing.assert_allclose(classifier(BATCH), [[0.8, 0.2]] * 2, rtol=1e-6)
    assert classifier.output == "softmax"


def test_logits_become_a_softmax() -> None:
    classifier = as_classifier(answering([0, np.log(3)], [1000, 0]))
    np.testing.assert_allclose(classifier(BATCH), [[0.25, 0.75], [1, 0]], rtol=1e-6)
    assert classifier.output == "logits"


def test_a_single_sigmoid_gets_its_other_class() -> None:
    classifier = as_classifier(answering([0.2], [0.9]), labels=["pneumonia"])
    np.testing.assert_allclose(classifier(BATCH), [[0.8, 0.2], [0.1, 0.9]], rtol=1e-6)
    assert classifier.output == "sigmoid"
    assert classifier.names(2) == ("not pneumonia", "pneumonia")


def test_a_single_logit_is_precise_at_both_ends() -> None:
    probabilities = to_probabilities(np.float32([[30], [-30], [800]]), "logits")
    np.testing.assert_allclose(probabilities[0, 0], np.exp(-30), rtol=1e-5)
    np.testing.assert_allclose(probabilities[1, 1], np.exp(-30), rtol=1e-5)
    assert probabilities[2].tolist() == [0, 1]


def test_several_sigmoids_stay_as_they_are() -> None:
    classifier = as_classifier(answering([0.9, 0.8], [0.1, 0.1]))
    np.testing.assert_allclose(classifier(BATCH), [[0.9, 0.8], [0.1, 0.1]], rtol=1e-6)
    assert classifier.output == "sigmoids"


@given(hnp.arrays(np.float32, (3, 5), elements=st.floats(-50, 50, width=32)))
def test_logits_are_told_from_probabilities(logits: np.ndarray) -> None:
    softmax = to_probabilities(logits, "logits")
    np.testing.assert_allclose(softmax.sum(axis=1), 1, rtol=1e-5)
    assert guess_output(softmax) == "softmax"
    assert guess_output(logits - 60) == "logits"


def test_the_kind_of_output_may_not_change() -> None:
    answers = iter([np.float32([[0.5], [0.5]]), np.float32([[3.5], [0.5]])])
    classifier = as_classifier(lambda batch: next(answers))
    classifier(BATCH)
    with pytest.raises(ClassifierError, match=r"0\.5 to 3\.5.*sigmoid"):
        classifier(BATCH)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros(2), r"shape \(2,\).*\(2, classes\)"),
        (np.zeros((1, 2)), r"shape \(1, 2\)"),
        (np.zeros((2, 3, 4)), r"shape \(2, 3, 4\)"),
        (np.zeros((2, 0)), r"shape \(2, 0\)"),
        ({"logits": 1}, "dict"),
        (None, "NoneType"),
        ([[1], [2, 3]], "list"),
        ([["a"], ["b"]], "list"),
    ],
)
def test_what_is_not_batch_by_classes_is_refused(answer: object, words: str) -> None:
    with pytest.raises(ClassifierError, match=words):
        as_classifier(lambda batch: answer)(BATCH)


def test_nan_passes_through_for_the_run_to_report() -> None:
    answer = as_classifier(answering([0.5, 0.5], [np.nan, np.nan]))(BATCH)
    assert np.isnan(answer[1]).all()
    assert answer[0].tolist() == [0.5, 0.5]


def test_your_own_preprocessing() -> None:
    def halved(batch: np.ndarray) -> np.ndarray:
        return batch / 2

    classifier = as_classifier(brightness, preprocess=halved)
    np.testing.assert_allclose(classifier(BATCH), [[0.9, 0.1]] * 2, rtol=1e-6)
    assert classifier.preprocessing == "your own (halved)"


def test_labels() -> None:
    assert as_classifier(brightness).names(2) == ("class 0", "class 1")
    assert as_classifier(brightness, labels=["a", "b"]).names(2) == ("a", "b")
    assert as_classifier(brightness, labels={1: "b"}).names(2) == ("class 0", "b")
    relabelled = as_classifier(as_classifier(brightness, labels=["a", "b"]), labels=["c", "d"])
    assert relabelled.names(2) == ("c", "d")


@pytest.mark.parametrize("labels", [[], "cat", {}])
def test_labels_that_name_no_class(labels: object) -> None:
    with pytest.raises(ValueError, match="names no class"):
        as_classifier(brightness, labels=labels)


def test_too_few_labels() -> None:
    with pytest.raises(ValueError, match=r"3 labels.*brightness has 2 classes"):
        as_classifier(brightness, labels=["a", "b", "c"])(BATCH)


@pytest.mark.parametrize("model", [None, "model.keras", 5, [1]])
def test_what_is_no_model(model: object) -> None:
    with pytest.raises(TypeError, match=r"no model.*Keras model or a callable"):
        as_classifier(model)


def test_an_unknown_preprocess() -> None:
    with pytest.raises(ValueError, match=r"preprocess='caffe'.*'auto', None, or a callable"):
        as_classifier(brightness, preprocess="caffe")
    with pytest.raises(ValueError, match="carries its own"):
        as_classifier(as_classifier(brightness), preprocess=None)


LABELS = ("dog", "cat", "crane", "crane")


@pytest.mark.parametrize(("target", "index"), [(0, 0), ("cat", 1), (np.int64(3), 3)])
def test_a_class_is_an_index_or_a_label(target: object, index: int) -> None:
    assert find_class(target, LABELS) == index


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (4, r"4 is out of range.*4 classes, 0 to 3"),
        (-1, "out of range"),
        ("dgo", r"no class 'dgo'.*Did you mean 'dog'"),
        ("zebra", r"labels are 'dog', 'cat'"),
        ("crane", r"names the classes \[2, 3\]"),
        (1.5, "no class"),
        (True, "no class"),
    ],
)
def test_what_is_no_class(target: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        find_class(target, LABELS)


def test_top_classes() -> None:
    assert top_classes(np.float32([0.1, 0.5, 0.1, 0.3]), 3) == [1, 3, 0]


@pytest.mark.parametrize("dtype", [int, bool, np.float16])
def test_votes_are_probabilities_of_0_and_1(dtype: type) -> None:
    votes = np.array([[0, 1], [1, 0]]).astype(dtype)
    assert as_classifier(lambda batch: votes)(BATCH).tolist() == [[0, 1], [1, 0]]
