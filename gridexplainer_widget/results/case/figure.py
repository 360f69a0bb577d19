"""A map on its picture, as SVG that prints; the picture is on the page once."""

from __future__ import annotations

import io
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.picture import png_bytes
from gridexplainer_widget.results.data.tint import AGAINST, MAX_OPACITY, SUPPORTS

from .parts import text

MAX_LOSSLESS_BYTES: Final = 384 * 1024
"""Larger pictures are JPEG."""

WIDTH: Final = 480
"""Of a drawing, in its own units."""

MOST_NUMBERS: Final = 144
"""Cells in which there is room for a number."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is drawn over a picture.

    Parameters
    ----------
    grid : Grid
    size : (height, width)
        Of the displayed picture.
    shares : float array (rows, columns)
        Of the full colour, −1 to 1; NaN where nothing is known.
    numbers : list of str, or nothing
        One for each cell.
    outlined : bool array (rows, columns), optional
        Cells with a line around them.
    shaded : bool array (rows, columns), optional
        Cells that are dark.
    """

    grid: Grid
    size: tuple[int, int]
    shares: NDArray[np.floating]
    numbers: tuple[str, ...] = ()
    outlined: NDArray[np.bool_] | None = None
    shaded: NDArray[np.bool_] | None = None


def image_url(pixels: NDArray[np.uint8]) -> str:
    """Write a picture into a page."""
    png = png_bytes(pixels)
    if len(png) <= MAX_LOSSLESS_BYTES:
        return f"data:image/png;base64,{b64encode(png).decode()}"
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=80, subsampling=0)
    return f"data:image/jpeg;base64,{b64encode(file.getvalue()).decode()}"


def picture_svg(pixels: NDArray[np.uint8], name: str, said: str) -> str:
    """Draw a picture by which others refer to it."""
    height = _height(pixels.shape[:2])
    return _svg(height, said, f'<image id="{name}" {_place(height)} href="{image_url(pixels)}"/>')


def map_svg(drawing: Drawing, said: str, under: str) -> str:
    """Draw a map over a picture, given as SVG."""
    height = _height(drawing.size)
    return _svg(height, said, under + "".join(_cells(drawing, height)))


def image(pixels: NDArray[np.uint8]) -> str:
    """Lay a picture under a map."""
    return f'<image {_place(_height(pixels.shape[:2]))} href="{image_url(pixels)}"/>'


def again(name: str, *, grey: bool = False) -> str:
    """Lay a picture under a map that is on the page already; under colours it is grey."""
    return f'<use href="#{name}" class="{"grey" if grey else "plain"}"/>'


def _cells(drawing: Drawing, height: float) -> list[str]:
    grid, outlined, shaded = drawing.grid, drawing.outlined, drawing.shaded
    parts, lines = list[str](), list[str]()
    for cell, box in enumerate(grid.boxes()):
        place = grid.position(cell)
        x, right = (WIDTH * edge / grid.width for edge in (box.left, box.right))
        y, bottom = (height * edge / grid.height for edge in (box.top, box.bottom))
        at = f'x="{x:.2f}" y="{y:.2f}" width="{right - x:.2f}" height="{bottom - y:.2f}"'
        share = float(drawing.shares[place])
        if np.isfinite(share) and abs(share) >= 0.005:
            color = SUPPORTS if share > 0 else AGAINST
            opacity = MAX_OPACITY * min(1.0, abs(share))
            parts.append(f'<rect {at} fill="{color}" fill-opacity="{opacity:.3f}"/>')
        if shaded is not None and shaded[place]:
            parts.append(f'<rect {at} class="shade" shape-rendering="crispEdges"/>')
        if outlined is not None and outlined[place]:
            lines.append(f'<rect {at} class="sure dark"/><rect {at} class="sure"/>')
        if drawing.numbers and drawing.numbers[cell]:
            size = min(15.0, (right - x) / 3.2, (bottom - y) / 1.4)
            middle = f'x="{(x + right) / 2:.1f}" y="{(y + bottom) / 2 + size / 3:.1f}"'
            lines.append(
                f'<text {middle} font-size="{size:.1f}">{text(drawing.numbers[cell], 12)}</text>'
            )
    return [*parts, *lines]


def _svg(height: float, said: str, inside: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.2f}" role="img" aria-label="{text(said)}">'
        f"{inside}</svg>"
    )


def _place(height: float) -> str:
    return f'width="{WIDTH}" height="{height:.2f}" preserveAspectRatio="none"'


def _height(size: tuple[int, ...]) -> float:
    return WIDTH * size[0] / size[1]
