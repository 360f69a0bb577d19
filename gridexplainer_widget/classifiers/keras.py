"""A classifier from a Keras model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Classifier, ClassifierError, OutputKind, Preprocess
from .keras_applications import find_preprocessing, imagenet_labels, operations


def keras_classifier(
    model: Any, preprocess: Preprocess, labels: tuple[str, ...] | None
) -> Classifier:
    """Wrap a Keras model, run through one compiled function.

    `Model.predict` sets up a data pipeline at each call; on two cores a
    compiled function takes half its time (benchmarks/README.md).

    Raises
    ------
    ClassifierError
        The model takes or gives anything but one picture and one vector.
    """
    shape = _input_shape(model)
    inside: Callable[[Any], Any] | None = None
    outside: Callable[[NDArray[np.float32]], Any] | None = None
    if preprocess == "auto":
        found = find_preprocessing(model)
        inside, words = found.function, found.words
    elif preprocess is None:
        words = "none: 0..255 (as you said)"
    else:
        outside = preprocess
        words = f"your own ({getattr(preprocess, '__name__', type(preprocess).__name__)})"

    compiled = _compiled(model, inside, shape)

    def forward(batch: NDArray[np.float32]) -> Any:
        return compiled(batch if outside is None else np.asarray(outside(batch), np.float32))

    return Classifier(
        name=model.name,
        input_shape=shape,
        forward=forward,
        preprocessing=words,
        output=_output_kind(model),
        labels=labels or imagenet_labels(model),
    )


def _compiled(
    model: Any, preprocess: Callable[[Any], Any] | None, shape: tuple[int | None, int | None, int]
) -> Callable[[NDArray[np.float32]], Any]:
    dtype = _input_dtype(model)

    def run(batch: Any) -> Any:
        return model(_cast(preprocess(batch) if preprocess else batch, dtype), training=False)

    import keras  # noqa: PLC0415 - only when a Keras model is given

    if keras.backend.backend() != "tensorflow":
        return lambda batch: keras.ops.convert_to_numpy(run(keras.ops.convert_to_tensor(batch)))

    import tensorflow as tf  # noqa: PLC0415 - alike

    # A free batch axis: one trace serves the last, shorter batch as well.
    signature = [tf.TensorSpec((None, *shape), tf.float32)]
    function = tf.function(run, input_signature=signature, autograph=False)

    def call(batch: NDArray[np.float32]) -> Any:
        output = function(tf.convert_to_tensor(batch))
        return output.numpy() if hasattr(output, "numpy") else output

    return call


def _cast(batch: Any, dtype: str) -> Any:
    import keras  # noqa: PLC0415 - alike

    return keras.ops.cast(batch, dtype)


def _input_dtype(model: Any) -> str:
    inputs = getattr(model, "inputs", None)
    return str(getattr(inputs[0].dtype, "name", inputs[0].dtype)) if inputs else "float32"


def _input_shape(model: Any) -> tuple[int | None, int | None, int]:
    inputs = getattr(model, "inputs", None)
    if not inputs:  # a subclassed model: nothing to read
        return (None, None, 3)
    if len(inputs) != 1:
        raise ClassifierError(
            f"{model.name} takes {len(inputs)} inputs; wanted is a model of one picture. "
            "Wrap it in a function of a batch that gives the others."
        )
    shape = tuple(inputs[0].shape)
    if len(shape) != 4 or shape[3] not in {1, 3, 4}:
        raise ClassifierError(
            f"{model.name} takes input of shape {shape}; wanted is (None, height, width, channels) "
            "with 1, 3 or 4 channels. Wrap it in a function of a batch (n, H, W, 3) in 0..255."
        )
    return (shape[1], shape[2], int(shape[3]))


def _output_kind(model: Any) -> OutputKind | None:
    """Read the last layer's activation; None where values must tell.

    A subclassed model lists its layers as they were made, not as they are called.
    """
    if not getattr(model, "inputs", None):
        return None
    last = list(operations(model))[-1]
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    if type(last).__name__ in {"Softmax", "Sigmoid"}:  # layers and operations of their own
        activation = type(last).__name__.lower()
    shape = getattr(model, "output_shape", None)
    single = isinstance(shape, tuple) and shape[-1] == 1
    kinds: dict[str | None, OutputKind] = {
        "softmax": "softmax",
        "sigmoid": "sigmoid" if single else "sigmoids",
        "linear": "logits",
    }
    return kinds.get(activation)
