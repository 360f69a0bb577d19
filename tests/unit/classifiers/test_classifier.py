import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gridexplainer_widget import ClassifierError, as_classifier
from gridexplainer_widget.classifiers.classifier import top_classes
from gridexplainer_widget.classifiers.guess import guess_output
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.classifiers.outputs import to_probabilities
from gridexplainer_widget.classifiers.preprocessing import PRESETS
from gridexplainer_widget.classifiers.readers.function import PAUSES
from tests.support.models import brightness

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


def test_one_number_for_each_picture_is_a_sigmoid() -> None:
    classifier = as_classifier(lambda batch: np.float32([0.2, 0.9])[: len(batch)])
    np.testing.assert_allclose(classifier(BATCH), [[0.8, 0.2], [0.1, 0.9]], rtol=1e-6)


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


def test_percents_are_divided_by_a_hundred() -> None:
    classifier = as_classifier(answering([20, 80], [0, 100]))
    np.testing.assert_allclose(classifier(BATCH), [[0.2, 0.8], [0, 1]], rtol=1e-6)
    assert classifier.output == "percent"


def test_what_the_user_says_of_the_output_counts() -> None:
    rows = ([0.2, 0.3], [0.6, 0.1])
    assert as_classifier(answering(*rows))(BATCH).tolist() == pytest.approx(np.float32(rows))
    logits = as_classifier(answering(*rows), output="logits")(BATCH)
    np.testing.assert_allclose(logits[0], [1 / (1 + np.exp(0.1)), 1 / (1 + np.exp(-0.1))])
    with pytest.raises(ValueError, match=r"output='probability' is unknown.*'softmax'"):
        as_classifier(brightness, output="probability")
    with pytest.raises(ClassifierError, match=r"2 values for a picture"):
        as_classifier(brightness, output="sigmoid")(BATCH)


class Named(NamedTuple):
    logits: np.ndarray
    aux: object


@pytest.mark.parametrize(
    "wrap",
    [
        lambda logits: {"loss": None, "logits": logits},
        lambda logits: Named(logits, None),
        lambda logits: {"hidden": np.zeros((2, 3, 3)), "logits": logits},
    ],
)
def test_logits_are_found_among_what_is_returned(wrap: object) -> None:
    inside = np.float32([[0.2, 0.3], [0.6, 0.1]])  # by their values these could be sigmoids
    classifier = as_classifier(lambda batch: wrap(inside))
    np.testing.assert_allclose(classifier(BATCH).sum(axis=1), 1, rtol=1e-6)
    assert classifier.output == "logits"


def test_one_answer_is_found_whatever_its_name() -> None:
    for wrap in (lambda answer: {"dense_3": answer}, lambda answer: [answer]):
        answer = as_classifier(lambda batch, wrap=wrap: wrap(brightness(batch)))(BATCH)
        np.testing.assert_allclose(answer, brightness(BATCH))


def test_a_server_that_fails_now_and_then_is_asked_again() -> None:
    calls = []

    def remote(batch: np.ndarray) -> np.ndarray:
        calls.append(len(batch))
        if len(calls) % 3:
            raise ConnectionError("503")
        return brightness(batch)

    np.testing.assert_array_equal(as_classifier(remote)(BATCH), brightness(BATCH))
    assert calls == [2, 2, 2]


def test_patience_ends() -> None:
    calls = []

    def gone(batch: np.ndarray) -> np.ndarray:
        calls.append(len(batch))
        raise TimeoutError("nobody there")

    with pytest.raises(TimeoutError, match="nobody there"):
        as_classifier(gone)(BATCH)
    assert len(calls) == 1 + len(PAUSES)


def test_what_never_worked_fails_at_once() -> None:
    calls = []

    def wrong(batch: np.ndarray) -> np.ndarray:
        calls.append(len(batch))
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1"):
        as_classifier(wrong)(BATCH)
    assert len(calls) == 2, "once more with the channels first, to tell whether that is it"


def test_a_function_that_wants_channels_first_is_told_so() -> None:
    def convolution(batch: np.ndarray) -> np.ndarray:
        if batch.shape[1] != 3:
            raise RuntimeError("expected input[2, 4, 4, 3] to have 3 channels")
        return brightness(batch)

    with pytest.raises(ClassifierError, match=r"wants channels first.*transpose\(0, 3, 1, 2\)"):
        as_classifier(convolution)(BATCH)


