"""Keras models as white boxes: maps, gradients and weights against numbers worked out by hand."""

import copy
import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import keras
import numpy as np
import pytest
import shap
import tensorflow as tf
import tf_keras
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from gridexplainer_widget import as_classifier, demo
from gridexplainer_widget.classifiers.keras import layer_calls as keras_calls
from gridexplainer_widget.classifiers.network import Network
from gridexplainer_widget.core.errors import MethodError
from tests.support.fresh import printed
from tests.support.sizes import HANDFUL

BATCH = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype(np.float32)


@pytest.fixture(autouse=True)
def same_weights_each_time():
    keras.utils.set_random_seed(3)
    yield
    keras.config.set_dtype_policy("float32")


def network_of(model: object, output: str | None = None, **overrides: object) -> Network:
    classifier = as_classifier(model, preprocess=None, **overrides)
    return classifier.open_network(output or classifier.output)


def pooled(classes: int = 3, activation: str | None = "softmax") -> list[layers.Layer]:
    return [layers.GlobalAveragePooling2D(), layers.Dense(classes, activation=activation)]


def stack(*inner: layers.Layer, shape: tuple = (6, 6, 3)) -> keras.Sequential:
    return keras.Sequential([layers.Input(shape), *inner])


def small(activation: str = "relu") -> keras.Sequential:
    conv = layers.Conv2D(4, 3, activation=activation, name="conv")
    model = stack(conv, *pooled())
    conv.bias.assign([0.1, -0.1, 0.2, 0.0])
    return model


def two_by_two() -> tuple[keras.Model, np.ndarray]:
    """Two 1×1 convolutions with a ReLU after each, their sum over four pixels."""
    first = layers.Conv2D(2, 1, activation="relu", use_bias=False, name="first")
    second = layers.Conv2D(2, 1, use_bias=False, name="second")
    last = layers.Dense(2, use_bias=False, activation="softmax")
    inner = [first, second, layers.ReLU(name="relu"), layers.GlobalAveragePooling2D(), last]
    model = stack(*inner, shape=(2, 2, 1))
    first.set_weights([np.array([1.0, -1.0]).reshape(1, 1, 1, 2)])
    second.set_weights([np.array([[1.0, -2.0], [1.0, 1.0]]).reshape(1, 1, 2, 2)])
    last.set_weights([np.array([[4.0, -4.0], [8.0, 12.0]])])
    return model, np.array([1, -2, 3, 0], np.float32).reshape(1, 2, 2, 1)


def test_numbers_worked_out_by_hand() -> None:
    # x = 1, −2, 3, 0 → first (1, 0), (0, 2), (3, 0), (0, 0)
    # → second (1, −2), (2, 2), (3, −6), (0, 0) → relu (1, 0), (2, 2), (3, 0), (0, 0)
    # → mean (1.5, 0.5) → logits 1.5·4 + 0.5·8 = 10 and −6 + 6 = 0.
    model, batch = two_by_two()
    network = network_of(model)
    assert network.differentiated == "logit"
    assert [(layer.name, layer.shape, layer.place) for layer in network.layers(batch)] == [
        ("first", (2, 2, 2), 0.0),
        ("second", (2, 2, 2), 0.25),
        ("relu", (2, 2, 2), 0.5),
    ]
    np.testing.assert_allclose(network.scores(batch, 0), [10], rtol=1e-6)
    np.testing.assert_allclose(network.scores(batch, 1), [0], atol=1e-6)
    (maps,) = network.maps(batch, ["relu"])
    np.testing.assert_array_equal(maps.reshape(4, 2), [[1, 0], [2, 2], [3, 0], [0, 0]])
    found = network.map_gradients(batch, 0, ["relu", "first"])
    np.testing.assert_array_equal(found[0][0], maps)
    np.testing.assert_allclose(found[0][1].reshape(4, 2), [[1, 2]] * 4)
    # By first: relu lets (1, 0), (1, 2), (1, 0), (0, 0) through; times the second's weights.
    expected = [[1, 1], [1 - 4, 1 + 2], [1, 1], [0, 0]]
    np.testing.assert_allclose(found[1][1].reshape(4, 2), expected)
    # By x: first passes the positive side with 1, the negative one with −1.
    gradient = network.gradients(batch, 0)
    np.testing.assert_allclose(gradient.ravel(), [1, -3, 1, 0])
    # Class 1: relu's gradient is (−1, 3) for all. Plain: second's gradient (−1, 0), (−1, 3), (−1,
    # 0), 0; first's (−1, −1), (−7, 2), (−1, −1), 0; by x: −1, −2, −1, 0. Guided: second's
    # (0, 0), (0, 3), (0, 0), 0; first's (0, 0), (−6, 3), 0, 0, where 3 passes: by x 0, −3, 0, 0.
    np.testing.assert_allclose(network.gradients(batch, 1).ravel(), [-1, -2, -1, 0])
    guided = network.gradients(batch, 1, guided=True)
    np.testing.assert_allclose(guided.ravel(), [0, -3, 0, 0])
    name, weights = network.head(batch)
    assert name == "relu"
    np.testing.assert_array_equal(weights, [[4, -4], [8, 12]])
    for array in (maps, gradient, guided, weights, found[0][1], network.scores(batch, 0)):
        assert isinstance(array, np.ndarray)
        assert array.dtype == np.float32


