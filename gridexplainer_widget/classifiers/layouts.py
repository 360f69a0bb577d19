"""Shapes and dtypes of model inputs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import ClassifierError

from .classifier import Overrides, Shape

SHAPE_ADVICE: Final = "Say input_shape=(height, width, channels), or (height, width)"


def picture_shape(shape: tuple[Any, ...], name: str) -> tuple[Shape, bool]:
    """Read a shape (batch, height, width[, channels]), and whether it lacks channels."""
    if len(shape) == 3:
        return (shape[1], shape[2], 1), True
    if len(shape) != 4 or shape[3] not in {1, 3, 4}:
        raise ClassifierError(
            f"{name} takes input of shape {shape}; wanted is (None, height, width, channels) "
            "with 1, 3 or 4 channels. Wrap it in a function of a batch (n, H, W, 3) in 0..255."
        )
    return (shape[1], shape[2], int(shape[3])), False


def only_input(inputs: Sequence[Any], names: Iterable[str], model: str) -> Any:
    """Return a model's only input; raise ClassifierError if it has none or several."""
    if len(inputs) != 1:
        raise ClassifierError(
            f"{model} takes {len(inputs)} inputs ({', '.join(names)}); wanted is a model of one "
            "picture. Wrap it in a function of a batch that gives the others."
        )
    return inputs[0]


def read_rows(features: int, overrides: Overrides, name: str) -> tuple[Shape, str]:
    """Infer a picture's shape from its number of features.

    Use the user's size, else a square in grey or RGB. The second value is a remark on a guess,
    or "".
    """
    height, width, channels = overrides.input_shape
    if height and width:
        return _rows_of_given_size(features, overrides, name, height * width), ""
    for count in (channels,) if channels else (1, 3):
        side = math.isqrt(features // count)
        if side and side * side * count == features:
            doubtful = not channels and side % 2 == 0 and count == 1
            words = f"; {features} numbers are taken for {side}×{side} in grey (input_shape=…)"
            return (side, side, count), words if doubtful else ""
    raise ClassifierError(
        f"{name} takes rows of {features} numbers, which is no square picture in grey or RGB. "
        f"{SHAPE_ADVICE}."
    )


def _rows_of_given_size(features: int, overrides: Overrides, name: str, pixels: int) -> Shape:
    found = features // pixels if features in {pixels, 3 * pixels, 4 * pixels} else 3
    shape = overrides.shape((None, None, found))
    # A function may make any number of features.
    own = overrides.preprocessing is not None and overrides.preprocessing.function is not None
    if pixels * shape[2] != features and not own:
        raise ClassifierError(
            f"{name} takes rows of {features} numbers; input_shape={shape} has "
            f"{pixels * shape[2]}. {SHAPE_ADVICE}, of {features} numbers in all, or give "
            "preprocess=… a function of a batch that makes features of it."
        )
    return shape


def to_front(batch: PreparedBatch) -> PreparedBatch:
    """Put channels first, unless the user's preprocessing has done so."""
    if batch.ndim == 4 and batch.shape[1] in {1, 3, 4} and batch.shape[3] not in {1, 3, 4}:
        return np.ascontiguousarray(batch)
    return np.ascontiguousarray(batch.transpose(0, 3, 1, 2))


def as_dtype(values: NDArray[Any], dtype: str) -> NDArray[Any]:
    """Convert to a dtype: round and clip to integers; leave "bfloat16", which NumPy lacks."""
    if dtype == "bfloat16":
        return values
    if np.dtype(dtype).kind not in "iu":
        return np.asarray(values, dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values.astype(np.float64)), limits.min, limits.max).astype(dtype)
