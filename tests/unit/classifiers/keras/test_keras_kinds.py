"""Keras models of unusual shapes, types and backends."""

import logging
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from keras import layers

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier
from tests.support.fresh import printed

BATCH = np.random.default_rng(0).uniform(0, 255, (3, 8, 8, 3)).astype(np.float32)

FRESH = """
import sys, numpy as np, keras
from keras import layers
from gridexplainer_widget import GridExplainer, as_classifier
seeded = keras.initializers.GlorotUniform(seed=0)  # set_random_seed would import TensorFlow
picture = np.random.default_rng(0).uniform(0, 255, (8, 8, 3)).astype("float32")
pixels = layers.Input((8, 8, 3), name="image")
hidden = layers.Flatten()(layers.Dropout(0.9)(layers.Rescaling(1 / 255)(pixels)))
dense = layers.Dense(3, activation="softmax", kernel_initializer=seeded)
plain = keras.Model(pixels, dense(hidden))
linear = layers.Dense(3, name="linear")(hidden)
by_name = keras.Model({"image": pixels}, {"logits": linear, "hidden": hidden})
explanation = GridExplainer(plain, 4, fill="black").explain(picture, 1)
assert "does it itself" in explanation.settings["preprocessing"]
worst = 0
weights, bias = (np.asarray(w) for w in plain.layers[-1].get_weights())
def probability(picture):
    logits = (picture / 255).reshape(-1).astype("float64") @ weights + bias
    return (np.exp(logits) / np.exp(logits).sum())[1]
for row in range(4):
    for column in range(4):
        masked = picture.copy()
        masked[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 0
        drop = probability(picture) - probability(masked)
        worst = max(worst, abs(explanation.drops[row, column] - drop))
assert worst < 1e-5, worst
raw, logits = as_classifier(by_name).ask(picture[None])
weights, bias = (np.asarray(w) for w in by_name.get_layer("linear").get_weights())
assert logits and np.allclose(raw, (picture / 255).reshape(1, -1) @ weights + bias, atol=1e-4)
keras.config.set_dtype_policy("mixed_bfloat16")
soft = layers.Dense(2, activation="softmax")
mixed = keras.Sequential([layers.Input((8, 8, 3)), layers.Flatten(), soft])
assert abs(as_classifier(mixed)(picture[None]).sum() - 1) < 1e-2
print(keras.backend.backend(), "tensorflow" in sys.modules)
"""


@pytest.fixture(autouse=True)
def usual_dtypes():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture(autouse=True, scope="module")
def forget_models():
    """Once: it looks through all of memory."""
    yield
    keras.backend.clear_session()


def head(classes: int = 3, activation: str | None = "softmax") -> list[layers.Layer]:
    keras.utils.set_random_seed(4)
    return [layers.Flatten(), layers.Dense(classes, activation=activation)]


def small(shape: tuple = (8, 8, 3), **options: object) -> keras.Sequential:
    inputs = layers.Input(shape, **options)
    return keras.Sequential([inputs, layers.Rescaling(1 / 255), *head()])


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_do_without_tensorflow(backend: str) -> None:
    told = printed(FRESH, "-W", "error::UserWarning", KERAS_BACKEND=backend)
    assert told.splitlines()[-1:] == [f"{backend} False"]


def test_tf_keras() -> None:
    def model(last: str) -> tf_keras.Model:
        tf_keras.utils.set_random_seed(1)
        return tf_keras.Sequential(
            [
                tf_keras.layers.Input((8, 8, 3)),
                tf_keras.layers.Rescaling(1 / 255),
                tf_keras.layers.Dropout(0.9),
                tf_keras.layers.Flatten(),
                tf_keras.layers.Dense(3, activation=last),
            ]
        )

    soft, linear = as_classifier(model("softmax")), as_classifier(model("linear"))
    assert (soft.output, linear.output) == ("softmax", "logits")
    assert "does it itself" in soft.preprocessing.description
    np.testing.assert_allclose(soft(BATCH), model("softmax")(BATCH), atol=1e-6)
    np.testing.assert_allclose(linear(BATCH), soft(BATCH), atol=1e-6)


