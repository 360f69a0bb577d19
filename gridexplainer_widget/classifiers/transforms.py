"""Infer what an image processor or transform does to pixels by trying it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.core.picture import LUMINANCE

from .classifier import ShapeLike
from .preprocessing import PRESETS, Preprocessing

Transformed: TypeAlias = "NDArray[np.float64]"
"""Output of a transform: (channels, height, width)."""

PROBE_SIZES = ((300, 300), (200, 400), (400, 200))
"""Heights and widths, to see whether the output's size depends on them."""

PROBE_COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (12, 200, 99), (180, 90, 60))
HALF_COLOURS = ((12, 200, 99), (180, 90, 60))
"""Left and right half: they reveal changes of contrast and flips."""

REPEATS = 4


WANTED = (
    "Wanted is one for evaluation that takes a PIL image, resizes, crops, rescales and normalises "
    "it, and gives a tensor (channels, height, width). Say instead what it does to the pixels, "
    "such as preprocess='imagenet' or a function of a batch, and give input_shape=(height, width)."
)


def read_transform(transform: Any) -> tuple[Preprocessing, ShapeLike]:
    """Infer how a transform, or a Hugging Face image processor, changes colours and size.

    Return the preprocessing, and (height, width, channels): sizes are None where they depend on the
    picture; channels are 1 for grey, else None.

    Raises
    ------
    ValueError
        It is random, fails, or does more than scale and shift channels.
    """
    name = type(transform).__name__
    if "Random" in repr(transform):
        raise _refusal(name, "has random parts, which are for training.")
    black = _plain(transform, (0, 0, 0))
    scale = (_plain(transform, (255, 255, 255)) - black) / 255
    found = Preprocessing("", tuple(map(float, scale)), tuple(map(float, black)))
    for order in (found, replace(found, bgr=True)):
        if all(_fits(_plain(transform, rgb), order, rgb) for rgb in PROBE_COLOURS):
            _check_halves(transform, order)
            found = named_or_own(order, name)
            if _crops(transform, order):
                text = f"{found.description}; all is seen, its crop is left out"
                found = replace(found, description=text)
            return found, (*_size(transform), 1 if len(black) == 1 else None)
    raise _refusal(name, "does more to the colours than to scale and shift each channel.")


def named_or_own(found: Preprocessing, source: str) -> Preprocessing:
    """Describe a scale and offset, by an equal preset's name if there is one."""
    for usual in PRESETS.values():
        for known in (usual, usual.reversed()):
            if known.bgr == found.bgr and _same(known, found):
                return replace(known, description=f"{source}: {known.description}")
    ends = _ends(found)
    span = (ends.min(), ends.max()) if found.scale[0] > 0 else (ends.max(), ends.min())
    black, white = (f"{end:.3g}".replace("-", "−") for end in span)
    own = ", mean and deviation of its own" if np.ptp(ends, axis=1).max() > 1e-6 else ""
    order = ", RGB → BGR" if found.bgr else ""
    return replace(found, description=f"{source}: scaled to {black}..{white}{own}{order}")


def _same(known: Preprocessing, found: Preprocessing) -> bool:
    ends = _ends(found)
    return bool(np.allclose(_ends(known), ends, rtol=0, atol=1e-5 * np.ptp(ends)))


def _ends(preprocessing: Preprocessing) -> Transformed:
    """Return values of black and white: (2, channels)."""
    return np.outer((0, 255), preprocessing.scale) + preprocessing.offset


def _transformed(transform: Any, image: Image.Image) -> Transformed:
    name = type(transform).__name__
    roots = {cls.__module__.partition(".")[0] for cls in type(transform).__mro__}
    try:
        if "transformers" in roots:
            answer = transform(images=image)["pixel_values"][0]
        else:
            answer = transform(image)
    except Exception as error:
        what = f"{type(error).__name__}: {str(error).rstrip('.')}"
        raise _refusal(name, f"fails on a PIL image: {what}.") from error
    shape = getattr(answer, "shape", None)
    if shape is None or len(shape) != 3 or shape[0] not in {1, 3}:
        kind = type(answer).__name__ if shape is None else f"an array of shape {tuple(shape)}"
        raise _refusal(name, f"gives {kind} for a PIL image.")
    return np.asarray(answer, np.float64)


def _plain(transform: Any, rgb: tuple[int, int, int]) -> Transformed:
    """Return one colour's values: (channels,)."""
    answer = _transformed(transform, Image.new("RGB", PROBE_SIZES[0][::-1], rgb))
    colour: Transformed = answer[:, answer.shape[1] // 2, answer.shape[2] // 2]
    again = _transformed(transform, Image.new("RGB", PROBE_SIZES[0][::-1], rgb))
    if again.shape != answer.shape or not np.array_equal(again, answer):
        raise _refusal(type(transform).__name__, "answers the same picture differently each time.")
    if np.ptp(answer, axis=(1, 2)).max() > 1e-4 * max(1.0, np.abs(colour).max()):
        raise _refusal(
            type(transform).__name__, "adds a border or changes pixels by where they are."
        )
    return colour


def _check_halves(transform: Any, found: Preprocessing) -> None:
    height, width = PROBE_SIZES[0]
    image = Image.new("RGB", (width, height), HALF_COLOURS[0])
    image.paste(HALF_COLOURS[1], (width // 2, 0, width, height))
    answers = [_transformed(transform, image) for _ in range(REPEATS)]
    name = type(transform).__name__
    if any(not np.array_equal(answer, answers[0]) for answer in answers):
        raise _refusal(name, "answers the same picture differently each time.")
    for column, rgb in zip((0, -1), HALF_COLOURS, strict=True):
        if not all(_fits(answers[0][:, row, column], found, rgb) for row in (0, -1)):
            raise _refusal(name, "does not treat each pixel by itself.")


def _fits(answer: Transformed, found: Preprocessing, rgb: tuple[int, int, int]) -> bool:
    grey = len(answer) == 1
    pixel = np.dot(rgb, LUMINANCE) if grey else np.array(rgb[::-1] if found.bgr else rgb)
    expected = pixel * np.array(found.scale) + found.offset
    levels = 1 if grey else 0.05  # Pillow rounds grey to whole levels
    return bool((np.abs(answer - expected) <= levels * np.abs(found.scale) + 1e-9).all())


def _crops(transform: Any, found: Preprocessing) -> bool:
    """Tell whether a square loses a rim of 1/25 of its side."""
    side = PROBE_SIZES[0][0]
    rim = max(
        side // 25, 2 * side // _transformed(transform, Image.new("RGB", (side, side))).shape[1]
    )
    image = Image.new("RGB", (side, side), HALF_COLOURS[0])
    image.paste(HALF_COLOURS[1], (rim, rim, side - rim, side - rim))
    return not _fits(_transformed(transform, image)[:, 0, 0], found, HALF_COLOURS[0])


def _size(transform: Any) -> tuple[int | None, int | None]:
    shapes = {
        _transformed(transform, Image.new("RGB", (width, height))).shape[1:]
        for height, width in PROBE_SIZES
    }
    heights, widths = ({shape[axis] for shape in shapes} for axis in (0, 1))
    return (
        heights.pop() if len(heights) == 1 else None,
        widths.pop() if len(widths) == 1 else None,
    )


def _refusal(name: str, why: str) -> ValueError:
    return ValueError(f"{name} {why} {WANTED}")
