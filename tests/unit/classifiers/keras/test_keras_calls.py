"""How a Keras model is called: branches on tensors, fixed batches, precisions, kept functions."""

import gc
import warnings
from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from keras import layers, ops

from gridexplainer_widget import GridExplainer, MethodError, as_classifier
from gridexplainer_widget.incremental.engine import IncrementalEngine

PICTURE = np.random.default_rng(0).integers(0, 128, (8, 8, 3)).astype(np.uint8)
PICTURE[:4, :4] += 127  # what is hidden decides how bright the rest is


@pytest.fixture(autouse=True)
def usual_dtypes():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture(autouse=True, scope="module")
def forget_models():
    yield
    keras.backend.clear_session()
    tf_keras.backend.clear_session()


def drops_by_hand(ask: Callable[[np.ndarray], np.ndarray], target: int) -> np.ndarray:
    """Hide each cell of a 2×2 grid in black, and ask about one picture at a time."""
    before = ask(PICTURE[None].astype(np.float32))[0, target]
    drops = np.zeros((2, 2))
    for row, column in np.ndindex(2, 2):
        hidden = PICTURE[None].astype(np.float32)
        hidden[:, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = 0
        drops[row, column] = before - ask(hidden)[0, target]
    return drops


def branching(framework: object) -> object:
    """A model that negates bright pictures and lightens dim ones, by Python's `if` and `while`."""
    framework.utils.set_random_seed(5)

    class Branching(framework.Model):
        def __init__(self) -> None:
            super().__init__()
            self.flat = framework.layers.Flatten()
            self.dense = framework.layers.Dense(3, activation="softmax")

        def call(self, x: tf.Tensor) -> tf.Tensor:
            x = x / 255
            if tf.reduce_mean(x) > 0.4:
                x = 1 - x
            while tf.reduce_max(x) < 0.6:
                x = x + 0.1
            return self.dense(self.flat(x))

    return Branching()


@pytest.mark.parametrize("engine", ["auto", "full"])
@pytest.mark.parametrize("framework", [keras, tf_keras])
def test_python_decides_by_what_is_in_the_picture(framework: object, engine: str) -> None:
    model = branching(framework)
    expected = drops_by_hand(lambda batch: np.asarray(model(batch)), 1)
    explainer = GridExplainer(
        model, 2, fill="black", input_shape=(8, 8), engine=engine, batch_size=1
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is run in full
        explanation = explainer.explain(PICTURE, 1)
    np.testing.assert_allclose(explanation.drops, expected, atol=1e-6)
    assert np.abs(expected).max() > 1e-3


def test_a_tf_keras_model_that_branches_has_layers_and_gradients() -> None:
    model = branching(tf_keras)
    picture = tf.constant(PICTURE[None], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        probabilities = model(picture)
        score = tf.math.log(probabilities[0, 1])
    wanted = tape.gradient(score, picture).numpy()
    network = as_classifier(model, input_shape=(8, 8), output="softmax").open_network("softmax")
    gradient = network.gradients(picture.numpy(), 1)
    # The logit's gradient is the log-probability's, plus the same for every class.
    again = network.gradients(picture.numpy(), 0)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        other = tf.math.log(model(picture)[0, 0])
    wanted -= tape.gradient(other, picture).numpy()
    np.testing.assert_allclose(gradient - again, wanted, atol=1e-7)


def test_what_cannot_be_traced_is_no_white_box() -> None:
    network = as_classifier(branching(keras), input_shape=(8, 8)).open_network("softmax")
    with pytest.raises(
        MethodError,
        match=r"cannot be traced into a TensorFlow graph.*OperatorNotAllowed.*black-box",
    ):
        network.layers(PICTURE[None].astype(np.float32))


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_while_a_model_is_read_passes(
    error: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = convolutional()
    explainer = GridExplainer(model, 2, fill="black", engine="incremental")

    def interrupted(_: object) -> None:
        raise error

    monkeypatch.setattr(IncrementalEngine, "__init__", lambda *_: interrupted(None))
    with pytest.raises(error):
        explainer.explain(PICTURE, 1)


@pytest.mark.parametrize("part", ["__init__", "plan", "schedule", "refresh"])
def test_whatever_fails_in_the_engine_the_model_answers(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = convolutional()
    expected = GridExplainer(model, 2, fill="black", engine="full").explain(PICTURE, 1).drops

    def failing(*_: object) -> None:
        raise BufferError("no such dtype")

    monkeypatch.setattr(IncrementalEngine, part, failing)
    explainer = GridExplainer(model, 2, fill="black", engine="incremental")
    with pytest.warns(UserWarning, match="BufferError: no such dtype"):
        explanation = explainer.explain(PICTURE, 1)
    np.testing.assert_array_equal(explanation.drops, expected)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16", "mixed_float16", "float64"])
def test_any_precision_with_any_engine(policy: str) -> None:
    keras.config.set_dtype_policy(policy)
    model = convolutional()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        full, auto = (
            GridExplainer(model, 2, fill="black", engine=engine).explain(PICTURE, 1).drops
            for engine in ("full", "auto")
        )
    np.testing.assert_allclose(auto, full, atol=1e-3 if "16" in policy else 1e-6)


def convolutional(size: int | None = 8, batch: int | None = None) -> keras.Model:
    keras.utils.set_random_seed(3)
    pixels = layers.Input((size, size, 3), batch_size=batch)
    maps = layers.Conv2D(4, 3, activation="relu", name="one")(layers.Rescaling(1 / 255)(pixels))
    maps = layers.Conv2D(4, 3, activation="relu", name="two")(maps)
    dense = layers.Dense(3, activation="softmax", dtype="float32")
    return keras.Model(pixels, dense(layers.GlobalAveragePooling2D()(maps)))


def fixed(batch: int, *, declared: bool) -> keras.Model:
    """A model that takes batches of one size, since it reshapes to it."""
    keras.utils.set_random_seed(6)
    pixels = layers.Input((8, 8, 3), batch_size=batch if declared else None)
    maps = layers.Conv2D(4, 3, strides=3, activation="relu")(layers.Rescaling(1 / 255)(pixels))
    rows = ops.reshape(maps, (batch, 2 * 2 * 4))
    return keras.Model(pixels, layers.Dense(3, activation="softmax")(rows))


@pytest.mark.parametrize("batch_size", [None, 1, 3])
@pytest.mark.parametrize(("batch", "declared"), [(1, True), (1, False), (4, True), (4, False)])
def test_a_model_that_takes_batches_of_one_size(
    batch: int, declared: bool, batch_size: int | None
) -> None:
    model = fixed(batch, declared=declared)
    expected = drops_by_hand(lambda one: np.asarray(model(np.repeat(one, batch, 0))), 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explanation = GridExplainer(model, 2, fill="black", batch_size=batch_size).explain(
            PICTURE, 2
        )
    np.testing.assert_allclose(explanation.drops, expected, atol=1e-6)


@pytest.mark.parametrize("batch", [1, 4])
def test_inside_a_model_that_takes_batches_of_one_size(batch: int) -> None:
    model = fixed(batch, declared=False)
    free = keras.Sequential([layers.Input((8, 8, 3)), *model.layers[1:3], layers.Flatten()])
    free = keras.Model(free.inputs, model.layers[-1](free.outputs[0]))
    pictures = np.random.default_rng(1).uniform(0, 255, (5, 8, 8, 3)).astype(np.float32)
    fixed_network, free_network = (
        as_classifier(each).open_network("softmax") for each in (model, free)
    )
    layer = free_network.layers(pictures)[-1].name
    assert [each.shape for each in fixed_network.layers(pictures)] == [
        each.shape for each in free_network.layers(pictures)
    ]
    for ask in (
        lambda network: network.scores(pictures, 1),
        lambda network: network.maps(pictures, [layer])[0],
        lambda network: network.map_gradients(pictures, 1, [layer])[0][1],
        lambda network: network.gradients(pictures, 1),
        lambda network: network.gradients(pictures, 1, guided=True),
    ):
        np.testing.assert_allclose(ask(fixed_network), ask(free_network), atol=1e-6)
    score_model, given = fixed_network.score_model(pictures, 1)
    np.testing.assert_allclose(
        np.asarray(score_model(given))[:, 0], free_network.scores(pictures, 1), atol=1e-5
    )


@pytest.mark.parametrize(
    "subtract",
    [
        keras.applications.resnet.preprocess_input,
        lambda pixels: pixels - tf.constant([1.0, 2.0, 3.0]),
        lambda pixels: tf.constant([1.0, 2.0, 3.0]) - pixels,
        lambda pixels: ops.subtract(x1=pixels, x2=ops.convert_to_tensor([1.0, 2.0, 3.0])),
    ],
)
def test_constants_inside_are_no_tensors_of_the_graph(subtract: Callable) -> None:
    keras.utils.set_random_seed(8)
    pixels = layers.Input((8, 8, 3))
    maps = layers.Conv2D(4, 3, activation="relu", name="conv")(subtract(pixels))
    dense = layers.Dense(3, activation="softmax")
    model = keras.Model(pixels, dense(layers.GlobalAveragePooling2D()(maps)))
    found = np.asarray(keras.Model(pixels, maps)(PICTURE[None].astype(np.float32)))[0]
    weighted = found @ dense.get_weights()[0] / 36
    target = int(weighted.max(axis=(0, 1)).argmax())
    by_hand = np.maximum(weighted[:, :, target], 0)
    explainer = GridExplainer(model, 2, preprocess=None)
    native = explainer.explain(PICTURE, target, method="grad-cam").attribution.native
    np.testing.assert_allclose(native, by_hand, rtol=1e-5, atol=1e-6)
    native = explainer.explain(PICTURE, target, method="cam").attribution.native
    np.testing.assert_allclose(np.maximum(native, 0), 36 * by_hand, rtol=1e-5, atol=1e-4)
    assert by_hand.max() > 0


def kept() -> tuple[int, int]:
    """Count the engines and TensorFlow's graphs in memory."""
    gc.collect()
    kinds = [type(each) for each in gc.get_objects()]
    return kinds.count(IncrementalEngine), sum(issubclass(kind, tf.Graph) for kind in kinds)


def test_only_the_latest_sizes_are_kept() -> None:
    others, _ = kept()  # of other tests
    explainer = GridExplainer(convolutional(None), 2, fill="black", engine="incremental")
    explainer.check(PICTURE)
    before, after = (), ()
    for size in range(8, 14):
        before = after
        explainer.explain(np.resize(PICTURE, (size, size, 3)), 1)
        after = kept() if size > 11 else ()
    assert after[0] <= others + 4
    assert after[1] <= before[1]
