"""Scores and gradients of one class over another, in Keras and PyTorch."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from torch import nn

from gridexplainer_widget import as_classifier
from gridexplainer_widget.classifiers.network import Asked, Network
from tests.support.pytorch import torch

SHAPE = (6, 6, 3)
BATCH = np.random.default_rng(0).uniform(-1, 1, (2, *SHAPE)).astype(np.float32)
RNG = np.random.default_rng(1)
KERNEL = RNG.normal(size=(3, 3, 3, 4)).astype(np.float32)
DENSE = RNG.normal(size=(4, 3)).astype(np.float32)
BIAS = np.float32([0.5, -1, 2])


class Doubled(nn.Module):
    """A softmax that no one finds: its output is made of others' outputs."""

    def forward(self, logits: Any) -> Any:
        powers = torch.exp(logits)
        return powers / powers.sum(1, keepdim=True)


def keras_model(end: str, dense: np.ndarray, bias: np.ndarray) -> Any:
    pixels = keras.Input(SHAPE)
    maps = keras.layers.Conv2D(4, 3, activation="relu", use_bias=False, name="conv")
    last = keras.layers.Dense(dense.shape[1])
    out = last(keras.layers.GlobalAveragePooling2D()(maps(pixels)))
    if end in {"softmax", "sigmoid"}:
        out = keras.layers.Activation(end)(out)
    elif end == "hidden softmax":
        powers = keras.ops.exp(out)
        out = powers / keras.ops.sum(powers, axis=1, keepdims=True)
    model = keras.Model(pixels, out)
    maps.set_weights([KERNEL])
    last.set_weights([dense, bias])
    return model


def torch_model(end: str, dense: np.ndarray, bias: np.ndarray) -> Any:
    conv = nn.Conv2d(3, 4, 3, bias=False)
    last = nn.Linear(4, dense.shape[1])
    with torch.no_grad():
        conv.weight.copy_(torch.from_numpy(KERNEL.transpose(3, 2, 0, 1).copy()))
        last.weight.copy_(torch.from_numpy(dense.T.copy()))
        last.bias.copy_(torch.from_numpy(bias))
    parts = [conv, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), last]
    ends = {"softmax": nn.Softmax(1), "sigmoid": nn.Sigmoid(), "hidden softmax": Doubled()}
    return nn.Sequential(*parts, *([ends[end]] if end in ends else [])).eval()


def network_of(
    make: Any, end: str, output: str, dense: np.ndarray = DENSE, bias: np.ndarray = BIAS
) -> Network:
    classifier = as_classifier(
        make(end, dense, bias), output=output, preprocess=None, input_shape=SHAPE
    )
    assert classifier.open_network is not None
    return classifier.open_network(output)  # type: ignore[arg-type] - a kind


def conv_of(network: Network) -> str:
    return network.layers(BATCH)[-1].name


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("make", [keras_model, torch_model])
@pytest.mark.parametrize(
    ("end", "output"),
    [
        ("", "logits"),
        ("softmax", "softmax"),
        ("", "multilabel-logits"),
        ("sigmoid", "sigmoids"),
        ("hidden softmax", "softmax"),
    ],
)
def test_it_is_the_difference_of_two_logits(make: Any, end: str, output: str) -> None:
    network, logits = network_of(make, end, output), network_of(make, "", "logits")
    pair = (2, 0)
    apart = logits.scores(BATCH, 2) - logits.scores(BATCH, 0)
    close(network.scores(BATCH, pair), apart)
    close(network.gradients(BATCH, pair), logits.gradients(BATCH, 2) - logits.gradients(BATCH, 0))
    layer = conv_of(network)
    (_, found), *_ = network.map_gradients(BATCH, pair, [layer])
    of_each = [logits.map_gradients(BATCH, index, [layer])[0][1] for index in pair]
    close(found, of_each[0] - of_each[1])


@pytest.mark.parametrize("make", [keras_model, torch_model])
def test_guided_gradients_are_of_the_difference(make: Any) -> None:
    """They are clipped on the way, so that they are no difference of two."""
    network = network_of(make, "softmax", "softmax")
    apart = network_of(make, "", "value", DENSE[:, 2:] - DENSE[:, :1], BIAS[2:] - BIAS[:1])
    found = network.gradients(BATCH, (2, 0), guided=True)
    close(found, apart.gradients(BATCH, 0, guided=True))
    each = [network.gradients(BATCH, index, guided=True) for index in (2, 0)]
    assert np.abs(found - (each[0] - each[1])).max() > 0.01


@pytest.mark.parametrize("make", [keras_model, torch_model])
@pytest.mark.parametrize(("end", "output"), [("", "logits"), ("sigmoid", "sigmoid")])
def test_of_two_classes_it_is_the_one_logit(make: Any, end: str, output: str) -> None:
    network = network_of(make, end, output, DENSE[:, :1], BIAS[:1])
    pairs: list[tuple[Asked, Asked]] = [((1, 0), 1), ((0, 1), 0)]
    for pair, target in pairs:
        close(network.scores(BATCH, pair), network.scores(BATCH, target))
        close(network.gradients(BATCH, pair), network.gradients(BATCH, target))