def test_gradients_are_those_of_finite_differences() -> None:
    inner = [layers.Conv2D(3, 3, activation="tanh"), layers.BatchNormalization()]
    network = network_of(stack(*inner, layers.Conv2D(2, 3, activation="gelu"), *pooled()))
    gradient = network.gradients(BATCH, 2)
    step = 0.01
    for place in [(0, 0, 0, 0), (0, 3, 2, 1), (1, 5, 5, 2), (1, 2, 4, 0)]:
        more, less = BATCH.copy(), BATCH.copy()
        more[place] += step
        less[place] -= step
        slope = (network.scores(more, 2) - network.scores(less, 2))[place[0]] / (2 * step)
        assert abs(slope - gradient[place]) < 2e-4


def test_gradients_are_those_of_a_tape() -> None:
    model = small()
    network = network_of(model)
    logits = keras.Sequential(model.layers[:-1])
    weights, bias = model.layers[-1].get_weights()
    pixels = tf.constant(BATCH)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        maps = model.layers[0](pixels)
        score = tf.reduce_sum((tf.reduce_mean(maps, (1, 2)) @ weights + bias)[:, 1])
    by_pixels, by_maps = tape.gradient(score, [pixels, maps])
    np.testing.assert_allclose(network.gradients(BATCH, 1), by_pixels, atol=1e-6)
    ((found, gradient),) = network.map_gradients(BATCH, 1, ["conv"])
    np.testing.assert_allclose(found, maps, atol=1e-6)
    np.testing.assert_allclose(gradient, by_maps, atol=1e-7)
    np.testing.assert_allclose(
        network.scores(BATCH, 1), (logits(BATCH) @ weights + bias)[:, 1], 1e-5
    )


def answer(kind: str, probabilities: object) -> keras.Model:
    """Give what a layer of three logits becomes by `probabilities`."""
    pixels = layers.Input((6, 6, 3))
    logits = layers.Dense(3, name="logits")(layers.GlobalAveragePooling2D()(pixels))
    return keras.Model(pixels, probabilities(logits))


def own_softmax(logits: object) -> object:
    exponentials = keras.ops.exp(logits)
    return exponentials / keras.ops.sum(exponentials, axis=-1, keepdims=True)


REACHED = {
    "dense": ("softmax", layers.Activation("softmax")),
    "layer": ("softmax", layers.Softmax()),
    "operation": ("softmax", keras.ops.softmax),
    "dropped": ("softmax", lambda logits: layers.Dropout(0.5)(keras.ops.softmax(logits))),
    "shaped": (
        "softmax",
        lambda logits: layers.Flatten()(keras.ops.softmax(layers.Reshape((1, 1, 3))(logits))),
    ),
    "sigmoids": ("sigmoids", layers.Activation("sigmoid")),
    "logits": ("logits", lambda logits: logits),
}


@pytest.mark.parametrize("kind", REACHED)
def test_logits_are_found_behind_softmax_and_sigmoid(kind: str) -> None:
    output, last = REACHED[kind]
    model = answer(kind, last)
    network = network_of(model, output)
    assert network.differentiated == "logit"
    weights, bias = model.get_layer("logits").get_weights()
    expected = BATCH.mean(axis=(1, 2)) @ weights + bias
    for target in range(3):
        np.testing.assert_allclose(network.scores(BATCH, target), expected[:, target], atol=1e-5)
        slope = np.broadcast_to(weights[:, target] / 36, BATCH.shape)
        np.testing.assert_allclose(network.gradients(BATCH, target), slope, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("softmax", own_softmax),
        ("percent", lambda logits: keras.ops.softmax(logits) * 100),
        ("sigmoids", lambda logits: 1 / (1 + keras.ops.exp(-logits))),
    ],
)
def test_log_odds_where_no_logit_is_reached(kind: str, last: object) -> None:
    model = answer(kind, last)
    network = network_of(model, kind)
    assert network.differentiated == "log-odds"
    chances = model(BATCH).numpy().astype(np.float64) / (100 if kind == "percent" else 1)
    expected = np.log(chances / (1 - chances))
    for target in range(3):
        np.testing.assert_allclose(network.scores(BATCH, target), expected[:, target], atol=1e-5)
        step = np.float32(0.05)
        more = network.scores(BATCH + step, target) - network.scores(BATCH - step, target)
        slope = network.gradients(BATCH, target).sum(axis=(1, 2, 3))
        np.testing.assert_allclose(more / (2 * step), slope, atol=2e-3)


