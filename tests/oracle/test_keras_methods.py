"""The methods on Keras against Captum and pytorch-grad-cam on the same network in PyTorch.

TensorFlow and PyTorch do not bear each other in one process: another one writes a file.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from gridexplainer_widget import as_classifier
from gridexplainer_widget.methods.cam import cam
from gridexplainer_widget.methods.grad_cam import grad_cam
from gridexplainer_widget.methods.grad_cam_plus_plus import grad_cam_plus_plus
from gridexplainer_widget.methods.guided_backpropagation import guided_backpropagation
from gridexplainer_widget.methods.guided_grad_cam import guided_grad_cam
from gridexplainer_widget.methods.saliency import saliency
from gridexplainer_widget.methods.score_cam import score_cam
from tests.support.contexts import attribution_of, unit_range

TARGET = 0
DENSE = ("weight", "bias")

Arrays = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def torchs(tmp_path_factory: pytest.TempPathFactory) -> Arrays:
    """Weights of the small network in PyTorch, and its maps as others find them."""
    path = tmp_path_factory.mktemp("torch") / "maps.npz"
    command = [sys.executable, "-W", "ignore", "-m", "tests.oracle.torch_reference", str(path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(path) as file:
        return dict(file)


def stage(inputs: Any, number: int, channels: int) -> Any:
    maps = layers.Conv2D(channels, 3, padding="same", name=f"conv{number}")(inputs)
    maps = layers.BatchNormalization(epsilon=1e-5, name=f"bn{number}")(maps)
    return layers.ReLU(name=f"relu{number}")(maps)


def in_keras(weights: Arrays, activation: str | None) -> Any:
    """The same network, its ends joined in Keras' own ways."""
    inputs = keras.Input((16, 16, 3))
    maps = stage(stage(inputs, 1, 8), 2, 12)
    maps = stage(layers.MaxPooling2D(2, name="pool")(maps), 3, 16)
    pooled = layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(inputs, layers.Dense(5, activation, name="dense")(pooled))

    def of(layer: str, *names: str) -> list[NDArray[np.float32]]:
        return [weights[f"weight {layer}.{name}"] for name in names]

    for number in (1, 2, 3):
        kernel, bias = of(f"conv{number}", "weight", "bias")
        model.get_layer(f"conv{number}").set_weights([kernel.transpose(2, 3, 1, 0), bias])
        names = ("weight", "bias", "running_mean", "running_var")
        model.get_layer(f"bn{number}").set_weights(of(f"bn{number}", *names))
    kernel, bias = of("dense", *DENSE)
    model.get_layer("dense").set_weights([kernel.T, bias])
    return model


@pytest.fixture(scope="module", params=[None, "softmax"], ids=["logits", "softmax"])
def classifier(request: pytest.FixtureRequest, torchs: Arrays) -> Any:
    model = in_keras(torchs, request.param)
    return as_classifier(model, preprocess="0..1", output=request.param or "logits")


def close(found: Any, expected: Any) -> None:
    largest = float(np.abs(expected).max())
    assert largest > 0
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4 * largest)


def test_the_networks_are_the_same(torchs: Arrays) -> None:
    answer = in_keras(torchs, None)(torchs["picture"][np.newaxis] / 255)
    close(np.asarray(answer)[0], torchs["logits"])


def largest(gradients: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.abs(gradients).max(axis=-1)


@pytest.mark.parametrize(
    ("method", "name", "seen"),
    [
        (grad_cam, "grad_cam", lambda found: found.native),
        (score_cam, "score_cam", lambda found: unit_range(found.pixels)),
        (cam, "cam", lambda found: found.native),
    ],
    ids=["grad-cam", "score-cam", "cam"],
)
def test_maps_of_the_last_layer(
    method: Any, name: str, seen: Any, classifier: Any, torchs: Arrays
) -> None:
    found = attribution_of(method, classifier, torchs["picture"], TARGET)
    assert found.layers == ("relu3",)
    assert not any("log-odds" in note for note in found.notes)
    close(seen(found), torchs[name])


def test_grad_cam_plus_plus(torchs: Arrays) -> None:
    """Of logits a thousand times as large: see the test of the same on PyTorch."""
    loud = {f"weight dense.{name}": 1000 * torchs[f"weight dense.{name}"] for name in DENSE}
    classifier = as_classifier(in_keras({**torchs, **loud}, None), preprocess="0..1")
    found = attribution_of(grad_cam_plus_plus, classifier, torchs["picture"], TARGET)
    close(unit_range(found.pixels), torchs["grad_cam_plus_plus"])


def test_grad_cam_of_a_layer_inside(classifier: Any, torchs: Arrays) -> None:
    found = attribution_of(grad_cam, classifier, torchs["picture"], TARGET, layer=("relu2",))
    close(found.native, torchs["grad_cam_inside"])


@pytest.mark.parametrize("method", [saliency, guided_backpropagation, guided_grad_cam])
def test_maps_of_pixels(method: Any, classifier: Any, torchs: Arrays) -> None:
    found = attribution_of(method, classifier, torchs["picture"], TARGET)
    close(found.pixels, largest(torchs[method.__name__]))