def test_the_kind_of_output_may_not_change() -> None:
    answers = iter([np.float32([[0.5], [0.5]]), np.float32([[3.5], [0.5]])])
    classifier = as_classifier(lambda batch: next(answers))
    classifier(BATCH)
    with pytest.raises(ClassifierError, match=r"0\.5 to 3\.5.*sigmoid"):
        classifier(BATCH)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros(3), r"shape \(3,\).*\(2, classes\)"),
        (np.zeros((1, 2)), r"shape \(1, 2\)"),
        (np.zeros((2, 3, 4)), r"shape \(2, 3, 4\)"),
        (np.zeros((2, 0)), r"shape \(2, 0\)"),
        ({"logits": np.zeros(3)}, r"shape \(3,\)"),
        ({"boxes": 1, "masks": 2}, r"a dictionary of 'boxes', 'masks'"),
        (None, "NoneType"),
        ([[1], [2, 3]], "list"),
        ((np.zeros((2, 3)), np.zeros((2, 3))), r"a tuple of shapes \(2, 3\), \(2, 3\)"),
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
    assert classifier.preprocessing.description == "your own (halved)"


def test_labels() -> None:
    assert as_classifier(brightness).names(2) == ("class 0", "class 1")
    assert as_classifier(brightness, labels=["a", "b"]).names(2) == ("a", "b")
    assert as_classifier(brightness, labels={1: "b"}).names(2) == ("class 0", "b")
    relabelled = as_classifier(as_classifier(brightness, labels=["a", "b"]), labels=["c", "d"])
    assert relabelled.names(2) == ("c", "d")


def test_labels_by_name_and_in_part() -> None:
    three = answering([0.1, 0.2, 0.7], [0.1, 0.2, 0.7])
    assert as_classifier(three, labels={"b": 1, "a": 0, "c": 2}).names(3) == ("a", "b", "c")
    assert as_classifier(three, labels={0: "a"}).names(3) == ("a", "class 1", "class 2")
    assert as_classifier(three, labels=np.array(["a", "b", "c"])).names(3) == ("a", "b", "c")
    with pytest.raises(ValueError, match=r"label was given for class 3.*has 3 classes"):
        as_classifier(three, labels={3: "d"})(BATCH)


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("labels.txt", "a\nb\n\n", ("a", "b")),
        ("labels.txt", "\ufeffa\r\nb\r\n", ("a", "b")),
        ("labels.json", json.dumps(["a", "b"]), ("a", "b")),
        ("labels.json", json.dumps({"0": "a", "1": "b"}), ("a", "b")),
        ("labels.json", json.dumps({"b": 1, "a": 0}), ("a", "b")),
        ("index.json", json.dumps({"0": ["n01", "a"], "1": ["n02", "b"]}), ("a", "b")),
    ],
)
def test_labels_from_a_file(tmp_path: Path, name: str, text: str, names: tuple) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert as_classifier(brightness, labels=path).names(2) == names
    assert as_classifier(brightness, labels=str(path)).names(2) == names


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"5", b"{", b"null"])
def test_a_file_that_holds_no_labels(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"labels\.json.*Wanted is a list"):
        as_classifier(brightness, labels=path)


def test_a_file_of_labels_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=r"no file of labels 'names\.txt'"):
        as_classifier(brightness, labels="names.txt")


@pytest.mark.parametrize(
    "labels", [[], "cat", {}, {"a", "b"}, 5, {"a": "b"}, {-1: "a"}, {0: "a", "0": "b"}]
)
def test_labels_that_name_no_class(labels: object) -> None:
    with pytest.raises(ValueError, match="names no class"):
        as_classifier(brightness, labels=labels)


def test_too_few_labels() -> None:
    with pytest.raises(ValueError, match=r"3 labels.*brightness has 2 classes"):
        as_classifier(brightness, labels=["a", "b", "c"])(BATCH)


@pytest.mark.parametrize("model", [None, 5, [1]])
def test_what_is_no_model(model: object) -> None:
    with pytest.raises(TypeError, match=r"no model.*PyTorch.*or a callable"):
        as_classifier(model)