def test_a_softmax_over_other_numbers_is_not_taken_for_the_last() -> None:
    def in_threes(logits: object) -> object:
        rows = keras.ops.reshape(keras.ops.concatenate([logits, logits], 1), (-1, 2, 3))
        return keras.ops.reshape(keras.ops.softmax(rows), (-1, 6))

    halves = network_of(answer("softmax", in_threes), "softmax")
    assert halves.differentiated == "log-odds"
    assert network_of(answer("softmax", keras.ops.softmax), "sigmoids").differentiated == "log-odds"


def test_certain_answers_have_finite_log_odds() -> None:
    network = network_of(answer("softmax", lambda logits: own_softmax(logits * 60)), "softmax")
    logit = network_of(answer("softmax", lambda logits: keras.ops.softmax(logits * 60)))
    for target in range(3):
        assert np.isfinite(network.scores(BATCH * 0.5, target)).all()
        assert np.isfinite(logit.gradients(BATCH * 100, target)).all()


@pytest.mark.parametrize(("activation", "output"), [("sigmoid", "sigmoid"), (None, "logits")])
def test_the_other_class_of_a_single_output_is_its_negative(activation: str, output: str) -> None:
    network = network_of(stack(layers.Conv2D(2, 3, name="conv"), *pooled(1, activation)), output)
    np.testing.assert_array_equal(network.scores(BATCH, 0), -network.scores(BATCH, 1))
    np.testing.assert_array_equal(network.gradients(BATCH, 0), -network.gradients(BATCH, 1))
    assert network.head(BATCH)[1].shape == (2, 1)


def test_one_number_for_each_picture() -> None:
    pixels = layers.Input((6, 6, 3))
    score = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling2D()(pixels))
    flat = keras.Model(pixels, keras.ops.squeeze(score, -1))
    network, other = network_of(flat, "sigmoid"), network_of(keras.Model(pixels, score))
    assert network.differentiated == other.differentiated == "logit"
    np.testing.assert_allclose(network.scores(BATCH, 1), other.scores(BATCH, 1))


def test_a_nested_model_is_as_its_unrolled_self() -> None:
    def parts() -> list[layers.Layer]:
        keras.utils.set_random_seed(5)
        return [
            layers.Conv2D(4, 3, activation="relu", name="conv1"),
            layers.Conv2D(4, 3, activation="relu", name="conv2"),
            *pooled(),
        ]

    flat = network_of(stack(*parts()))
    first, *others, dense = parts()
    inner = keras.Sequential([layers.Input((6, 6, 3)), first], name="inner")
    pixels = layers.Input((6, 6, 3))
    backbone = keras.Model(pixels, others[1](others[0](inner(pixels))), name="backbone")
    nested = network_of(stack(layers.Dropout(0.5), backbone, dense))
    assert [layer.name for layer in nested.layers(BATCH)] == [
        "backbone/inner/conv1",
        "backbone/conv2",
    ]
    names = (["conv1", "conv2"], ["backbone/inner/conv1", "backbone/conv2"])
    for one, other in zip(flat.maps(BATCH, names[0]), nested.maps(BATCH, names[1]), strict=True):
        np.testing.assert_array_equal(one, other)
    for guided in (False, True):
        np.testing.assert_allclose(
            flat.gradients(BATCH, 1, guided=guided), nested.gradients(BATCH, 1, guided=guided)
        )
    assert nested.head(BATCH)[0] == "backbone/conv2"
    assert [layer.aliases for layer in nested.layers(BATCH)] == [("backbone/inner",), ()]
    asked = nested.pictures
    nested.scores(BATCH, 0)
    nested.gradients(BATCH, 0, guided=True)
    assert nested.pictures == asked + 2 * len(BATCH)
    stages = [stage.layer for stage in nested.randomised_copies(0)]
    assert stages[1:] == ["backbone/conv2", "backbone/inner/conv1"]


class Block(layers.Layer):
    """One ReLU, called twice; and what `tf.nn` adds."""

    def __init__(self, relu: object) -> None:
        super().__init__(name="block")
        self.one = layers.Conv2D(4, 3, padding="same", name="one")
        self.two = layers.Conv2D(4, 3, padding="same", name="two")
        self.relu = relu

    def call(self, pixels: tf.Tensor) -> tf.Tensor:
        return self.relu(self.two(self.relu(self.one(pixels))))


class Subclassed(keras.Model):
    """Counts how often it runs as Python."""

    def __init__(self, relu: object) -> None:
        super().__init__()
        keras.utils.set_random_seed(6)
        self.block = Block(relu)
        self.pool, self.dense = pooled(activation=None)
        self.runs = 0

    def call(self, pixels: tf.Tensor, training: bool = False) -> tf.Tensor:
        assert not training
        self.runs += 1
        return keras.ops.softmax(self.dense(self.pool(self.block(pixels))))


