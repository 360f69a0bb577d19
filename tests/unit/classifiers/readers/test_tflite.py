import sys
import warnings
import zipfile
from pathlib import Path
from types import ModuleType

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier
from gridexplainer_widget.classifiers.outputs import which_answer
from tests.support.numbers import softmax

BATCH = np.random.default_rng(0).uniform(0, 255, (5, 8, 8, 3)).astype(np.float32)
WEIGHTS = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32) / 20
SAMPLES = {"0..255": (1, 0), "0..1": (1 / 255, 0), "-1..1": (1 / 127.5, -1), "0..4": (4 / 255, 0)}

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:tensorflow")


def means(batch: np.ndarray) -> np.ndarray:
    return batch.mean(axis=(1, 2), dtype=np.float64) @ WEIGHTS


def converter(function: object, *specs: tf.TensorSpec) -> tf.lite.TFLiteConverter:
    concrete = tf.function(function, input_signature=specs).get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete])


def converted(function: object, *shape: int | None, dtype: tf.DType = tf.float32) -> bytes:
    return converter(function, tf.TensorSpec(shape or (None, 8, 8, 3), dtype)).convert()


def soft(batch: tf.Tensor) -> tf.Tensor:
    return tf.nn.softmax(tf.cast(tf.reduce_mean(batch, [1, 2]), tf.float32) @ WEIGHTS)


def quantised(kind: tf.DType, span: str) -> bytes:
    """Whole numbers inside and out; logits of a convolution, from samples of a range."""
    scale, offset = SAMPLES[span]
    head = WEIGHTS[np.newaxis, np.newaxis] / scale

    def logits(batch: tf.Tensor) -> tf.Tensor:
        return tf.reshape(
            tf.nn.avg_pool2d(tf.nn.conv2d(batch, head, 1, "VALID"), 8, 8, "VALID"), (-1, 4)
        )

    made = converter(logits, tf.TensorSpec((1, 8, 8, 3)))
    made.optimizations = [tf.lite.Optimize.DEFAULT]
    ends = np.zeros((1, 8, 8, 3), np.float32), np.full((1, 8, 8, 3), 255, np.float32)
    samples = [picture[np.newaxis] for picture in BATCH] + list(ends)
    made.representative_dataset = lambda: (
        [sample * np.float32(scale) + np.float32(offset)] for sample in samples
    )
    made.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    made.inference_input_type = made.inference_output_type = kind
    return made.convert()


def written(folder: Path, model: bytes) -> Path:
    path = folder / "small.tflite"
    path.write_bytes(model)
    return path


def interpreter(model: bytes) -> tf.lite.Interpreter:
    return tf.lite.Interpreter(model_content=model)