def test_what_is_nearly_a_model(tmp_path: Path) -> None:
    class Predicting:
        def predict(self, batch: np.ndarray) -> np.ndarray:
            return brightness(batch)

    with pytest.raises(TypeError, match=r"class, not a model.*GridExplainer\(Predicting\(…\)\)"):
        as_classifier(Predicting)
    with pytest.raises(TypeError, match=r"give model\.predict"):
        as_classifier(Predicting())
    with pytest.raises(FileNotFoundError, match=r"no model at 'model\.keras'"):
        as_classifier("model.keras")
    pickle = tmp_path / "model.pkl"
    pickle.write_bytes(b"")
    with pytest.raises(TypeError, match=r"pickle runs code"):
        as_classifier(pickle)
    with pytest.raises(TypeError, match=r"no model that can be read"):
        as_classifier(tmp_path)


def test_an_unknown_preprocess() -> None:
    with pytest.raises(ValueError, match=r"preprocess='torch'.*'auto', one of '0\.\.255'"):
        as_classifier(brightness, preprocess="torch")
    with pytest.raises(ValueError, match=r"'caffe bgr'"):
        as_classifier(brightness, preprocess="caffe bgr")


COLOURS = np.float32([[[[255, 0, 51]]]])


@pytest.mark.parametrize(
    ("name", "pixel"),
    [
        ("0..255", [255, 0, 51]),
        (None, [255, 0, 51]),
        ("0..1", [1, 0, 0.2]),
        ("-1..1", [1, -1, -0.6]),
        ("imagenet", [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225]),
        ("caffe", [51 - 103.939, -116.779, 255 - 123.68]),
        ("0..1 bgr", [0.2, 0, 1]),
        ("imagenet bgr", [(0.2 - 0.406) / 0.225, -0.456 / 0.224, (1 - 0.485) / 0.229]),
    ],
)
def test_usual_ranges_have_names(name: str | None, pixel: list[float]) -> None:
    found = as_classifier(brightness, preprocess=name).preprocessing
    np.testing.assert_allclose(found(COLOURS)[0, 0, 0], pixel, atol=1e-5)
    assert found.description.endswith("(as you said)")


def test_turning_channels_around_twice_changes_nothing() -> None:
    for found in PRESETS.values():
        np.testing.assert_array_equal(found.reversed().reversed()(COLOURS), found(COLOURS))


def test_grey_and_alpha_are_scaled_like_the_colours() -> None:
    grey = np.full((1, 1, 1, 1), 255, np.float32)
    np.testing.assert_allclose(PRESETS["-1..1"](grey), 1)
    opaque = np.full((1, 1, 1, 4), 255, np.float32)
    np.testing.assert_allclose(PRESETS["0..1 bgr".removesuffix(" bgr")].reversed()(opaque), 1)
    assert PRESETS["imagenet"](opaque).shape == (1, 1, 1, 4)


def test_a_classifier_is_told_otherwise() -> None:
    classifier = as_classifier(as_classifier(brightness), preprocess="0..1", input_shape=(4, 4))
    assert classifier.input_shape == (4, 4, 3)
    assert classifier.preprocessing.description.startswith("scaled to 0..1")


@pytest.mark.parametrize("shape", [5, (4,), (4, 4, 2), (0, 4), "44", (4.5, 4)])
def test_what_is_no_size(shape: object) -> None:
    with pytest.raises(ValueError, match=r"is no size.*\(height, width\)"):
        as_classifier(brightness, input_shape=shape)


LABELS = ("dog", "cat", "crane", "crane")


@pytest.mark.parametrize(
    ("target", "index"),
    [
        (0, 0),
        ("cat", 1),
        (np.int64(3), 3),
        (np.array(2), 2),
        (np.array([2]), 2),
        (np.array("cat"), 1),
    ],
)
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
        (np.array(2.0), "no class"),
        (np.array([1, 2]), "no class"),
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


def test_labels_of_bytes_are_decoded() -> None:
    names = [b"cat", "chat b\u00e9b\u00e9".encode(), np.bytes_(b"fox")]
    for labels in (names, np.array(names), dict(enumerate(names))):
        found = as_classifier(brightness, labels=labels).names(3)
        assert found == ("cat", "chat bébé", "fox")