def test_functional_and_shared_relus_of_a_subclassed_model() -> None:
    kinds = [layers.ReLU(name="relu"), layers.Activation("relu"), tf.nn.relu, keras.ops.relu]
    networks = [network_of(Subclassed(relu), "softmax", input_shape=(6, 6, 3)) for relu in kinds]
    guided = [network.gradients(BATCH, 0, guided=True) for network in networks]
    assert np.abs(guided[0] - networks[0].gradients(BATCH, 0)).max() > 1e-3
    for network, gradient in zip(networks, guided, strict=True):
        np.testing.assert_allclose(gradient, guided[0], atol=1e-7)
        # The block is named, which hands on what a shared ReLU gives last.
        names = [layer.name for layer in network.layers(BATCH)]
        assert [name for name in names if "#" not in name] == ["block/one", "block/two", "block"]
        assert network.head(BATCH)[0] == "block"


def test_nothing_runs_before_it_is_asked_and_little_after() -> None:
    model = Subclassed(tf.nn.relu)
    model(BATCH)
    before = model.runs
    classifier = as_classifier(model, input_shape=(6, 6, 3), preprocess=None)
    network = classifier.open_network("softmax")
    assert model.runs == before
    for size in (1, 2, 7):
        batch = np.repeat(BATCH[:1], size, axis=0)
        network.layers(batch)
        for target in range(3):
            network.scores(batch, target)
            network.gradients(batch, target)
            network.map_gradients(batch, target, ["block"])
            network.head(batch)
    assert model.runs == before + 1
    for _ in range(2):
        network.gradients(BATCH, 0, guided=True)
    assert model.runs == before + 2
    assert len(list(network.randomised_copies(0))) == 3
    assert model.runs == before + 3


def test_layers_that_are_no_layers_of_the_answer() -> None:
    pixels = layers.Input((6, 6, 3), name="image")
    twice = layers.Conv2D(3, 1, name="twice")
    maps = layers.Conv2D(4, 3, name="conv")(layers.Dropout(0.5)(twice(twice(pixels))))
    aside = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 1, name="aside")(maps))
    maps = layers.GaussianNoise(1.0)(layers.SpatialDropout2D(0.5)(maps))
    ones = layers.MaxPooling2D(4, name="single")(keras.ops.relu(maps))
    chances = layers.Dense(3, activation="softmax")(layers.Flatten()(ones))
    model = keras.Model({"image": pixels}, {"aside": aside, "probs": chances})
    network = network_of(model, "softmax")
    found = network.layers(BATCH)
    assert [layer.name for layer in found[:3]] == ["twice#1", "twice#2", "conv"]
    assert [layer.shape for layer in found[2:]] == [(4, 4, 4)] * 2  # the ReLU's name is Keras's
    places = [layer.place for layer in found]
    assert places == sorted(places)
    with pytest.raises(ValueError, match="no layer 'twice' with maps.*'conv'"):
        network.maps(BATCH, ["twice"])
    assert "aside" not in [stage.layer for stage in network.randomised_copies(0)]


def test_parts_of_attention_are_no_maps() -> None:
    pixels = layers.Input((8, 8, 3))
    tokens = layers.Reshape((4, 5))(layers.Conv2D(5, 4, strides=4, name="patches")(pixels))
    tokens = layers.MultiHeadAttention(2, 3, name="attention")(tokens, tokens)
    model = keras.Model(pixels, layers.Dense(2)(layers.GlobalAveragePooling1D()(tokens)))
    network = network_of(model)
    batch = np.ones((1, 8, 8, 3), np.float32)
    assert [layer.name for layer in network.layers(batch)] == ["patches"]
    assert [stage.layer for stage in network.randomised_copies(0)][1:] == ["attention", "patches"]


def test_pictures_without_channels_and_of_any_size() -> None:
    flat = [layers.Reshape((6, 6, 1)), layers.Conv2D(2, 3, activation="relu"), *pooled()]
    network = network_of(stack(*flat, shape=(6, 6)))
    assert network.gradients(BATCH[..., :1], 0).shape == (2, 6, 6, 1)
    free = network_of(stack(layers.Conv2D(2, 3, name="conv"), *pooled(), shape=(None, None, 3)))
    for side in (6, 9):
        batch = np.ones((1, side, side, 3), np.float32)
        assert free.layers(batch)[0].shape == (side - 2, side - 2, 2)
        assert free.gradients(batch, 0, guided=False).shape == batch.shape


def test_channels_first_are_refused() -> None:
    conv = layers.Conv2D(2, 3, data_format="channels_first")
    model = stack(layers.Permute((3, 1, 2)), conv, layers.Flatten(), layers.Dense(2))
    with pytest.raises(MethodError, match="puts channels first.*channels_last"):
        network_of(model).layers(BATCH)


