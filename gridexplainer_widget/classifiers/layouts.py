"""How the pixels of a batch are laid out for a model: sizes, types, pieces."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import ClassifierError

from .classifier import Overrides, Shape

SAY_SHAPE: Final = "Say input_shape=(height, width, channels), or (height, width)"


def picture_shape(shape: tuple[Any, ...], name: str) -> tuple[Shape, bool]:
    """Read (batch, height, width, channels), and whether the pictures have no channels.

    Raises
    ------
    ClassifierError
        It is no batch of pictures.
    """
    if len(shape) == 3:
        return (shape[1], shape[2], 1), True
    if len(shape) != 4 or shape[3] not in {1, 3, 4}:
        raise ClassifierError(
            f"{name} takes input of shape {shape}; wanted is (None, height, width, channels) "
            "with 1, 3 or 4 channels. Wrap it in a function of a batch (n, H, W, 3) in 0..255."
        )
    return (shape[1], shape[2], int(shape[3])), False


def read_rows(features: int, said: Overrides, name: str) -> tuple[Shape, str]:
    """Read a picture's shape off the length of a row of its pixels.

    Parameters
    ----------
    features : int
        How many numbers a row has.
    said : Said
        What the user says of the shape goes before.
    name : str
        The model's, for the error.

    Returns
    -------
    (height, width, channels), str
        And what to say of it where it might be another, to be put behind the
        preprocessing's words.

    Raises
    ------
    ClassifierError
        The user said no size, or another, and a square in grey or RGB has another.
    """
    height, width, channels = said.input_shape
    if height and width:
        return _said_rows(features, said, name, height * width), ""
    for count in (channels,) if channels else (1, 3):
        side = math.isqrt(features // count)
        if side and side * side * count == features:
            doubtful = not channels and side % 2 == 0 and count == 1
            words = f"; {features} numbers are taken for {side}×{side} in grey (input_shape=…)"
            return (side, side, count), words if doubtful else ""
    raise ClassifierError(
        f"{name} takes rows of {features} numbers, which is no square picture in grey or RGB. "
        f"{SAY_SHAPE}."
    )


def _said_rows(features: int, said: Overrides, name: str, pixels: int) -> Shape:
    found = features // pixels if features in {pixels, 3 * pixels, 4 * pixels} else 3
    shape = said.shape((None, None, found))
    # What a function makes of the pixels may be any number of features.
    own = said.preprocessing is not None and said.preprocessing.function is not None
    if pixels * shape[2] != features and not own:
        raise ClassifierError(
            f"{name} takes rows of {features} numbers; input_shape={shape} has "
            f"{pixels * shape[2]}. {SAY_SHAPE}, of {features} numbers in all, or give "
            "preprocess=… a function of a batch that makes features of it."
        )
    return shape


def to_front(batch: PreparedBatch) -> PreparedBatch:
    """Put the channels first; a preprocessing of the user's may have done so already."""
    if batch.ndim == 4 and batch.shape[1] in {1, 3, 4} and batch.shape[3] not in {1, 3, 4}:
        return np.ascontiguousarray(batch)
    return np.ascontiguousarray(batch.transpose(0, 3, 1, 2))


def as_dtype(values: NDArray[Any], dtype: str) -> NDArray[Any]:
    """Round to whole numbers, and bound by their type, where whole numbers are taken.

    Parameters
    ----------
    values : float32 array
    dtype : str
        What the model takes; "bfloat16", which NumPy lacks, is left to the framework.
    """
    if dtype == "bfloat16":
        return values
    if np.dtype(dtype).kind not in "iu":
        return np.asarray(values, dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values.astype(np.float64)), limits.min, limits.max).astype(dtype)


def in_pieces(
    ask: Callable[[PreparedBatch], Any], size: int | None
) -> Callable[[PreparedBatch], Any]:
    """Ask a model that takes `size` pictures at once, no more and no fewer; None: any number.

    Parameters
    ----------
    ask : callable
        (size, height, width, channels) → an array, or a dictionary of them, of `size` rows.
    size : int or None
    """
    if size is None:
        return ask

    def forward(batch: PreparedBatch) -> Any:
        answers = []
        for start in range(0, len(batch), size):
            piece = batch[start : start + size]
            missing = size - len(piece)
            padded = np.pad(piece, [(0, missing), (0, 0), (0, 0), (0, 0)], mode="edge")
            answers.append(ask(padded if missing else piece))
        if isinstance(answers[0], dict):
            return {key: _joined([answer[key] for answer in answers], batch) for key in answers[0]}
        return _joined(answers, batch)

    return forward


def _joined(answers: list[Any], batch: PreparedBatch) -> NDArray[Any]:
    """Put the rows of all pieces together, without those that only filled up the last one."""
    joined = np.concatenate([np.atleast_1d(answer) for answer in answers])
    return joined[: len(batch)]