def test_a_converted_keras_model(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    head = [layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(3, activation="softmax")]
    model = keras.Sequential([layers.Input((8, 8, 3)), layers.Rescaling(1 / 255), *head])
    path = written(tmp_path, tf.lite.TFLiteConverter.from_keras_model(model).convert())
    classifier = as_classifier(path)
    assert classifier.name == "small.tflite"
    assert classifier.input_shape == (8, 8, 3)
    assert classifier.preprocessing.description.startswith("none found: 0..255")
    np.testing.assert_allclose(classifier(BATCH), model(BATCH), atol=1e-5)
    np.testing.assert_allclose(classifier(BATCH[:2]), model(BATCH[:2]), atol=1e-5)


def test_drops_equal_a_loop_on_the_interpreter(tmp_path: Path) -> None:
    model = converted(soft)
    raw = interpreter(model)
    raw.allocate_tensors()

    def probability(picture: np.ndarray) -> float:
        raw.set_tensor(raw.get_input_details()[0]["index"], picture[np.newaxis] / 127.5 - 1)
        raw.invoke()
        return raw.get_tensor(raw.get_output_details()[0]["index"])[0, 2]

    explainer = GridExplainer(written(tmp_path, model), 4, preprocess="-1..1", fill="white")
    explanation = explainer.explain(BATCH[0], 2)
    for row in range(4):
        for column in range(4):
            hidden = BATCH[0].copy()
            hidden[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 255
            drop = probability(np.float32(BATCH[0])) - probability(hidden)
            assert abs(explanation.drops[row, column] - drop) < 1e-5


@pytest.mark.parametrize("batch", [None, 1, 2])
def test_any_batch_and_a_fixed_one(batch: int | None) -> None:
    classifier = as_classifier(interpreter(converted(soft, batch, 8, 8, 3)))
    for size in (5, 1, 3):
        expected = softmax(means(BATCH[:size]))
        np.testing.assert_allclose(classifier(BATCH[:size]), expected, atol=1e-5)


def test_pictures_of_any_size() -> None:
    classifier = as_classifier(interpreter(converted(soft, None, None, None, 3)))
    assert classifier.input_shape == (None, None, 3)
    for batch in (BATCH, BATCH[:, :5, :6]):
        np.testing.assert_allclose(classifier(batch), softmax(means(batch)), atol=1e-5)


def test_channels_in_front_and_none() -> None:
    front = as_classifier(
        interpreter(converted(lambda batch: tf.reduce_mean(batch, [2, 3]), None, 3, 8, 7)),
        output="logits",
    )
    assert front.input_shape == (8, 7, 3)
    np.testing.assert_allclose(front.ask(BATCH[:, :, :7])[0], BATCH[:, :, :7].mean((1, 2)), 1e-5)
    grey = as_classifier(interpreter(converted(lambda batch: tf.reduce_mean(batch, 2), None, 8, 7)))
    assert grey.input_shape == (8, 7, 1)
    np.testing.assert_allclose(grey.ask(BATCH[:, :, :7, :1])[0], BATCH[:, :, :7, 0].mean(2), 1e-5)


def test_whole_numbers_without_steps_are_rounded() -> None:
    model = converted(lambda batch: soft(tf.cast(batch, tf.float32)), dtype=tf.uint8)
    classifier = as_classifier(interpreter(model))
    assert classifier.preprocessing.description.startswith("none found: 0..255")
    np.testing.assert_allclose(classifier(BATCH), softmax(means(np.rint(BATCH))), atol=1e-5)


@pytest.mark.parametrize("kind", [tf.uint8, tf.int8])
@pytest.mark.parametrize(
    ("span", "words"),
    [
        ("0..255", "none: 0..255 (from the quantised input, 0 to 255)"),
        ("0..1", "scaled to 0..1 (from the quantised input, 0 to 1)"),
        ("-1..1", "scaled to −1..1 (from the quantised input, -0.996 to 1)"),
        ("0..4", "none found: 0..255 is spread over the quantised input, 0 to 4; say"),
    ],
)
def test_the_range_is_read_off_a_quantised_input(kind: tf.DType, span: str, words: str) -> None:
    classifier = as_classifier(interpreter(quantised(kind, span)))
    assert classifier.preprocessing.description.startswith(words)
    raw, _ = classifier.ask(BATCH)
    scale, offset = SAMPLES[span]
    expected = means(BATCH + offset / scale)
    step = 255 * np.abs(WEIGHTS).sum(axis=0).max() / 128  # of a pixel's logits, at most
    np.testing.assert_allclose(raw, expected, atol=step)
    assert np.abs(255 * WEIGHTS.sum(axis=0)).max() > 20 * step  # what another range would add


def test_what_is_handed_to_a_quantised_input_are_its_steps() -> None:
    model = quantised(tf.uint8, "-1..1")
    own = interpreter(model)
    own.allocate_tensors()
    given, answer = own.get_input_details()[0], own.get_output_details()[0]
    classifier = as_classifier(interpreter(model))
    explained, _ = classifier.ask(BATCH)
    for picture, row in zip(BATCH, explained, strict=True):
        real = picture / np.float32(127.5) - 1
        scale, zero = given["quantization"]
        steps = np.clip(np.rint(real / scale + zero), 0, 255).astype(np.uint8)
        own.set_tensor(given["index"], steps[np.newaxis])
        own.invoke()
        scale, zero = answer["quantization"]
        expected = (own.get_tensor(answer["index"])[0].astype(np.float32) - zero) * scale
        np.testing.assert_allclose(row, expected, atol=1e-6)


def test_labels_are_read_off_the_metadata(tmp_path: Path) -> None:
    path = written(tmp_path, converted(soft))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("labels.txt", "cat\ndog\neel's\nfox\n\n")
    assert as_classifier(path).names(4) == ("cat", "dog", "eel's", "fox")
    assert as_classifier(path, labels=["a", "b", "c", "d"]).names(4) == ("a", "b", "c", "d")
    np.testing.assert_allclose(as_classifier(path)(BATCH), softmax(means(BATCH)), atol=1e-5)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_labels_that_cannot_be_read_do_no_harm(content: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, converted(soft))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("labels.txt", content)
    assert as_classifier(path).names(4)[0] == "class 0"


def test_no_warning_reaches_the_screen(tmp_path: Path) -> None:
    path = written(tmp_path, converted(soft))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_classifier(path)(BATCH)


@pytest.mark.parametrize("kind", ["empty", "text", "truncated"])
def test_a_file_that_is_no_model(kind: str, tmp_path: Path) -> None:
    whole = converted(soft)
    content = {"empty": b"", "text": b"hello", "truncated": whole[: len(whole) // 2]}[kind]
    with pytest.raises(ValueError, match=r"small\.tflite cannot be read as a TFLite model"):
        as_classifier(written(tmp_path, content))


def test_what_takes_or_gives_something_else() -> None:
    def two(batch: tf.Tensor, question: tf.Tensor) -> tf.Tensor:
        return soft(batch) + question

    specs = tf.TensorSpec((None, 8, 8, 3)), tf.TensorSpec((None, 4))
    with pytest.raises(ClassifierError, match="takes 2 inputs"):
        as_classifier(interpreter(converter(two, *specs).convert()))
    with pytest.raises(ClassifierError, match=r"takes input of shape \(None, 4\)"):
        as_classifier(interpreter(converted(lambda batch: batch * 2, None, 4)))
    with pytest.raises(ClassifierError, match="is no classifier"):
        as_classifier(interpreter(converted(lambda batch: batch * 2)))


@pytest.mark.parametrize(
    ("outputs", "chosen"),
    [
        ([("a", (1, 3))], 0),
        ([("a", (1, 3, 3)), ("b", (1, 3))], 1),
        ([("a", (1, 3)), ("my_scores:0", (1, 4))], 1),
        ([("scores", (1, 3)), ("logits", (1, 4))], 1),
        ([("a", ("n",)), ("b", None)], 1),
        ([("a", (1, 1000, 1, 1))], 0),
    ],
)
def test_which_output_is_the_answer(outputs: list, chosen: int) -> None:
    assert which_answer(outputs, "m") == chosen


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ([("a", (1, 3)), ("b", (1, 4))], r"no name tells which.*a \(1, 3\), b \(1, 4\)"),
        ([("boxes", ("n", 4)), ("labels", ("n",)), ("scores", ("n",))], "m finds boxes"),
        ([("x:0", (1, 10, 4)), ("x:1", (1, 10)), ("x:2", (1, 10))], "m finds boxes"),
        ([("output0", (1, 84, 8400))], r"m is no classifier.*output0 \(1, 84, 8400\)"),
        ([], "m is no classifier"),
    ],
)
def test_detectors_are_no_classifiers(outputs: list, words: str) -> None:
    with pytest.raises(ClassifierError, match=words):
        which_answer(outputs, "m")


def test_the_standalone_interpreter_goes_before_tensorflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standalone = ModuleType("ai_edge_litert.interpreter")
    standalone.Interpreter = tf.lite.Interpreter
    monkeypatch.setitem(sys.modules, "ai_edge_litert", ModuleType("ai_edge_litert"))
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", standalone)
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    path = written(tmp_path, converted(soft))
    np.testing.assert_allclose(as_classifier(path)(BATCH), softmax(means(BATCH)), atol=1e-5)


def test_where_nothing_runs_it_the_message_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, b"hello")
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match=r"small\.tflite needs tensorflow: pip install"):
        as_classifier(path)


def test_one_of_several_outputs_by_its_name_or_place(tmp_path: Path) -> None:
    inputs = layers.Input((8, 8, 3))
    x = layers.GlobalAveragePooling2D()(inputs / 255)
    kind, age = layers.Dense(3, "softmax")(x), layers.Dense(1)(x)
    model = keras.Model(inputs, {"kind": kind, "age": age})
    path = tmp_path / "two.tflite"
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    wanted = model(BATCH)
    places = {}
    for name, output in (("kind", "softmax"), ("age", "value")):
        found = GridExplainer(path, output_index=name, output=output, preprocess="0..255")
        np.testing.assert_allclose(found.classifier(BATCH), wanted[name], atol=1e-5)
        for place in (0, 1):
            try:
                found = GridExplainer(path, output_index=place, output=output, preprocess="0..255")
                np.testing.assert_allclose(found.classifier(BATCH), wanted[name], atol=1e-5)
            except (AssertionError, ClassifierError):
                continue
            places[name] = place
    assert sorted(places.values()) == [0, 1]
    with pytest.raises(ClassifierError, match="'age'.*'kind'|'kind'.*'age'"):
        GridExplainer(path, output_index="colour")
    with pytest.raises(ClassifierError, match="output_index"):
        GridExplainer(path)