def test_whole_numbers_have_no_gradient() -> None:
    pixels = layers.Input((6, 6, 3), dtype="uint8")
    scaled = layers.Rescaling(1 / 255)(pixels)
    model = keras.Model(pixels, pooled()[1](pooled()[0](layers.Conv2D(2, 3, name="conv")(scaled))))
    batch = np.float32(np.arange(108).reshape(1, 6, 6, 3))
    network = network_of(model)
    assert network.map_gradients(batch + 0.3, 0, ["conv"])[0][1].std() > 0
    np.testing.assert_array_equal(network.scores(batch, 0), network.scores(batch + 0.3, 0))
    for ask in (network.gradients, network.score_model):
        with pytest.raises(MethodError, match="No gradient passes.*It takes uint8"):
            ask(batch, 0)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_other_precisions(policy: str) -> None:
    exact = small()
    keras.config.set_dtype_policy(policy)
    model = small()
    model.set_weights(exact.get_weights())
    one, other = network_of(exact), network_of(model)
    np.testing.assert_allclose(other.gradients(BATCH, 0), one.gradients(BATCH, 0), atol=2e-2)
    for array in (*other.map_gradients(BATCH, 0, ["conv"])[0], other.gradients(BATCH, 0)):
        assert array.dtype == np.float32
    assert other.head(BATCH)[0] == "conv"


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_the_head_of_mixed_precision_is_in_float32(policy: str) -> None:
    keras.config.set_dtype_policy(policy)
    for end in (
        [layers.Dense(3, "softmax", dtype="float32")],
        [layers.Dense(3), layers.Activation("softmax", dtype="float32")],
    ):
        conv = layers.Conv2D(4, 3, activation="relu", name="conv")
        model = stack(conv, layers.GlobalAveragePooling2D(), layers.Dropout(0.5), *end)
        name, weights = network_of(model).head(BATCH)
        assert (name, weights.dtype) == ("conv", np.float32)
        np.testing.assert_allclose(weights, end[0].get_weights()[0], rtol=1e-2)
        other = stack(conv, layers.GlobalMaxPooling2D(), *end)
        with pytest.raises(MethodError, match="global average pooling"):
            network_of(other).head(BATCH)


REFUSED = {
    "LeakyReLU": "LeakyRelu",
    "PReLU": "Relu_1",
    "ELU": "Elu",
    "sloped": "LeakyRelu",
    "sloped to 6": "Relu",
    "selu": "Selu",
    "maximum": "Maximum",
    "compiled": "Relu in a compiled function",
    "of one's own": "Relu",
}


@tf.custom_gradient
def relu_of_ones_own(x: tf.Tensor) -> tuple:
    return tf.nn.relu(x), lambda upstream: tf.where(x > 0, upstream, 0.0)


def rectifier(kind: str) -> layers.Layer:
    compiled = tf.function(tf.nn.relu)
    return {
        "LeakyReLU": layers.LeakyReLU(),
        "PReLU": layers.PReLU(),
        "ELU": layers.ELU(),
        "sloped": layers.ReLU(negative_slope=0.1),
        "sloped to 6": layers.ReLU(negative_slope=0.1, max_value=6),
        "selu": layers.Activation("selu"),
        "maximum": layers.Lambda(lambda x: keras.ops.maximum(x, 0.0)),
        "compiled": layers.Lambda(compiled, output_shape=lambda shape: shape),
        "of one's own": layers.Lambda(relu_of_ones_own, output_shape=lambda shape: shape),
    }[kind]


@pytest.mark.parametrize("kind", REFUSED)
def test_guided_backpropagation_refuses_other_rectifiers(kind: str) -> None:
    inner = [layers.Conv2D(4, 3, activation="relu"), layers.Conv2D(4, 3), rectifier(kind)]
    network = network_of(stack(*inner, *pooled()))
    with pytest.raises(MethodError, match=f"these are not: .*{REFUSED[kind]}"):
        network.gradients(BATCH, 0, guided=True)
    assert np.isfinite(network.gradients(BATCH, 0)).all()


@pytest.mark.parametrize("activation", ["gelu", "silu", "tanh"])
def test_guided_backpropagation_is_defined_for_relu(activation: str) -> None:
    with pytest.raises(MethodError, match=f"has none: its activations are {activation}, softmax"):
        network_of(small(activation)).gradients(BATCH, 0, guided=True)


def test_relu6_passes_between_its_bounds() -> None:
    values = np.array([-1, 2, 7, 3], np.float32).reshape(1, 2, 2, 1)
    for relu in (layers.ReLU(6.0), layers.Activation("relu6"), layers.ReLU(6)):
        dense = layers.Dense(2)
        network = network_of(stack(relu, layers.Flatten(), dense, shape=(2, 2, 1)))
        dense.set_weights([np.array([[1.0, 0], [2, 0], [3, 0], [-4, 0]]), np.zeros(2)])
        plain, guided = (network.gradients(values, 0, guided=which) for which in (False, True))
        np.testing.assert_allclose(plain.ravel(), [0, 2, 0, -4])
        np.testing.assert_allclose(guided.ravel(), [0, 2, 0, 0])
    bounded = network_of(stack(layers.ReLU(2.5), layers.Flatten(), dense, shape=(2, 2, 1)))
    np.testing.assert_allclose(bounded.gradients(values, 0, guided=True).ravel(), [0, 2, 0, 0])


