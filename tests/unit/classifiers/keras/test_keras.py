import importlib
import logging
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import applications, layers, ops

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier
from tests.support.sizes import sized

BATCH = np.random.default_rng(0).uniform(0, 255, (2, 8, 8, 3)).astype(np.float32)

LARGE = ("inception_resnet_v2", "nasnet", "vgg19")
"""Hundreds of layers to build, told from others as a smaller sibling is."""

FAMILIES = [
    (applications.ResNet50, "resnet", "caffe"),
    (applications.VGG16, "vgg16", "caffe"),
    (applications.VGG19, "vgg19", "caffe"),
    (applications.ResNet50V2, "resnet_v2", "−1..1"),
    (applications.MobileNet, "mobilenet", "−1..1"),
    (applications.MobileNetV2, "mobilenet_v2", "−1..1"),
    (applications.Xception, "xception", "−1..1"),
    (applications.InceptionV3, "inception_v3", "−1..1"),
    (applications.InceptionResNetV2, "inception_resnet_v2", "−1..1"),
    (applications.NASNetMobile, "nasnet", "−1..1"),
    (applications.DenseNet121, "densenet", "mean and deviation"),
]

TRIED = sized([family for family in FAMILIES if family[1] not in LARGE], FAMILIES)

RESCALING = [
    applications.EfficientNetB0,
    applications.EfficientNetV2B0,
    applications.MobileNetV3Small,
    applications.ConvNeXtTiny,
]


def name_of(value: Any) -> str:
    """The same in every process, which a function's own words are not."""
    return getattr(value, "__name__", value)


def headless(build: object, **options: object) -> keras.Model:
    """The family's layers at the smallest size all of them take, without the costly head."""
    return build(weights=None, include_top=False, input_shape=(96, 96, 3), **options)


@pytest.fixture(autouse=True, scope="module")
def forget_models():
    """Once: it looks through all of memory."""
    yield
    keras.backend.clear_session()


@pytest.mark.parametrize(("build", "module", "words"), TRIED, ids=name_of)
def test_preprocessing_is_read_off_the_layers(build: object, module: str, words: str) -> None:
    found = as_classifier(headless(build, name="renamed")).preprocessing
    assert found.description.startswith(f"{module}: ")
    assert words in found.description
    expected = importlib.import_module(f"keras.applications.{module}").preprocess_input(
        BATCH.copy()
    )
    np.testing.assert_allclose(found(BATCH), expected, atol=1e-4)


@pytest.mark.parametrize("build", RESCALING, ids=name_of)
def test_models_that_rescale_by_themselves_are_left_alone(build: object) -> None:
    found = as_classifier(headless(build)).preprocessing
    np.testing.assert_array_equal(found(BATCH), BATCH)
    assert "the model does it itself" in found.description


@pytest.mark.parametrize(
    ("build", "mode"),
    [
        *sized([], [(applications.EfficientNetV2S, "-1..1")]),
        (applications.MobileNetV3Small, "-1..1"),
        (applications.ConvNeXtTiny, "imagenet"),
    ],
    ids=name_of,
)
def test_their_layers_are_made_up_for_where_they_were_left_out(build: object, mode: str) -> None:
    plain = headless(build, include_preprocessing=False)
    found = as_classifier(plain).preprocessing
    own = headless(build)
    first = next(
        layer for layer in own.layers if type(layer).__name__ in {"Rescaling", "Normalization"}
    )
    np.testing.assert_allclose(found(BATCH), first(BATCH), atol=0.02)


@pytest.mark.parametrize("nested", ["functional", "sequential", "grown"])
def test_a_nested_backbone_is_recognised(nested: str) -> None:
    backbone = headless(applications.MobileNetV2)
    if nested == "sequential":
        model = keras.Sequential([backbone, layers.GlobalAveragePooling2D(), layers.Dense(3)])
    elif nested == "functional":
        inputs = layers.Input((96, 96, 3))
        pooled = layers.GlobalAveragePooling2D()(backbone(layers.RandomFlip()(inputs)))
        model = keras.Model(inputs, layers.Dense(3)(pooled))
    else:
        pooled = layers.GlobalAveragePooling2D()(backbone.output)
        model = keras.Model(backbone.input, layers.Dense(3)(pooled))
    found = as_classifier(model).preprocessing
    assert found.description.startswith(
        "mobilenet_v2: scaled to −1..1, guessed by the names of its"
    )
    assert not found.known  # it may have been trained anew in another range


