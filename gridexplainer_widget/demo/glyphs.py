"""Objects from Noto Color Emoji, and the details that identify them.

The font (Copyright Google, SIL Open Font License 1.1) is drawn at 109 px, the size of its bitmaps.
Only making the demo needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

FONT: Final = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
FONT_SIZE: Final = 109

# In the order of the classifier's outputs.
CLASSES: Final[dict[str, str]] = {
    "dog": "🐶🐕",
    "cat": "🐱🐈",
    "horse": "🐴🐎",
    "owl": "🦉",
    "elephant": "🐘",
    "fish": "🐟🐠",
    "butterfly": "🦋",
    "flower": "🌻🌷",
    "car": "🚗🚙",
    "bicycle": "🚲",
    "pizza": "🍕",
    "guitar": "🎸",
}
LABELS: Final = tuple(CLASSES)
# Of no class.
CLUTTER: Final = "⚽🎈🍎☁⭐🎁🍄🌵🍩🔔🧶🦴☂🏀🍓🎩🌳🎲"


@dataclass(frozen=True)
class Glyph:
    """A drawn and cropped object, in RGBA.

    `detail`, of mode L, is how telling each pixel is: 0 outside the object, small on plain fur,
    large at eyes, snout, stripes and outline.
    """

    image: Image.Image
    detail: Image.Image


def label_of(char: str) -> str | None:
    """Return a glyph's label; None for clutter."""
    return next((label for label, chars in CLASSES.items() if char in chars), None)


@cache
def glyph(char: str) -> Glyph:
    """Draw one emoji; FileNotFoundError without the font."""
    image = _drawn(char)
    image = image.crop(image.getchannel("A").getbbox())
    detail = Image.fromarray(_detail(np.asarray(image, dtype=np.float32)))
    return Glyph(image=image, detail=detail)


@cache
def _font() -> ImageFont.FreeTypeFont:
    if not FONT.exists():
        raise FileNotFoundError(
            f"no Noto Color Emoji at {FONT}: the demo's pictures are drawn with it; "
            "install Debian's package fonts-noto-color-emoji"
        )
    return ImageFont.truetype(str(FONT), FONT_SIZE)


def _drawn(char: str) -> Image.Image:
    # On a transparent canvas, text would get dark edges.
    on_black, on_white = (_text(char, shade) for shade in (0, 255))
    alpha = 1 - (on_white - on_black).mean(axis=2, keepdims=True) / 255
    colour = on_black / np.maximum(alpha, 1 / 255)
    pixels = np.concatenate([np.clip(colour, 0, 255), 255 * alpha], axis=2)
    return Image.fromarray(np.rint(pixels).astype(np.uint8))


def _text(char: str, shade: int) -> NDArray[np.float32]:
    canvas = Image.new("RGB", (160, 160), (shade, shade, shade))
    ImageDraw.Draw(canvas).text((8, 8), char, font=_font(), embedded_color=True)
    return np.asarray(canvas, dtype=np.float32)


def _detail(rgba: NDArray[np.float32]) -> NDArray[np.uint8]:
    alpha = rgba[..., 3] / 255
    # Over middle grey, the outline is an edge, too.
    flat = rgba[..., :3] * alpha[..., None] + 128 * (1 - alpha[..., None])
    padded = np.pad(flat, ((4, 4), (4, 4), (0, 0)), constant_values=128)
    edges = sum(
        ndimage.gaussian_gradient_magnitude(padded[..., channel], 1.5) for channel in range(3)
    )
    soft = ndimage.gaussian_filter(edges, 3.0)[4:-4, 4:-4]
    weight = alpha * (0.25 * soft[alpha > 0.5].mean() + soft)
    return np.asarray(np.rint(255 * weight / weight.max()), dtype=np.uint8)