def test_a_hard_sigmoid_is_no_relu() -> None:
    gated = network_of(stack(layers.Conv2D(4, 3, activation="hard_swish"), *pooled()))
    np.testing.assert_allclose(
        gated.gradients(BATCH, 0, guided=True), gated.gradients(BATCH, 0), atol=1e-7
    )


def test_heads() -> None:
    convolution = layers.Conv2D(4, 3, activation="relu", name="conv")
    keeping = layers.GlobalAveragePooling2D(keepdims=True)
    ones = [keeping, layers.Dropout(0.3), layers.Conv2D(3, 1), layers.Flatten(), layers.Softmax()]
    model = stack(convolution, *ones)
    name, weights = network_of(model).head(BATCH)
    assert name == "conv"
    np.testing.assert_array_equal(weights, model.layers[3].get_weights()[0][0, 0])
    model = stack(layers.Conv2D(4, 3, name="conv"), *pooled())
    network = network_of(model)
    name, weights = network.head(BATCH)
    means = network.maps(BATCH, [name])[0].mean(axis=(1, 2)) @ weights
    rest = np.stack([network.scores(BATCH, index) for index in range(3)], 1) - means
    np.testing.assert_allclose(rest, np.tile(model.layers[-1].get_weights()[1], (2, 1)), atol=1e-5)


def test_a_second_head_is_not_taken_for_the_answers() -> None:
    pixels = layers.Input((6, 6, 3))
    pool, dense = pooled()
    means = pool(layers.Conv2D(4, 3, name="conv")(pixels))
    aside = layers.Dense(3)(layers.Dropout(0.5)(layers.ReLU()(means)))
    network = network_of(keras.Model(pixels, {"probs": dense(means), "aside": aside}), "softmax")
    name, weights = network.head(BATCH)
    assert name == "conv"
    np.testing.assert_array_equal(weights, dense.get_weights()[0])


@pytest.mark.parametrize(
    "end",
    [
        lambda: [layers.GlobalMaxPooling2D(), layers.Dense(3)],
        lambda: [layers.Flatten(), layers.Dense(3)],
        lambda: [layers.GlobalAveragePooling2D(), layers.Dense(4), layers.ReLU(), layers.Dense(3)],
        lambda: [layers.GlobalAveragePooling2D(), layers.Dense(3), layers.ReLU()],
        lambda: [layers.GlobalAveragePooling2D(), layers.ReLU(), layers.Dense(3)],
        lambda: [layers.Conv2D(3, 1), layers.GlobalAveragePooling2D()],
    ],
)
def test_other_ends_are_no_heads(end: object) -> None:
    network = network_of(stack(layers.Conv2D(4, 3), *end()), "logits")
    with pytest.raises(MethodError, match="global average pooling and one dense layer.*Grad-CAM"):
        network.head(BATCH)


def state(model: keras.Model) -> list[tuple]:
    return [
        (set(vars(part)), vars(part).get("call"), part.trainable)
        for part in model._flatten_layers()
    ]


def test_the_model_is_left_as_it_was(tmp_path: Path) -> None:
    backbone = stack(layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization())
    backbone.trainable = False
    model = stack(backbone, layers.Dropout(0.5), *pooled())
    model.compile(loss="mse")
    before, weights, answers = state(model), copy.deepcopy(model.get_weights()), model(BATCH)
    network = network_of(model)
    network.map_gradients(BATCH, 0, [network.layers(BATCH)[-1].name])
    network.gradients(BATCH, 0, guided=True)
    network.score_model(BATCH, 0)
    network.head(BATCH)
    for stage in network.randomised_copies(0):
        stage.network.gradients(BATCH, 0)
    with pytest.raises(ValueError, match="no layer"):
        network.maps(BATCH, ["nonsense"])
    assert state(model) == before
    for one, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(model(BATCH), answers)
    model.save(tmp_path / "model.keras")
    saved = keras.models.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_array_equal(saved(BATCH), answers)
    assert np.isfinite(model.train_on_batch(BATCH, np.zeros((2, 3))))


def test_a_model_that_fails_is_left_as_it_was() -> None:
    model = Subclassed(tf.nn.relu)
    model(BATCH)
    before = state(model)
    model.block.relu = lambda pixels: pixels.numpy()
    with pytest.raises(MethodError, match="fails with AttributeError"):
        network_of(model, "softmax", input_shape=(6, 6, 3)).scores(BATCH, 0)
    assert state(model) == before


