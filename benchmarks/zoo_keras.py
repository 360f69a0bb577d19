"""Models of `keras.applications` for `benchmarks/zoo.py`, small and with lively random weights."""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.zoo_look import Specimen, coarse_picture, masked_pictures
from tests.support.networks import enliven

SIDES = (64, 96, 224)
CLASSES = 10
SMALLEST = {"ConvNeXtTiny", "MobileNetV3Small", "NASNetMobile"}
"""Where that is not the first by the alphabet."""


def keras_members() -> dict[str, str]:
    """All models of `keras.applications`, the first of each file first."""
    names = [name for name in dir(keras.applications) if name[0].isupper()]
    files: dict[str, list[str]] = {}
    for name in names:
        files.setdefault(getattr(keras.applications, name).__module__, []).append(name)
    for listed in files.values():
        listed.sort(key=lambda name: (name not in SMALLEST, name))
    return {
        name: name
        for rank in range(max(map(len, files.values())))
        for listed in files.values()
        for name in listed[rank : rank + 1]
    }


def keras_specimen(name: str) -> Specimen:
    keras.utils.set_random_seed(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    make = getattr(keras.applications, name)
    model, side = _working(make)
    prepare = sys.modules[make.__module__].preprocess_input

    def prepared(batch: np.ndarray) -> np.ndarray:
        return np.asarray(prepare(batch.copy()), np.float32)

    enliven(model, prepared(masked_pictures(coarse_picture(side))))

    def ask(batch: np.ndarray) -> np.ndarray:
        return np.asarray(model(prepared(batch), training=False))

    facts = {"side": side, "parameters": model.count_params(), "smaller": {}}
    return Specimen(model, ask, lambda: _state(model), {}, facts)


def _working(make: Any) -> tuple[keras.Model, int]:
    *sides, largest = SIDES
    for side in sides:
        with suppress(ValueError):
            return _made(make, side), side
    return _made(make, largest), largest


def _made(make: Any, side: int) -> keras.Model:
    return make(weights=None, input_shape=(side, side, 3), classes=CLASSES)


def _state(model: keras.Model) -> dict[str, Any]:
    found: dict[str, Any] = {
        weight.path: hashlib.sha1(np.asarray(weight).tobytes()).hexdigest()
        for weight in model.weights
    }
    for layer in model.layers:
        found[f"{layer.name} attributes"] = (sorted(vars(layer)), layer.trainable)
    return found
