"""Networks whose batch normalisation remembers the range that they were trained on."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.classifiers.checks.checks import Check
from gridexplainer_widget.classifiers.preprocessing import PRESETS
from tests.support.pytorch import torch

RNG = np.random.default_rng(5)
PICTURES = RNG.integers(0, 256, (6, 16, 16, 3)).astype(np.float32)
PICTURE = PICTURES[0].astype(np.uint8)


LARGE = {"0..255", "caffe"}
"""Ranges of hundreds; the others are of ones. Within each, one picture may tell too little."""


def in_keras(range_: str, **options: object) -> keras.Model:
    """Random weights, but for the statistics, which are of one batch."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            layers.Input((16, 16, 3)),
            layers.Conv2D(6, 3),
            layers.BatchNormalization(momentum=0.0, **options),
            layers.ReLU(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4, activation="softmax"),
        ]
    )
    model(PRESETS[range_](PICTURES), training=True)
    return model


def in_torch(range_: str) -> object:
    torch.manual_seed(1)
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6, momentum=1.0), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4), nn.Softmax(1),
    )  # fmt: skip
    with torch.no_grad():
        model.train()(torch.from_numpy(PRESETS[range_](PICTURES).transpose(0, 3, 1, 2)))
    return model.eval()


def told(model: object, picture: np.ndarray = PICTURE, **options: object) -> Check:
    explainer = GridExplainer(model, 2, input_shape=(16, 16, 3), **options)
    (found,) = (one for one in explainer.check(picture).checks if one.name == "Input range")
    return found


@pytest.mark.parametrize("trained", ["0..255", "0..1", "-1..1", "imagenet"])
@pytest.mark.parametrize("build", [in_keras, in_torch])
def test_another_range_is_noticed_and_the_right_one_passes(build: object, trained: str) -> None:
    model = build(trained)
    for handed in PRESETS:
        found = told(model, preprocess=handed)
        if handed == trained:
            assert found.verdict == "ok", found
        elif (handed in LARGE) != (trained in LARGE):
            assert found.verdict == "warning", (handed, found)
            assert f'preprocess="{trained}"' in found.advice, (handed, found)
            assert "what its batch normalisation remembers" in found.seen


@pytest.mark.parametrize(("build", "right"), [(in_keras, "0..255"), (in_torch, "0..1")])
def test_a_range_that_nobody_said_is_known_by_it(build: object, right: str) -> None:
    found = told(build(right))
    assert found.verdict == "ok"
    assert "it is the one that the model's batch normalisation remembers" in found.seen


def test_it_is_held_against_values_too() -> None:
    value = keras.Sequential([*in_keras("-1..1").layers[:-1], layers.Dense(1)])
    assert told(value, output="value", preprocess="-1..1").verdict == "ok"
    found = told(value, output="value", preprocess="0..255")
    assert found.verdict == "warning"
    assert 'say preprocess="-1..1"' in found.advice


def test_a_user_model_is_left_as_it_was() -> None:
    model = in_torch("0..1")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.train()
    told(model, preprocess="0..255")
    assert all(part.training for part in model.modules())
    assert not any(part._forward_hooks for part in model.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    whole = in_keras("0..1")
    told(whole)
    assert not any("call" in vars(layer) for layer in whole.layers)


def test_silence() -> None:
    plain = np.full((16, 16, 3), 200, np.uint8)
    assert told(in_keras("0..1"), plain).verdict == "unknown", "of one colour"
    untrained = as_classifier(in_keras("0..1", trainable=False))
    assert untrained.misfit(PICTURES) is None
    network = in_keras("0..1")
    assert told(lambda batch: np.asarray(network(batch))).verdict != "ok", "a black box"
    assert as_classifier(lambda batch: batch.mean(axis=(1, 2))).misfit is None