def interrupted_at(place: int, act: Callable[[], object]) -> bool:
    """Act, with Ctrl-C at the line of `keras_calls` that is run as number `place`."""
    passed = 0

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal passed
        if frame.f_code.co_filename != keras_calls.__file__:
            return None
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
        # Python looks for signals at calls and jumps, never between the two parts of a `try`.
        if event == "line" and line != "try:" and not line.startswith("finally:"):
            passed += 1
            if passed > place:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def test_an_interrupt_at_any_moment_leaves_the_model_as_it_was() -> None:
    model = stack(layers.ReLU(), layers.Flatten())
    vars(model.layers[1])["call"] = model.layers[1].call  # one of the user's stays as well
    before = state(model)
    place = 0
    while interrupted_at(place, lambda: keras_calls.recorded(model, lambda: model(BATCH))):
        assert state(model) == before
        place += 1
    assert state(model) == before
    assert place > 50


def test_weights_become_noise_from_the_last_to_the_first() -> None:
    model = stack(
        layers.Conv2D(8, 3, name="first"),
        layers.BatchNormalization(),
        layers.SeparableConv2D(8, 3, name="second"),
        layers.DepthwiseConv2D(2, name="third"),
        *pooled(),
    )
    network = network_of(model)
    names = ["first", "second", "third"]
    plain, maps = model(BATCH).numpy(), network.maps(BATCH, names)
    drawn, left = {}, {}
    for stage in network.randomised_copies(7):
        drawn[stage.layer] = stage.forward(BATCH)
        assert np.abs(drawn[stage.layer] - plain).max() > 1e-3
        now = stage.network.maps(BATCH, names)
        left[stage.layer] = [np.array_equal(*pair) for pair in zip(now, maps, strict=True)]
        scores = stage.network.scores(BATCH, 0) - stage.network.scores(BATCH, 1)
        odds = drawn[stage.layer][:, 0] / drawn[stage.layer][:, 1]
        np.testing.assert_allclose(scores, np.log(odds), atol=1e-4)
    dense = model.layers[-1].name
    assert left == {
        dense: [True, True, True],
        "third": [True, True, False],
        "second": [True, False, False],
        "first": [False, False, False],
    }
    assert list(left) == [dense, "third", "second", "first"]
    again = {stage.layer: stage.forward(BATCH) for stage in network.randomised_copies(7)}
    other = {stage.layer: stage.forward(BATCH) for stage in network.randomised_copies(8)}
    for name, answers in drawn.items():
        np.testing.assert_array_equal(answers, again[name])
        assert not np.array_equal(answers, other[name])
    np.testing.assert_array_equal(model(BATCH), plain)


def test_noise_has_the_mean_and_deviation_of_the_weights() -> None:
    dense = layers.Dense(400, use_bias=False)
    model = stack(layers.Flatten(), dense, shape=(10, 10, 3))
    kernel = dense.get_weights()[0] * 0.5 + 2
    dense.set_weights([kernel])
    (stage,) = network_of(model).randomised_copies(0)
    unit = np.eye(300, dtype=np.float32).reshape(300, 10, 10, 3)
    noise = stage.forward(unit)
    assert abs(noise.mean() - 2) < 1e-3
    assert abs(noise.std() / kernel.std() - 1) < 0.01
    assert abs(np.corrcoef(noise.ravel(), kernel.ravel())[0, 1]) < 0.01


