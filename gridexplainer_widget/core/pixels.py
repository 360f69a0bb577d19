"""Arrays → RGB pixels: float32, 0..255."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

STRIP_ROWS: Final = 256

ROUNDING: Final = 1e-4
"""How far, as a share of the range, values may leave it: resizing in float32 leaves 255.0008."""


def rgb_pixels(source: Any) -> NDArray[np.float32]:
    """Convert an array to float32 (H, W, 3); see `read_picture` for kinds and errors."""
    array = _number_array(source)
    if array.dtype == np.uint16 and array.size and array.max() > 255:
        _refuse_12_bits(array)
        array = _from_16_bits(array)
    if array.ndim == 2:
        array = array[..., np.newaxis]
    if array.ndim != 3 or array.shape[-1] not in {1, 3, 4}:
        raise ValueError(_shape_message(array.shape))
    if array.size == 0:
        raise ValueError(f"The picture has no pixels: its shape is {array.shape}.")
    array = _rescaled_alpha(array)
    return _in_strips(array, _scaling(array))


def decoded_pixels(array: NDArray[Any]) -> NDArray[np.float32]:
    """Convert a file's array; unlike others, uint16 is 16 bits deep however dark it is."""
    if array.dtype != np.uint16:
        return rgb_pixels(array)
    _refuse_12_bits(array)
    return _in_strips(array[..., np.newaxis], _from_16_bits)


def _in_strips(
    array: NDArray[Any], scaled: Callable[[NDArray[Any]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Make RGB of some rows at a time, so that nothing else is as large as the result."""
    pixels = np.empty((*array.shape[:2], 3), np.float32)
    for top in range(0, len(array), STRIP_ROWS):
        strip = slice(top, top + STRIP_ROWS)
        pixels[strip] = three_channels(scaled(array[strip]))
    return pixels


def _refuse_12_bits(array: NDArray[np.uint16]) -> None:
    """Refuse maxima of 256 to 4095, perhaps 10 or 12 bits."""
    highest = int(array.max(initial=0))
    if 255 < highest <= 4095:
        raise ValueError(
            f"The picture's 16-bit values end at {highest}: it is 10 or 12 bits deep, or very "
            "dark. Give it as an array that says which: pixels / 4095 for 12 bits, "
            "pixels / 65535 for 16."
        )


def _rescaled_alpha(array: NDArray[Any]) -> NDArray[Any]:
    """Scale alpha in 0..1 to 0..255 if the colours are in 0..255: else little would show."""
    most = 1 + ROUNDING
    if array.shape[-1] != 4 or array.dtype.kind != "f" or not array[..., :3].max() > most:
        return array
    if not 0 < array[..., 3].max() <= most:
        return array
    return np.concatenate([array[..., :3], 255 * array[..., 3:]], axis=-1)


def _number_array(source: Any) -> NDArray[Any]:
    wanted = "Give a path, bytes, a PIL image or an array (H, W, 3), uint8 or float."
    try:
        if hasattr(source, "detach"):  # PyTorch's, perhaps with a gradient or on a device
            source = source.detach().cpu()
            source = source.float() if "bfloat16" in str(source.dtype) else source
        array = np.asarray(source)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{type(source).__name__} is no picture: {error}. {wanted}") from error
    if array.dtype.name == "bfloat16":
        return array.astype(np.float32)
    if array.dtype.kind not in "uif":
        what = f"{type(source).__name__} of dtype {array.dtype}"
        raise ValueError(f"{what} is no picture. {wanted}")
    return array


def _scaling(array: NDArray[Any]) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    """Find what brings the values to float32, 0..255; refuse others."""
    low, high = float(array.min()), float(array.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        bad = int(array.size - np.isfinite(array).sum())
        raise ValueError(
            f"The picture holds NaN or infinity in {bad} of {array.size} values; "
            "replace them (np.nan_to_num) or find out where they come from."
        )
    unit = array.dtype.kind == "f" and high <= 1 + ROUNDING
    top = 1 if unit else 255
    if low < -ROUNDING * top or high > (1 + ROUNDING) * top:
        raise ValueError(
            f"The picture's values run from {low:g} to {high:g}; 0..255 (or 0..1 as float) is "
            "wanted. Give the raw picture: preprocessing comes after cells are hidden."
        )
    if unit:
        return _from_unit
    if high < 2 and array.dtype.kind == "f" and not np.equal(array, np.rint(array)).all():
        raise ValueError(
            f"The picture's values run from {low:g} to {high:g}: more than 0..1, far less "
            "than 0..255. If 0..1 is meant, give np.clip(picture, 0, 1)."
        )
    return _as_float


def _from_16_bits(array: NDArray[Any]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = array / np.float32(257)
    return scaled


def _from_unit(array: NDArray[Any]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = array.astype(np.float32) * np.float32(255)
    return _as_float(scaled)


def _as_float(array: NDArray[Any]) -> NDArray[np.float32]:
    clipped: NDArray[np.float32] = np.clip(array.astype(np.float32), 0, 255)
    return clipped


def three_channels(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert grey or RGBA in 0..255 to RGB, alpha over white."""
    if array.shape[-1] == 1:
        return np.repeat(array, 3, axis=-1)
    if array.shape[-1] == 4 and array[..., 3].min() < 255:
        alpha = array[..., 3:] / 255
        over_white: NDArray[np.float32] = array[..., :3] * alpha + np.float32(255) * (1 - alpha)
        return over_white
    return array[..., :3]


def _shape_message(shape: tuple[int, ...]) -> str:
    hint = ""
    if len(shape) == 4:
        hint = " This looks like a batch: give one picture, img[0]."
    elif len(shape) == 3 and shape[0] in {1, 3, 4}:
        hint = " This looks like channels first: give np.moveaxis(img, 0, -1)."
    return (
        f"The picture has shape {shape}; wanted is (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).{hint}"
    )
