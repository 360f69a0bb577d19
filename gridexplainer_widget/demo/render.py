"""A scene's description → its pixels, its masks and its telling details.

All functions are pure: the same scene gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from .backgrounds import background
from .glyphs import glyph, label_of
from .mark import MARK, mark_layer

SIDE: Final = 128
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Item:
    """One glyph in a scene.

    Attributes
    ----------
    char : str
        The glyph.
    x, y : float
        Its centre, as a share of the picture's side.
    size : float
        Its longer side, as a share of the picture's side.
    angle : float
        Degrees, counter-clockwise.
    flip : bool
        Mirrored left to right.
    brightness : float
        Factor on its colours.
    blur : float
        Radius in pixels; 0 is sharp.
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
    """A background and the things in front of it, the later ones further in front.

    Attributes
    ----------
    kind : str
        One of `backgrounds.KINDS`.
    seed : int
        The background's.
    items : tuple of Item
    mark : tuple of (int, int) or None
        Position of the photographer's stamp: pixels from the left and from the bottom edge.
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
    picture : (SIDE, SIDE, 3) array of uint8
        RGB.
    masks : dict of str to (SIDE, SIDE) array of bool
        Label (and "mark") → where that object is visible. Clutter has no mask.
    evidence : dict of str to (SIDE, SIDE) array of float32
        Label (and "mark") → the share of the whole object's telling detail in each pixel. It sums
        to 1 for an object that is wholly visible, and to less for one partly hidden or cut off.
    """

    picture: NDArray[np.uint8]
    masks: dict[str, NDArray[np.bool_]]
    evidence: dict[str, Floats]


def render(scene: Scene) -> Rendered:
    """Draw a scene with at most one object of each label."""
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
    # A soft shadow a little below the object makes it stand on the ground.
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