def test_what_cannot_be_randomised() -> None:
    class Raw(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(3)
            self.raw = tf.Variable(np.ones(3, np.float32))

        def call(self, pixels: tf.Tensor, training: bool = False) -> tf.Tensor:
            return self.dense(tf.reduce_mean(pixels, (1, 2)) * self.raw)

    with pytest.raises(MethodError, match="weights that Keras does not know.*add_weight"):
        next(network_of(Raw(), "logits", input_shape=(6, 6, 3)).randomised_copies(0))
    bare = stack(layers.GlobalAveragePooling2D())
    with pytest.raises(MethodError, match="no layer with weights"):
        next(network_of(bare, "logits").randomised_copies(0))


@HANDFUL
@given(st.integers(0, 2), st.integers(0, 2**31))
def test_shap_adds_up_on_a_linear_model(target: int, seed: int) -> None:
    keras.utils.set_random_seed(2)
    network = network_of(stack(layers.Flatten(), layers.Dense(3, activation="softmax")))
    background = np.random.default_rng(seed).normal(size=(1, 6, 6, 3)).astype(np.float32)
    model, start = network.score_model(background, target)
    _, taken = network.score_model(BATCH, target)
    values = shap.GradientExplainer(model, [start]).shap_values(taken, nsamples=4, rseed=0)
    assert values.shape == (2, 6, 6, 3, 1)
    expected = network.scores(BATCH, target) - network.scores(background, target)
    np.testing.assert_allclose(values.sum(axis=(1, 2, 3, 4)), expected, atol=1e-4)
    np.testing.assert_allclose(model([taken])[:, 0], network.scores(BATCH, target), atol=1e-5)


def test_shap_takes_activations_with_gradients_of_their_own() -> None:
    network = network_of(small("silu"))
    model, taken = network.score_model(BATCH, 1)
    values = shap.GradientExplainer(model, [taken * 0]).shap_values(taken, nsamples=200, rseed=0)
    expected = network.scores(BATCH, 1) - network.scores(BATCH * 0, 1)
    np.testing.assert_allclose(values.sum(axis=(1, 2, 3, 4)), expected, atol=0.02)


def test_tf_keras() -> None:
    kept = small()
    conv = tf_keras.layers.Conv2D(4, 3, activation="relu", name="conv")
    inner = tf_keras.Sequential([tf_keras.layers.Input((6, 6, 3)), conv], name="inner")
    last = [tf_keras.layers.GlobalAveragePooling2D(), tf_keras.layers.Dense(3, "softmax")]
    parts = [tf_keras.layers.Input((6, 6, 3)), tf_keras.layers.Dropout(0.5), inner, *last]
    model = tf_keras.Sequential(parts)
    model.set_weights(kept.get_weights())
    one, other = network_of(kept), network_of(model)
    assert [layer.name for layer in other.layers(BATCH)] == ["inner/conv"]
    for guided in (False, True):
        np.testing.assert_allclose(
            one.gradients(BATCH, 1, guided=guided), other.gradients(BATCH, 1, guided=guided)
        )
    assert other.head(BATCH)[0] == "inner/conv"
    with pytest.raises(MethodError, match="tf_keras.*Keras 3"):
        next(other.randomised_copies(0))


def test_other_backends_say_what_to_do() -> None:
    code = (
        "import keras; from gridexplainer_widget import as_classifier\n"
        "dense = keras.layers.Dense(2)\n"
        "parts = [keras.layers.Input((4, 4, 3)), keras.layers.Flatten(), dense]\n"
        "try: as_classifier(keras.Sequential(parts)).open_network('logits')\n"
        "except RuntimeError as error: print(error)"
    )
    told = printed(code, KERAS_BACKEND="jax")
    assert "KERAS_BACKEND=tensorflow" in told
    assert "backend 'jax'" in told


def test_the_demo() -> None:
    honest = demo.load("honest")
    picture = next(iter(honest.pictures.values())).astype(np.float32)[np.newaxis]
    classifier = honest.classifier
    batch = classifier.preprocessing(picture)
    network = classifier.open_network(classifier.output)
    last = network.layers(batch)[-1]
    assert last.shape[0] > 1
    logits = np.stack([network.scores(batch, index) for index in range(len(honest.labels))], 1)
    chances = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(chances, classifier(picture), atol=1e-5)
    best = int(chances.argmax())
    plain, guided = (network.gradients(batch, best, guided=which) for which in (False, True))
    assert plain.std() > 0
    assert not np.allclose(plain, guided)
    assert network.map_gradients(batch, best, [last.name])[0][1].std() > 0


def test_resnet50() -> None:
    model = keras.applications.ResNet50(weights=None, classes=5, input_shape=(32, 32, 3))
    network = network_of(model)
    batch = np.random.default_rng(1).normal(size=(1, 32, 32, 3)).astype(np.float32)
    names = {layer.name: layer for layer in network.layers(batch)}
    assert names["conv4_block6_out"].shape == (2, 2, 1024)
    assert "conv5_block3_out" not in names  # one pixel
    assert next(network.randomised_copies(0)).layer == "predictions"
    assert network.gradients(batch, 3, guided=True).std() > 0


@pytest.mark.parametrize("classes", [1, 3])
def test_a_batch_of_one_whose_axis_was_squeezed_off(classes: int) -> None:
    whole = stack(layers.Conv2D(4, 3, activation="relu"), *pooled(classes, "sigmoid"))
    pixels = keras.Input((6, 6, 3))
    squeezed = keras.Model(pixels, keras.ops.squeeze(whole(pixels)))
    kind = "sigmoid" if classes == 1 else "sigmoids"
    own, other = network_of(whole, kind), network_of(squeezed, kind)
    for batch in (BATCH, BATCH[:1]):
        np.testing.assert_allclose(other.scores(batch, 0), own.scores(batch, 0), rtol=1e-5)
        np.testing.assert_allclose(other.gradients(batch, 0), own.gradients(batch, 0), atol=1e-7)
    names = [network.head(BATCH)[1] for network in (own, other)]
    np.testing.assert_array_equal(*names)
    both = [as_classifier(model, preprocess=None, output=kind) for model in (whole, squeezed)]
    for count in (1, 2):
        np.testing.assert_allclose(both[1](BATCH[:count]), both[0](BATCH[:count]), rtol=1e-6)