def test_drops_of_a_tf_keras_model_with_named_input_equal_a_loop() -> None:
    pixels = tf_keras.layers.Input((8, 8, 3), name="image")
    tf_keras.utils.set_random_seed(2)
    dense = tf_keras.layers.Dense(3, activation="softmax")
    model = tf_keras.Model({"image": pixels}, dense(tf_keras.layers.Flatten()(pixels)))
    explainer = GridExplainer(model, 4, fill="black", preprocess="0..1")
    explanation = explainer.explain(BATCH[0], 0)
    for row in range(4):
        for column in range(4):
            hidden = BATCH[0].copy()
            hidden[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 0
            pair = model({"image": np.stack([BATCH[0], hidden]) / 255}).numpy()[:, 0]
            assert abs(explanation.drops[row, column] - (pair[0] - pair[1])) < 1e-5


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".H5"])
def test_a_file_of_a_model(suffix: str, tmp_path: Path) -> None:
    model = small()
    model.save(tmp_path / f"m{suffix.lower()}")
    path = (tmp_path / f"m{suffix.lower()}").rename(tmp_path / f"m{suffix}")
    if suffix == ".H5":  # known to us by any case, to Keras only by this one
        with pytest.raises(ValueError, match=r"m\.H5 cannot be loaded"):
            as_classifier(path)
        return
    for given in (path, str(path)):
        np.testing.assert_allclose(as_classifier(given)(BATCH), model(BATCH), atol=1e-6)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_inside_a_file_is_refused(suffix: str, tmp_path: Path) -> None:
    scaled = layers.Lambda(lambda batch: batch / 255)
    path = tmp_path / f"code{suffix}"
    keras.Sequential([layers.Input((8, 8, 3)), scaled, *head()]).save(path)
    with pytest.raises(ValueError, match=r"code\.\w+ cannot be loaded in safe mode.*Lambda.*trust"):
        as_classifier(path)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("kind", ["text", "truncated", "empty", "weights"])
