"""The checks on real networks: no false alarm on sound ones, and the usual mistakes are found."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import applications, layers
from sklearn.linear_model import LogisticRegression

from gridexplainer_widget import GridExplainer, as_classifier, demo
from gridexplainer_widget.classifiers.checks.confidence import nonsense_pictures
from gridexplainer_widget.classifiers.preprocessing import PRESETS
from gridexplainer_widget.demo.demo import FOLDER
from tests.support.preflights import troubles
from tests.support.sizes import sized

HONEST = demo.load("honest")
CHEATING = demo.load("cheating")

KNOWN = ("horse", "fish", "car", "pizza")

EVERY_PICTURE = [(which, name) for which in (HONEST, CHEATING) for name in which.pictures]


@pytest.mark.parametrize(("which", "name"), EVERY_PICTURE, ids=lambda value: str(value)[:20])
def test_no_false_alarm_on_the_embedded_classifiers(which: demo.Demo, name: str) -> None:
    preflight = GridExplainer(which.classifier).check(which.pictures[name])
    # The cheat does not know a horse without the stamp, and the check reports it.
    unknown = which is CHEATING and name == "horse head"
    assert troubles(preflight) == (["Chance"] if unknown else [])


def sound(build: object) -> keras.Model:
    """A network of random weights whose last layer knows four pictures from hidden ones."""
    keras.utils.set_random_seed(4)
    backbone = build(weights=None, include_top=False, input_shape=(96, 96, 3), pooling="avg")
    rng = np.random.default_rng(0)
    shown, labels = [], []
    for label, name in enumerate(KNOWN):
        picture = np.float32(HONEST.pictures[name])
        for _ in range(5):
            top, left = rng.integers(0, 9, 2)
            cut = picture[top : top + 120, left : left + 120]
            shown += [resized(cut), resized(cut)[:, ::-1]]
            labels += 2 * [label]
        fitted = resized(picture)
        mosaic = fitted.reshape(8, 12, 8, 12, 3).mean(axis=(1, 3)).repeat(12, 0).repeat(12, 1)
        shown += [fitted, mosaic, *nonsense_pictures(fitted, seed=1)]
        labels += [label, *4 * [len(KNOWN)]]
    prepared = as_classifier(backbone).preprocessing(np.stack(shown))
    for layer in backbone.layers:
        layer.momentum = 0.0  # of batch normalisation: one batch sets its statistics
    backbone(prepared, training=True)
    features = keras.ops.convert_to_numpy(backbone(prepared, training=False))
    mean, variance = features.mean(axis=0), features.var(axis=0)
    normal = layers.Normalization(mean=mean, variance=variance)
    fitted = LogisticRegression(max_iter=300).fit(normal(features), labels)
    head = layers.Dense(len(KNOWN) + 1, activation="softmax")
    model = keras.Model(backbone.input, head(normal(backbone.output)))
    head.set_weights([fitted.coef_.T, fitted.intercept_])
    return model


def resized(picture: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.image.resize(picture, (96, 96)))


@pytest.mark.parametrize(
    "build",
    sized(
        [applications.MobileNetV2],
        [applications.ResNet50, applications.MobileNetV2, applications.EfficientNetB0],
    ),
    ids=lambda value: value.__name__,
)
def test_no_false_alarm_on_the_usual_networks(build: object) -> None:
    explainer = GridExplainer(sound(build), joint=False)
    for label, name in enumerate(KNOWN):
        preflight = explainer.check(HONEST.pictures[name])
        assert troubles(preflight) == [], (name, preflight)
        assert explainer.explain(HONEST.pictures[name]).target == label


SINGLES = ("horse", "fish", "pizza", "guitar", "dog and ball", "cat and wool", "owl at night")


@pytest.mark.parametrize("name", ["0..1", "-1..1", "imagenet", "caffe"])
def test_a_network_that_was_trained_on_another_range(name: str) -> None:
    trained_on = PRESETS[name]

    def network(batch: np.ndarray) -> np.ndarray:
        back = (batch - np.float32(trained_on.offset)) / np.float32(trained_on.scale)
        return HONEST.classifier(back[..., ::-1] if trained_on.bgr else back)

    wrong, right = GridExplainer(network), GridExplainer(network, preprocess=name)
    checked = [wrong.check(HONEST.pictures[picture]) for picture in SINGLES]
    advised = [f'preprocess="{name}"' in "".join(preflight.concerns) for preflight in checked]
    assert sum(advised) >= 5, checked
    assert not any(troubles(right.check(HONEST.pictures[picture])) for picture in SINGLES)


def test_a_network_that_wants_blue_first() -> None:
    explainer = GridExplainer(lambda batch: HONEST.classifier(batch[..., ::-1]))
    checked = [explainer.check(HONEST.pictures[picture]) for picture in SINGLES]
    advised = ['preprocess="0..255 bgr"' in "".join(preflight.concerns) for preflight in checked]
    assert sum(advised) >= 4, checked


def test_a_network_that_is_left_in_training_mode() -> None:
    model = keras.models.load_model(FOLDER / "honest.keras", compile=False)
    training = GridExplainer(lambda batch: model(batch, training=True), 8)
    assert "Batch" in troubles(training.check(HONEST.pictures["fish"]))

    inputs = layers.Input((128, 128, 3))
    dropping = keras.Model(inputs, model(layers.Dropout(0.3, seed=1)(inputs)))
    random = GridExplainer(lambda batch: dropping(batch, training=True), 8)
    assert "Repeatable" in troubles(random.check(HONEST.pictures["fish"]))


def test_a_softmax_over_one_unit() -> None:
    """A mistake that trains without complaint and always says 1."""
    model = keras.Sequential(
        [layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(1, activation="softmax")]
    )
    preflight = GridExplainer(model, 4).check(HONEST.pictures["fish"])
    assert "softmax over one is always 1" in preflight.summary