def test_preprocessing_built_into_the_graph_is_not_done_twice() -> None:
    backbone = headless(applications.ResNet50)
    for ahead in (layers.Rescaling(1 / 255), applications.resnet50.preprocess_input):
        inputs = layers.Input((96, 96, 3))
        outputs = layers.GlobalAveragePooling2D()(backbone(ahead(inputs)))
        found = as_classifier(keras.Model(inputs, outputs)).preprocessing
        np.testing.assert_array_equal(found(BATCH), BATCH)
        assert "the model does it itself" in found.description


@cache
def vgg16() -> keras.Model:
    return applications.VGG16(include_top=False, weights=None, input_shape=(40, 40, 3))


@pytest.mark.parametrize(
    ("channels", "ahead"),
    [
        (3, layers.Resizing(40, 40)),
        (3, lambda pixels: ops.image.resize(pixels, (40, 40))),
        (3, layers.Lambda(lambda pixels: ops.image.resize(pixels, (40, 40)))),
        (1, lambda pixels: ops.repeat(ops.image.resize(pixels, (40, 40)), 3, axis=-1)),
        (3, lambda pixels: ops.flip(ops.image.resize(pixels, (40, 40)), axis=2)),
        (3, lambda pixels: ops.pad(pixels, [(0, 0), (4, 4), (4, 4), (0, 0)])),
        (4, lambda pixels: ops.image.resize(pixels[..., :3], (40, 40))),
    ],
)
def test_what_leaves_the_colours_alone_is_no_preprocessing(channels: int, ahead: object) -> None:
    body = vgg16()
    pixels = layers.Input((32, 32, channels))
    pooled = layers.GlobalAveragePooling2D()(body(ahead(pixels)))
    found = as_classifier(keras.Model(pixels, layers.Dense(3)(pooled))).preprocessing
    assert "caffe" in found.description
    assert not found.known
    assert "preprocess=" in found.description


def test_a_model_that_puts_blue_first_is_given_red_first() -> None:
    body = vgg16()
    pixels = layers.Input((40, 40, 3))
    pooled = layers.GlobalAveragePooling2D()(body(ops.flip(pixels, axis=-1)))
    found = as_classifier(keras.Model(pixels, layers.Dense(3)(pooled))).preprocessing
    expected = applications.vgg16.preprocess_input(BATCH.copy())
    np.testing.assert_allclose(found(BATCH)[..., ::-1], expected, atol=1e-4)


def test_a_subclassed_model_that_preprocesses_in_its_call() -> None:
    body = headless(applications.MobileNetV2, alpha=0.35)

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.pool, self.dense = (
                body,
                layers.GlobalAveragePooling2D(),
                layers.Dense(3),
            )

        def call(self, pixels: object) -> object:
            pixels = applications.mobilenet_v2.preprocess_input(pixels)
            return self.dense(self.pool(self.body(pixels)))

    net = Net()
    before = [vars(layer).get("call") for layer in body.layers]
    net(np.zeros((1, 96, 96, 3), np.float32))
    found = as_classifier(net, input_shape=(96, 96)).preprocessing
    np.testing.assert_array_equal(found(BATCH), BATCH)
    assert "the model does it itself, ahead of its first weights" in found.description
    assert found.known
    assert [vars(layer).get("call") for layer in body.layers] == before


@pytest.mark.parametrize("classes", [1000, 9])
def test_what_the_names_of_layers_tell_is_a_guess(classes: int) -> None:
    model = applications.MobileNetV2(
        weights=None, input_shape=(96, 96, 3), alpha=0.35, classes=classes
    )
    found = as_classifier(model).preprocessing
    assert not found.known
    assert "guessed by the names of its layers" in found.description


