import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier

BATCH = np.random.default_rng(0).uniform(0, 255, (5, 8, 8, 3)).astype(np.float32)
WEIGHTS = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32) / 20


def answers(batch: np.ndarray) -> np.ndarray:
    logits = batch.mean(axis=(1, 2), dtype=np.float64) @ WEIGHTS
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


class Small(tf.Module):
    """Mean colours, times weights; a softmax of that."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = tf.Variable(WEIGHTS)

    def logits(self, batch: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(tf.cast(batch, tf.float32), [1, 2]) @ self.weights


def saved(folder: Path, answer: object, *specs: tf.TensorSpec, key: str = "serving_default") -> str:
    """Save a module whose only signature is `answer`, a function of it and of `specs`."""
    module = Small()
    signature = tf.function(lambda *given: answer(module, *given), input_signature=specs)
    tf.saved_model.save(module, str(folder), {key: signature})
    return str(folder)


def pictures(*shape: int | None, dtype: tf.DType = tf.float32) -> tf.TensorSpec:
    return tf.TensorSpec(shape or (None, 8, 8, 3), dtype, name="pictures")


def soft(module: Small, batch: tf.Tensor) -> dict:
    return {"answer": tf.nn.softmax(module.logits(batch))}


def test_an_exported_keras_model(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    head = [layers.Flatten(), layers.Dense(3, activation="softmax")]
    model = keras.Sequential([layers.Input((8, 8, 3)), layers.Rescaling(1 / 255), *head])
    model.export(tmp_path / "exported", verbose=False)
    classifier = as_classifier(tmp_path / "exported")
    assert classifier.name == "exported"
    assert classifier.input_shape == (8, 8, 3)
    assert classifier.preprocessing.description.startswith("none found: 0..255")
    np.testing.assert_allclose(classifier(BATCH), model(BATCH), atol=1e-6)


def test_drops_equal_a_loop_on_the_signature(tmp_path: Path) -> None:
    path = saved(tmp_path, soft, pictures())
    signature = tf.saved_model.load(path).signatures["serving_default"]
    explanation = GridExplainer(path, 4, preprocess="-1..1", fill="white").explain(BATCH[0], 2)

    def probability(picture: np.ndarray) -> float:
        return signature(tf.constant(picture[np.newaxis] / 127.5 - 1))["answer"].numpy()[0, 2]

    for row in range(4):
        for column in range(4):
            hidden = BATCH[0].copy()
            hidden[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 255
            drop = probability(BATCH[0]) - probability(hidden)
            assert abs(explanation.drops[row, column] - drop) < 1e-5


def test_what_was_loaded_works_as_well_and_lives_as_long_as_it_is_needed(tmp_path: Path) -> None:
    classifier = as_classifier(tf.saved_model.load(saved(tmp_path, soft, pictures())))
    np.testing.assert_allclose(classifier(BATCH), answers(BATCH), atol=1e-5)


def test_the_only_signature_whatever_its_name(tmp_path: Path) -> None:
    path = saved(tmp_path, soft, pictures(), key="classify")
    np.testing.assert_allclose(as_classifier(path)(BATCH), answers(BATCH), atol=1e-5)


@pytest.mark.parametrize("declared", [True, False])
def test_an_object_that_is_called_itself(declared: bool, tmp_path: Path) -> None:
    class Called(Small):
        @tf.function(input_signature=[pictures()] if declared else None)
        def __call__(self, batch: tf.Tensor) -> tf.Tensor:
            return tf.nn.softmax(self.logits(batch))

    module = Called()
    module(tf.constant(BATCH[:1]))
    module(tf.constant(BATCH[:2]))
    tf.saved_model.save(module, str(tmp_path), signatures={})
    classifier = as_classifier(tf.saved_model.load(str(tmp_path)))
    np.testing.assert_allclose(classifier(BATCH), answers(BATCH), atol=1e-5)


def test_whole_numbers_are_rounded(tmp_path: Path) -> None:
    path = saved(tmp_path, soft, pictures(dtype=tf.uint8))
    np.testing.assert_allclose(as_classifier(path)(BATCH), answers(np.rint(BATCH)), atol=1e-5)


@pytest.mark.parametrize("dtype", [tf.float16, tf.float64, tf.bfloat16])
def test_other_floats(dtype: tf.DType, tmp_path: Path) -> None:
    path = saved(tmp_path, soft, pictures(dtype=dtype))
    np.testing.assert_allclose(as_classifier(path)(BATCH), answers(BATCH), atol=0.02)


@pytest.mark.parametrize("batch", [1, 2])
def test_a_fixed_batch_is_run_in_pieces(batch: int, tmp_path: Path) -> None:
    path = saved(tmp_path, soft, pictures(batch, 8, 8, 3))
    np.testing.assert_allclose(as_classifier(path)(BATCH), answers(BATCH), atol=1e-5)


def test_pictures_of_any_size_and_without_channels(tmp_path: Path) -> None:
    free = as_classifier(saved(tmp_path / "free", soft, pictures(None, None, None, 3)))
    assert free.input_shape == (None, None, 3)
    np.testing.assert_allclose(free(BATCH[:, :5]), answers(BATCH[:, :5]), atol=1e-5)

    def grey(module: Small, batch: tf.Tensor) -> dict:
        return soft(module, tf.repeat(batch[..., tf.newaxis], 3, axis=3))

    flat = as_classifier(saved(tmp_path / "flat", grey, pictures(None, 8, 8)))
    assert flat.input_shape == (8, 8, 1)
    expected = answers(np.repeat(BATCH[..., :1], 3, axis=3))
    np.testing.assert_allclose(flat(BATCH[..., :1]), expected, atol=1e-5)


def test_an_answer_among_others_is_known_by_its_name(tmp_path: Path) -> None:
    def several(module: Small, batch: tf.Tensor) -> dict:
        logits = module.logits(batch)
        return {"embedding": tf.reshape(batch, (-1, 192)), "logits": logits / 1000}

    raw, logits = as_classifier(saved(tmp_path, several, pictures())).ask(BATCH)
    np.testing.assert_allclose(raw, BATCH.mean(axis=(1, 2)) @ WEIGHTS / 1000, atol=1e-6)
    assert logits


def test_boxes_are_no_classes(tmp_path: Path) -> None:
    def boxes(module: Small, batch: tf.Tensor) -> dict:
        return {"detection_boxes": batch[:, 0, :, :], "num_detections": batch[:, 0, 0, 0]}

    with pytest.raises(ClassifierError, match="detection_boxes"):
        as_classifier(saved(tmp_path, boxes, pictures()))(BATCH)


def test_other_inputs_are_refused(tmp_path: Path) -> None:
    def decoded(module: Small, files: tf.Tensor) -> dict:
        return soft(module, tf.zeros((tf.size(files), 8, 8, 3)))

    coded = saved(tmp_path / "coded", decoded, pictures(None, dtype=tf.string))
    with pytest.raises(ClassifierError, match=r"coded takes string \(pictures\).*pixels"):
        as_classifier(coded)

    def two(module: Small, batch: tf.Tensor, question: tf.Tensor) -> dict:
        return {"answer": module.logits(batch) + question}

    question = tf.TensorSpec((None, 4), name="question")
    with pytest.raises(ClassifierError, match=r"takes 2 inputs \(pictures, question\)"):
        as_classifier(saved(tmp_path / "two", two, pictures(), question))
    table = saved(tmp_path / "table", lambda module, rows: {"answer": rows}, pictures(None, 4))
    with pytest.raises(ClassifierError, match=r"table takes input of shape \(None, 4\)"):
        as_classifier(table)


def test_folders_that_hold_no_model_that_answers(tmp_path: Path) -> None:
    tf.saved_model.save(Small(), str(tmp_path / "mute"))
    with pytest.raises(ClassifierError, match="mute has no signature"):
        as_classifier(tmp_path / "mute")
    spoiled = tmp_path / "spoiled"
    spoiled.mkdir()
    (spoiled / "saved_model.pb").write_bytes(b"hello")
    with pytest.raises(ValueError, match="spoiled cannot be read as a SavedModel"):
        as_classifier(spoiled)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TypeError, match="empty' is no model"):
        as_classifier(tmp_path / "empty")


def test_where_tensorflow_is_missing_the_message_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match=r"needs tensorflow: pip install 'tensorflow'"):
        as_classifier(tmp_path)


def test_one_of_several_outputs_by_its_name_or_place(tmp_path: Path) -> None:
    def both(module: Small, batch: tf.Tensor) -> dict:
        return {"kind": tf.nn.softmax(module.logits(batch)), "age": module.logits(batch)[:, :1]}

    path = saved(tmp_path, both, pictures())
    options = {"preprocess": "0..255", "output": "softmax"}
    for which in ("kind", 1):  # TensorFlow sorts their names
        found = GridExplainer(path, output_index=which, **options).classifier(BATCH)
        np.testing.assert_allclose(found, answers(BATCH), atol=1e-6)
    ages = GridExplainer(path, output_index="age", preprocess="0..255", output="value")
    wanted = (BATCH.mean(axis=(1, 2), dtype=np.float64) @ WEIGHTS)[:, :1]
    np.testing.assert_allclose(ages.classifier(BATCH), wanted, rtol=1e-5)
    with pytest.raises(ClassifierError, match="'age', 'kind'"):
        GridExplainer(path, output_index="colour").classifier(BATCH)
    with pytest.raises(ClassifierError, match="output_index"):
        GridExplainer(path, **options).classifier(BATCH)
