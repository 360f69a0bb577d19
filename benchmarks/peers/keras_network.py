"""Keras's ResNet50, the same random weights in every process; pixels go in as they are."""

import keras
import numpy as np
from keras.applications import resnet50
from worker import PIXELS


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    return resnet50.ResNet50(weights=None)


def target(model: keras.Model) -> int:
    """The most probable class of the whole picture."""
    return int(np.argmax(model(PIXELS[np.newaxis], training=False)))
