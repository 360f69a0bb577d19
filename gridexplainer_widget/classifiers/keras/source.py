"""How to call a Keras model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.classifiers.imports import framework


@dataclass(frozen=True)
class Source:
    """A model and how to call it.

    Parameters
    ----------
    model : keras.Model or tf_keras.Model
    run : callable
        Input tensor → raw output.
    shape : tuple of int or None
        One picture's (height, width, channels) or (height, width).
    dtype : str
        Of the input.
    """

    model: Any
    run: Callable[[Any], Any]
    shape: tuple[int | None, ...]
    dtype: str


def tensorflow() -> Any:
    """Import TensorFlow, or say how to install it."""
    return framework("tensorflow", "a Keras model", "tensorflow")