def small(activation: str | None, classes: int = 3, **options: object) -> keras.Model:
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            layers.Input((8, 8, 3)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(classes, activation=activation, **options),
        ],
        name="small",
    )


def test_an_unknown_model_gets_the_raw_picture_and_says_so() -> None:
    model = keras.Sequential([layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)])
    classifier = as_classifier(model)
    assert classifier.preprocessing.description.startswith("none found: 0..255")
    assert "preprocess=" in classifier.preprocessing.description
    raw = model(BATCH).numpy().astype(np.float64)
    np.testing.assert_allclose(
        classifier(BATCH), np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True), atol=1e-5
    )


@pytest.mark.parametrize(
    ("activation", "classes", "kind", "columns"),
    [
        ("softmax", 3, "softmax", 3),
        (None, 3, "logits", 3),
        (None, 1, "logits", 2),
        ("sigmoid", 1, "sigmoid", 2),
        ("sigmoid", 3, "sigmoids", 3),
    ],
)
def test_the_last_activation_is_read(
    activation: str | None, classes: int, kind: str, columns: int
) -> None:
    classifier = as_classifier(small(activation, classes))
    assert classifier.output == kind
    answer = classifier(BATCH)
    assert answer.shape == (2, columns)
    if kind != "sigmoids":
        np.testing.assert_allclose(answer.sum(axis=1), 1, rtol=1e-5)


def test_a_softmax_layer_and_a_softmax_operation() -> None:
    with_layer = keras.Sequential([small(None), layers.Softmax()])
    assert as_classifier(with_layer).output == "softmax"
    inputs = layers.Input((8, 8, 3))
    outputs = keras.ops.softmax(layers.Dense(3)(layers.Flatten()(inputs)) / 1000)
    model = keras.Model(inputs, outputs)
    classifier = as_classifier(model)
    assert classifier.output == "softmax"
    np.testing.assert_allclose(classifier(BATCH), model(BATCH), rtol=1e-4)


def test_where_the_last_layer_does_not_tell_the_values_do() -> None:
    inputs = layers.Input((8, 8, 3))
    flat = layers.Flatten()(inputs)
    outputs = layers.Reshape((3,))(layers.Dense(3, activation="softmax")(flat))
    classifier = as_classifier(keras.Model(inputs, outputs))
    assert classifier.output is None
    np.testing.assert_allclose(classifier(BATCH).sum(axis=1), 1, rtol=1e-5)
    assert classifier.output == "softmax"


def test_the_model_is_traced_once_whatever_the_grid() -> None:
    traces = []

    class Counting(layers.Layer):
        def call(self, batch):
            if not tf.executing_eagerly():
                traces.append(1)
            return batch

    inputs = layers.Input((8, 8, 3))
    outputs = layers.Dense(2)(layers.Flatten()(Counting()(inputs)))
    model = keras.Model(inputs, outputs)
    explainer = GridExplainer(model, 4)
    traces.clear()
    explainer.explain(BATCH[0])
    GridExplainer(explainer.classifier, (3, 5)).explain(BATCH[1])
    assert sum(traces) == 1


def test_training_mode_is_off() -> None:
    model = keras.Sequential(
        [layers.Input((8, 8, 3)), layers.Dropout(0.5), layers.Flatten(), layers.Dense(2)]
    )
    classifier = as_classifier(model)
    np.testing.assert_array_equal(classifier(BATCH), classifier(BATCH))


def test_preprocess_overrides() -> None:
    keras.utils.set_random_seed(5)
    head = [layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")]
    model = keras.Sequential([layers.Input((8, 8, 3)), *head])

    def scaled(batch: np.ndarray) -> np.ndarray:
        return batch / 127.5 - 1

    mine, none = as_classifier(model, preprocess=scaled), as_classifier(model, preprocess=None)
    np.testing.assert_allclose(mine(BATCH), model(scaled(BATCH)), rtol=1e-4)
    np.testing.assert_allclose(none(BATCH), model(BATCH), rtol=1e-4, atol=1e-30)
    assert not np.allclose(mine(BATCH), none(BATCH))
    assert mine.preprocessing.description == "your own (scaled)"
    assert none.preprocessing.description == "none: 0..255 (as you said)"


def test_a_picture_is_resized_to_the_models_input() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (30, 20, 3)).astype(np.uint8)
    explanation = GridExplainer(small("softmax"), 4).explain(picture)
    assert (explanation.grid.height, explanation.grid.width) == (8, 8)
    assert explanation.picture.shape == (30, 20, 3)