def test_a_file_that_is_no_model(suffix: str, kind: str, tmp_path: Path) -> None:
    path, weights = tmp_path / f"odd{suffix}", tmp_path / "m.weights.h5"
    small().save(path)
    small().save_weights(weights)
    whole = path.read_bytes()
    contents = {"text": b"hello", "truncated": whole[: len(whole) // 2], "empty": b""}
    path.write_bytes(contents.get(kind, weights.read_bytes()))
    with pytest.raises(ValueError, match=r"odd\.\w+ cannot be loaded"):
        as_classifier(path)


def test_grey_pictures_without_a_channel_axis() -> None:
    model = keras.Sequential([layers.Input((28, 28)), layers.Rescaling(1 / 255), *head(10)])
    classifier = as_classifier(model)
    assert classifier.input_shape == (28, 28, 1)
    picture = np.random.default_rng(1).uniform(0, 255, (28, 28)).astype(np.float32)
    explanation = GridExplainer(classifier, 2, fill="black").explain(picture, 7)
    for row in range(2):
        for column in range(2):
            hidden = picture.copy()
            hidden[14 * row : 14 * row + 14, 14 * column : 14 * column + 14] = 0
            pair = model(np.stack([picture, hidden])).numpy()[:, 7]
            assert abs(explanation.drops[row, column] - (pair[0] - pair[1])) < 1e-5


def test_four_channels_of_any_size() -> None:
    pooled = [layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")]
    model = keras.Sequential([layers.Input((None, None, 4)), *pooled])
    classifier = as_classifier(model, preprocess="-1..1")
    assert classifier.input_shape == (None, None, 4)
    opaque = np.concatenate([BATCH, np.full((3, 8, 8, 1), 255, np.float32)], axis=-1)
    np.testing.assert_allclose(classifier(opaque), model(opaque / 127.5 - 1), atol=1e-6)
    settings = GridExplainer(model, 2).explain(BATCH[0, :, :6]).settings
    assert settings["input_shape"] == [8, 6, 4]


def test_a_backbone_inside_a_backbone() -> None:
    inner = keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(4, 3)], name="inner")
    middle = keras.Sequential([layers.Input((8, 8, 3)), layers.Rescaling(1 / 255), inner])
    model = keras.Sequential([layers.Input((8, 8, 3)), middle, *head()])
    classifier = as_classifier(model)
    assert classifier.output == "softmax"
    assert "does it itself" in classifier.preprocessing.description
    np.testing.assert_allclose(classifier(BATCH), model(BATCH), atol=1e-6)


@pytest.mark.parametrize(
    ("policy", "tolerance"),
    [("mixed_float16", 2e-3), ("mixed_bfloat16", 2e-2), ("bfloat16", 2e-2), ("float64", 1e-6)],
)
def test_other_precisions(policy: str, tolerance: float) -> None:
    exact = small()
    keras.config.set_dtype_policy(policy)
    model = small()
    model.set_weights(exact.get_weights())
    np.testing.assert_allclose(as_classifier(model)(BATCH), exact(BATCH), atol=tolerance)


def test_whole_numbers_are_rounded() -> None:
    model = small(dtype="uint8")
    expected = model(np.rint(BATCH).astype(np.uint8))
    np.testing.assert_allclose(as_classifier(model)(BATCH), expected, atol=1e-6)


@pytest.mark.parametrize("batch", [1, 2, 3, 8])
def test_a_fixed_batch(batch: int) -> None:
    model, free = small((8, 8, 3), batch_size=batch), small()
    model.set_weights(free.get_weights())
    np.testing.assert_allclose(as_classifier(model)(BATCH), free(BATCH), atol=1e-6)


def test_answers_by_name() -> None:
    pixels = layers.Input((8, 8, 3))
    flat = layers.Flatten()(pixels)
    keras.utils.set_random_seed(3)
    soft = layers.Dense(3, activation="softmax")(flat)
    linear = layers.Dense(2)(flat)
    expected = keras.Model(pixels, soft)(BATCH / 255)
    for named in ({"probs": soft, "aux": linear}, {"aux": linear, "probs": soft}, {"it": soft}):
        classifier = as_classifier(keras.Model(pixels, named), preprocess="0..1")
        np.testing.assert_allclose(classifier(BATCH), expected, atol=1e-6)
    logits = as_classifier(keras.Model(pixels, {"logits": linear, "probs": soft}))
    assert logits.ask(BATCH / 1e6)[1]
    unnamed = as_classifier(keras.Model(pixels, {"one": soft, "two": linear}))
    with pytest.raises(ClassifierError, match="dictionary of 'one', 'two'"):
        unnamed(BATCH)


@pytest.mark.parametrize("build", [lambda pixels: {"image": pixels}, lambda pixels: [pixels]])
def test_the_only_input_by_name_or_in_a_list(build: object) -> None:
    pixels = layers.Input((8, 8, 3), name="image")
    flat, dense = head()
    model = keras.Model(build(pixels), dense(flat(layers.Rescaling(1 / 255)(pixels))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = as_classifier(model)(BATCH)
    np.testing.assert_allclose(answer, model(build(BATCH)), atol=1e-6)


def test_five_explainers_of_a_model_are_no_reason_to_warn(caplog: pytest.LogCaptureFixture) -> None:
    model = small()
    logger = tf.get_logger()
    logger.addHandler(caplog.handler)
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        for size in range(1, 9):
            GridExplainer(model, size).explain(BATCH[0])
    finally:
        logger.setLevel(level)
        logger.removeHandler(caplog.handler)
    assert "retracing" not in caplog.text


def test_a_subclassed_model_of_a_given_size() -> None:
    class Mine(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.flat, self.last = head(activation="softmax")

        def call(self, batch: tf.Tensor, training: bool = False) -> tf.Tensor:
            assert not training
            return self.last(self.flat(batch / 255))

    model = Mine()
    explanation = GridExplainer(model, 2, input_shape=(8, 8)).explain(np.zeros((20, 30, 3)))
    assert explanation.settings["input_shape"] == [8, 8, 3]
    assert as_classifier(model, input_shape=(8, 6, 1)).input_shape == (8, 6, 1)
    np.testing.assert_allclose(as_classifier(model)(BATCH), model(BATCH), atol=1e-6)
