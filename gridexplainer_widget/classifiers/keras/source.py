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
    batch : int or None
        Number of pictures at once, if the model is declared for one number only.
    """

    model: Any
    run: Callable[[Any], Any]
    shape: tuple[int | None, ...]
    dtype: str
    batch: int | None = None


def tensorflow() -> Any:
    """Import TensorFlow, or say how to install it."""
    return framework("tensorflow", "a Keras model", "tensorflow")


def is_tf_keras(model: Any) -> bool:
    """Tell whether a model is of tf_keras rather than Keras 3."""
    return any(cls.__module__.partition(".")[0] == "tf_keras" for cls in type(model).__mro__)
