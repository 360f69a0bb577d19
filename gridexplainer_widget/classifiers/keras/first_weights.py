"""See which colours reach a Keras model's first weights."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import get_ident
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .layer_calls import layers_within, overridden
from .source import Source

COLOURS = ((0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (12, 200, 99))
"""Plain pictures to try: R, G, B."""

GREYS = ((0,), (255,), (12,), (200,))

TOLERANCE = 1.0
"""Levels of 255 within which a colour counts as the same: some operations round."""

DEFAULT_SIDE_PIXELS = 96
"""Side of the plain pictures for a model of any size."""

ONLY_SCALES = {"Rescaling", "Normalization"}
"""Layers whose weights, if any, are the preprocessing's own."""


class _ReachedError(BaseException):
    """Ends the call; Keras makes errors of its own of any Exception."""


def colours_reaching(source: Source) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return colours (n, channels), and what of each reaches the first weights (n, channels).

    None where that cannot be seen.
    """
    if not source.model.built:
        return None
    channels = (*source.shape, 1)[2] or 3
    colours = _colours(channels)
    height, width = (side or DEFAULT_SIDE_PIXELS for side in source.shape[:2])
    pictures = np.broadcast_to(colours[:, None, None], (len(colours), height, width, channels))
    count = source.batch or len(colours)
    reached = []
    for start in range(0, len(colours), count):
        piece = pictures[start : start + count]
        padded = np.concatenate([piece, np.repeat(piece[-1:], count - len(piece), axis=0)])
        given = padded[..., 0] if len(source.shape) == 2 else padded
        taken = _taken_first(source, given.astype(_numpy_dtype(source.dtype)))
        if taken is None or len(taken) != count:
            return None
        reached.append(_middles(taken, channels)[: len(piece)])
    return colours, np.concatenate(reached)


def _colours(channels: int) -> NDArray[np.float64]:
    if channels == 1:
        return np.array(GREYS, np.float64)
    opaque = np.full((len(COLOURS), max(channels - 3, 0)), 255)
    return np.concatenate([COLOURS, opaque], axis=1).astype(np.float64)


def _numpy_dtype(dtype: str) -> str:
    return "float32" if dtype == "bfloat16" else dtype


def _taken_first(source: Source, pictures: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return the input of the first layer with weights; run no further."""
    taken: list[Any] = []
    thread = get_ident()

    def stopping(layer: Any) -> Callable[..., Any]:
        call = layer.call

        def stopped(*args: Any, **kwargs: Any) -> Any:
            if get_ident() != thread:  # somebody else's
                return call(*args, **kwargs)
            taken.extend((*args, *kwargs.values()))
            raise _ReachedError

        return stopped

    layers = [layer for layer in layers_within(source.model) if _weighs(layer)]
    # Whatever is raised instead: another size may do, which is not known.
    with suppress(_ReachedError, Exception):
        overridden(layers, stopping, lambda: source.run(pictures))
    if not taken or not hasattr(taken[0], "shape"):
        return None
    first = taken[0].detach().cpu().float() if hasattr(taken[0], "detach") else taken[0]
    return np.asarray(first).astype(np.float64)


def _weighs(layer: Any) -> bool:
    """Tell whether a layer has weights itself, not those of layers within."""
    within = getattr(layer, "_flatten_layers", lambda **_: ())(recursive=False, include_self=False)
    own = bool(getattr(layer, "weights", ())) and not any(part is not layer for part in within)
    return own and type(layer).__name__ not in ONLY_SCALES


def _middles(taken: NDArray[np.float64], channels: int) -> NDArray[np.float64]:
    """Return the colour in the middle of each map, or of each row of pixels."""
    if taken.ndim == 4 and taken.shape[3] not in {1, 3, 4} and taken.shape[1] in {1, 3, 4}:
        taken = taken.transpose(0, 2, 3, 1)
    if taken.ndim == 4 and taken.shape[3] in {1, 3, 4}:
        middles: NDArray[np.float64] = taken[:, taken.shape[1] // 2, taken.shape[2] // 2]
        return middles
    if taken[0].size % channels:
        return taken.reshape(len(taken), -1)
    pixels = taken.reshape(len(taken), -1, channels)
    return pixels[:, pixels.shape[1] // 2]


def unchanged(colours: NDArray[np.float64], reached: NDArray[np.float64]) -> bool:
    """Tell whether colours keep their range: also if grey is repeated, or made of them."""
    channels, count = colours.shape[1], reached.shape[1]
    if channels >= 3 and count == 1:  # black and white
        return bool(np.abs(reached[:2] - colours[:2, :1]).max() <= TOLERANCE)
    expected = colours[:, :count] if channels > 1 else np.repeat(colours, count, axis=1)
    same = expected.shape == reached.shape
    return same and bool(np.abs(reached - expected).max() <= TOLERANCE)
