"""How to call a Keras model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


@cache
def tensorflow() -> Any:
    """Import TensorFlow, or say how to install it."""
    return framework("tensorflow", "a Keras model", "tensorflow")


def is_tf_keras(model: Any) -> bool:
    """Tell whether a model is of tf_keras rather than Keras 3."""
    return any(cls.__module__.partition(".")[0] == "tf_keras" for cls in type(model).__mro__)


def eager_execute() -> Callable[..., Any]:
    """Return TensorFlow's private function to run an operation by name.

    It takes a name, the number of outputs, inputs and attributes. The public API calls it, but
    renames operands and attributes, and is slower.
    """
    context = framework("tensorflow.python.eager.context", "a Keras model", "tensorflow")
    execute = framework("tensorflow.python.eager.execute", "a Keras model", "tensorflow")
    return partial(execute.execute, ctx=context.context())


def address_of(array: NDArray[Any]) -> int:
    """Return where in memory an array begins."""
    return int(array.__array_interface__["data"][0])


def same_values(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Tell whether two arrays hold the same numbers; the same memory is not looked through."""
    if one.shape != other.shape:
        return False
    return address_of(one) == address_of(other) or np.array_equal(one, other)


def values_of(tensor: Any) -> NDArray[Any]:
    """Return a tensor's numbers, uncopied if in main memory."""
    try:
        return np.asarray(memoryview(tensor)) if tensor.shape.rank else np.asarray(tensor.numpy())
    except (TypeError, ValueError):  # bfloat16 has no format there
        return np.asarray(tensor.numpy())
