"""Render scenes; the same scene gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from .arrays import Floats
from .backgrounds import background
from .glyphs import glyph, label_of
from .mark import MARK, mark_layer

SIDE: Final = 128


@dataclass(frozen=True)
class Item:
    """One glyph in a scene.

    Attributes
    ----------
    x, y, size
        Centre and longer side, as shares of the picture's side.
    angle
        Degrees, counter-clockwise.
    brightness
        Factor on the colours.
    blur
        Radius in pixels.
    """

    char: str
    x: float
    y: float
    size: float
    angle: float = 0.0
    flip: bool = False
    brightness: float = 1.0
    blur: float = 0.0


@dataclass(frozen=True)
class Scene:
    """A background (kind and seed) and the items on it, back to front.

    `mark` is the stamp's offset in pixels from the left and bottom edges.
    """

    kind: str
    seed: int
    items: tuple[Item, ...]
    mark: tuple[int, int] | None = None


@dataclass(frozen=True)
class Rendered:
    """A drawn scene.

    Attributes
    ----------
    picture : (SIDE, SIDE, 3)
    masks : label or "mark" → (SIDE, SIDE)
        True where visible. Clutter has none.
    evidence : label or "mark" → (SIDE, SIDE)
        Share of the object's telling detail in each pixel: sums to 1, or less if partly hidden or
        cut off.
    """

    picture: NDArray[np.uint8]
    masks: dict[str, NDArray[np.bool_]]
    evidence: dict[str, Floats]


def render(scene: Scene) -> Rendered:
    """Draw a scene, with at most one object per label."""
    canvas = background(scene.kind, scene.seed, SIDE)
    alphas: dict[str, Floats] = {}
    evidence: dict[str, Floats] = {}
    for item in scene.items:
        colour, alpha, detail = _layer(item)
        canvas = _over(_shade(canvas, alpha), colour, alpha)
        _hide(alphas, evidence, alpha)
        label = label_of(item.char)
        if label is not None:
            alphas[label], evidence[label] = alpha, detail
    if scene.mark is not None:
        colour, alpha = mark_layer(SIDE, *scene.mark)
        canvas = _over(canvas, colour, alpha)
        _hide(alphas, evidence, alpha)
        alphas[MARK], evidence[MARK] = alpha, alpha / alpha.sum()
    return Rendered(
        picture=np.rint(np.clip(canvas, 0, 255)).astype(np.uint8),
        masks={label: alpha > 0.5 for label, alpha in alphas.items()},
        evidence=evidence,
    )


def _hide(alphas: dict[str, Floats], evidence: dict[str, Floats], front: Floats) -> None:
    for seen in (alphas, evidence):
        for label, share in seen.items():
            seen[label] = share * (1 - front)


def _over(canvas: Floats, colour: Floats, alpha: Floats) -> Floats:
    return canvas + (colour - canvas) * alpha[..., None]


def _shade(canvas: Floats, alpha: Floats) -> Floats:
    # A soft shadow below makes the object stand on the ground.
    outline = Image.fromarray(np.rint(255 * alpha).astype(np.uint8))
    soft = np.asarray(outline.filter(ImageFilter.BoxBlur(3)), dtype=np.float32) / 255
    shadow = np.zeros_like(soft)
    shadow[3:] = soft[:-3]
    return np.asarray(canvas * (1 - 0.28 * shadow[..., None]), dtype=np.float32)


def _layer(item: Item) -> tuple[Floats, Floats, Floats]:
    drawn = glyph(item.char)
    scale = item.size * SIDE / max(drawn.image.size)
    size = tuple(max(2, round(scale * side)) for side in drawn.image.size)
    image, detail = (
        _turned(picture, (size[0], size[1]), item) for picture in (drawn.image, drawn.detail)
    )
    left = round(item.x * SIDE - image.width / 2)
    top = round(item.y * SIDE - image.height / 2)
    whole = np.asarray(detail, dtype=np.float32).sum()
    rgba, weight = Image.new("RGBA", (SIDE, SIDE)), Image.new("L", (SIDE, SIDE))
    rgba.paste(image, (left, top))
    weight.paste(detail, (left, top))
    pixels = np.asarray(rgba, dtype=np.float32)
    return (
        np.clip(pixels[..., :3] * np.float32(item.brightness), 0, 255),
        pixels[..., 3] / np.float32(255),
        np.asarray(weight, dtype=np.float32) / np.float32(whole),
    )


def _turned(image: Image.Image, size: tuple[int, int], item: Item) -> Image.Image:
    small = image.resize(size, Image.Resampling.BICUBIC)
    if item.flip:
        small = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if item.angle:
        small = small.rotate(item.angle, Image.Resampling.BICUBIC, expand=True)
    if item.blur:
        small = small.filter(ImageFilter.GaussianBlur(item.blur))
    return small