def test_one_channel_and_free_size() -> None:
    model = keras.Sequential(
        [layers.Input((None, None, 1)), layers.GlobalAveragePooling2D(), layers.Dense(2)]
    )
    explanation = GridExplainer(model, (2, 3)).explain(BATCH[0, :, :6])
    assert (explanation.grid.height, explanation.grid.width) == (8, 6)
    assert explanation.settings["input_shape"] == [8, 6, 1]


def test_a_subclassed_model() -> None:
    class Mine(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.head = layers.Dense(3, activation="softmax")

        def call(self, batch):
            return self.head(keras.ops.reshape(batch, (-1, 8 * 8 * 3)) / 255)

    classifier = as_classifier(Mine())
    np.testing.assert_allclose(classifier(BATCH).sum(axis=1), 1, rtol=1e-5)
    assert classifier.output == "softmax"


def test_models_that_take_something_else() -> None:
    inputs = [layers.Input((8, 8, 3)), layers.Input((4,))]
    joined = layers.Concatenate()([layers.Flatten()(inputs[0]), inputs[1]])
    two = keras.Model(inputs, layers.Dense(2)(joined))
    with pytest.raises(ClassifierError, match="takes 2 inputs"):
        as_classifier(two)
    table = keras.Sequential([layers.Input((4,)), layers.Dense(2)])
    with pytest.raises(ClassifierError, match=r"shape \(None, 4\)"):
        as_classifier(table)


def test_a_model_that_gives_something_else() -> None:
    inputs = layers.Input((8, 8, 3))
    with pytest.raises(ClassifierError, match=r"shape \(2, 8, 8, 2\)"):
        as_classifier(keras.Model(inputs, layers.Dense(2)(inputs)))(BATCH)
    both = keras.Model(inputs, [layers.Flatten()(inputs), layers.Flatten()(inputs)])
    with pytest.raises(ClassifierError, match="wanted are numbers of shape"):
        as_classifier(both)(BATCH)


def test_imagenet_labels_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched(*_: object, **__: object) -> None:
        raise AssertionError("no network is touched when a model is read")

    monkeypatch.setattr(keras.utils, "get_file", fetched)
    monkeypatch.setattr(applications.imagenet_utils, "decode_predictions", fetched)
    labels = as_classifier(applications.MobileNetV2(weights=None)).labels
    assert len(set(labels)) == len(labels) == 1000
    assert [labels[index] for index in (0, 207, 285, 999)] == [
        "tench",
        "golden retriever",
        "Egyptian cat",
        "toilet tissue",
    ]
    assert (labels[134], labels[517]) == ("crane", "crane (2)")
    three = applications.MobileNetV2(weights=None, classes=3)
    assert as_classifier(three).labels is None


def test_the_seeds_quick_start_with_random_weights() -> None:
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    model = applications.ResNet50(weights=None)
    picture = np.random.default_rng(49).uniform(0, 255, (224, 224, 3)).astype(np.float32)
    side = sized(4, 8)
    explainer = GridExplainer(model, grid_size=side, fill="cell-mean", joint=sized(False, True))
    explanation = explainer.explain(picture)
    assert explanation.drops.shape == (side, side)
    assert "caffe" in repr(explainer)
    assert "caffe" in repr(explanation)
    assert explainer.visualize().axes
    masked = picture.copy()
    cell = slice(224 // side, 2 * 224 // side), slice(3 * 224 // side, 4 * 224 // side)
    masked[cell] = picture[cell].mean(axis=(0, 1))
    pair = applications.resnet50.preprocess_input(np.stack([picture, masked]))
    before, after = model(pair, training=False).numpy()
    target = int(before.argmax())
    assert explanation.target == target
    assert abs(explanation.drops[1, 3] - (before[target] - after[target])) < 1e-5
