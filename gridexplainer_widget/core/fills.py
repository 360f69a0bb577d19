"""What replaces a hidden cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import ImageColor

from gridexplainer_widget.core.arrays import Pixels

from .grid import Grid
from .linear_fill import linear_fill, plain
from .patch_fill import patch_fill
from .picture import LUMINANCE
from .shown import shown

FillLike: TypeAlias = (
    "str | Sequence[float] | Callable[[Pixels, NDArray[np.bool_]], ArrayLike] | Fill"
)
"""A name, a colour ("red", "#808080" or (r, g, b) in 0..255), or a callable."""

NAMES = (
    "picture-mean",
    "cell-mean",
    "cell-gray",
    "blur",
    "noise",
    "patches",
    "inpaint",
    "linear",
)

LOCAL: Final = ("inpaint", "linear")
"""Fill each set of hidden cells by what surrounds it."""

NEEDS_OPENCV: Final = "needs OpenCV: pip install 'gridexplainer-widget[inpaint]'"

DEFAULT_FILL: Final = "picture-mean"
"""docs/fills.md says why."""

WANTED = (
    f"Wanted is one of {', '.join(repr(name) for name in NAMES)}, a colour such as 'gray', "
    "'#808080' or (128, 128, 128), or a callable fill(pixels, hidden) that returns what stands "
    "in for the pixels where `hidden` is true."
)


@dataclass(frozen=True)
class Fill:
    """A way to hide cells: `whole` or `local`.

    Parameters
    ----------
    whole : callable (pixels, grid) -> array (H, W, C), optional
        Makes the picture that hidden cells are copied from.
    local : callable (pixels, hidden) -> array, optional
        Fills one set of hidden cells, bool (H, W); the result broadcasts to (H, W, C).
    """

    name: str
    whole: Callable[[Pixels, Grid], Pixels] | None = field(default=None, repr=False)
    local: Callable[[Pixels, NDArray[np.bool_]], ArrayLike] | None = field(default=None, repr=False)


def parse_fill(fill: FillLike, seed: int = 0) -> Fill:
    """Read a fill from its name, a colour or a callable.

    Parameters
    ----------
    fill : str, (r, g, b), callable or Fill
        - ``"picture-mean"``: the picture's mean, per channel; the default.
        - ``"cell-mean"``: each cell's mean, per channel; leaves a plain cell as it is.
        - ``"cell-gray"``: each cell's mean over pixels and channels.
        - ``"blur"``: Gaussian blur; sigma is half a cell's longer side.
        - ``"noise"``: normal, with the picture's mean and deviation per channel,
          clipped to 0..255.
        - ``"patches"``: a mirrored patch of the picture from elsewhere; see
          :func:`gridexplainer_widget.core.patch_fill.patch_fill`.
        - ``"inpaint"``: A. Telea, "An Image Inpainting Technique Based on the Fast
          Marching Method", 2004; the picture's mean if everything is hidden;
          needs the extra ``[inpaint]``.
        - ``"linear"``: each pixel is the weighted mean of its neighbours, plus a little noise;
          see :func:`gridexplainer_widget.core.linear_fill.linear_fill`.
        - a colour; a one-channel model sees its luminance.
        - a callable ``fill(pixels, hidden)``: float32 (H, W, C) in 0..255 and
          bool (H, W) → an array that broadcasts to (H, W, C).
    seed : int
        For ``"noise"``, ``"patches"`` and ``"linear"``.

    Raises
    ------
    ValueError
        The fill is unknown.
    ImportError
        ``"inpaint"`` without OpenCV.
    """
    if isinstance(fill, Fill):
        return fill
    if isinstance(fill, str):
        return _named(fill, seed)
    if callable(fill):
        name = shown(getattr(fill, "__name__", type(fill).__name__))
        return Fill(f"{name} (your own)" if _is_taken(name) else name, local=fill)
    return _color(fill)


FILL_TEXTS: Final = {
    "picture-mean": "the picture's average colour",
    "cell-mean": "each cell's average colour",
    "cell-gray": "each cell's average grey",
    "gray": "grey",
    "blur": "a blurred picture",
    "noise": "noise",
    "linear": "a blend of what is around",
    "inpaint": "a repair of the hole",
    "patches": "pieces from elsewhere in it",
}
"""In plain words; a colour and a fill of one's own keep their names."""


def fill_text(name: str) -> str:
    """Say in plain words what a fill of a name shows."""
    return FILL_TEXTS.get(name, name)


def unavailable_fills() -> dict[str, str]:
    """Tell by name what has to be installed for the fills that cannot be used."""
    return {} if find_spec("cv2") else {"inpaint": NEEDS_OPENCV}


def is_of_whole(name: str) -> bool:
    """Tell whether the fill of a name hides a cell alike, whatever else is hidden."""
    return name not in LOCAL and _is_taken(name)


def _is_taken(name: str) -> bool:
    try:
        return name in NAMES or bool(ImageColor.getrgb(name))
    except ValueError:
        return False


def _named(name: str, seed: int) -> Fill:
    if name == "inpaint":
        return Fill(name, local=_inpainter())
    if name == "linear":
        return Fill(name, local=linear_fill(seed))
    if name == "noise":
        return Fill(name, whole=lambda pixels, _: _noise(pixels, seed))
    if name == "patches":
        return Fill(name, whole=patch_fill(seed))
    whole = {
        "cell-mean": _cell_mean,
        "cell-gray": _cell_gray,
        "picture-mean": _picture_mean,
        "blur": _blur,
    }.get(name)
    if whole is not None:
        return Fill(name, whole=whole)
    try:
        rgb = ImageColor.getrgb(name)[:3]
    except ValueError:
        raise ValueError(f"fill={name!r} is unknown. {WANTED}") from None
    return _color(rgb, name)


def _color(rgb: Any, name: str | None = None) -> Fill:
    try:
        with np.errstate(over="ignore"):
            color = np.asarray(rgb, np.float32)
    except (TypeError, ValueError, OverflowError):
        color = np.empty(0, np.float32)
    if color.shape != (3,) or not ((color >= 0) & (color <= 255)).all():
        raise ValueError(f"fill={rgb!r:.200} is unknown. {WANTED}")

    def whole(pixels: Pixels, _: Grid) -> Pixels:
        if pixels.shape[-1] == 1:
            return _constant(pixels, color @ LUMINANCE)
        opaque = np.append(color, np.float32(255))
        return _constant(pixels, opaque[: pixels.shape[-1]])

    return Fill(name or "#{:02x}{:02x}{:02x}".format(*np.rint(color).astype(int)), whole=whole)


def _constant(pixels: Pixels, value: ArrayLike) -> Pixels:
    return np.broadcast_to(np.asarray(value, np.float32), pixels.shape)


def _picture_mean(pixels: Pixels, _: Grid) -> Pixels:
    return plain(pixels)


def _cell_mean(pixels: Pixels, grid: Grid) -> Pixels:
    return _mosaic(pixels, grid, lambda cell: cell.mean(axis=(0, 1), dtype=np.float64))


def _cell_gray(pixels: Pixels, grid: Grid) -> Pixels:
    return _mosaic(pixels, grid, lambda cell: cell.mean(dtype=np.float64))


def _mosaic(pixels: Pixels, grid: Grid, value: Callable[[Pixels], Any]) -> Pixels:
    replacement = np.empty_like(pixels)
    for top, left, bottom, right in grid.boxes():
        replacement[top:bottom, left:right] = value(pixels[top:bottom, left:right])
    return replacement


def _blur(pixels: Pixels, grid: Grid) -> Pixels:
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - slow to import, rarely used

    sigma = max(grid.height / grid.rows, grid.width / grid.columns) / 2
    blurred: Pixels = gaussian_filter(pixels, (sigma, sigma, 0), mode="reflect")
    return blurred


def _noise(pixels: Pixels, seed: int) -> Pixels:
    mean, deviation = pixels.mean(axis=(0, 1)), pixels.std(axis=(0, 1))
    noise = np.random.default_rng(seed).standard_normal(pixels.shape, np.float32)
    clipped: Pixels = np.clip(mean + deviation * noise, 0, 255)
    return clipped


def _inpainter() -> Callable[[Pixels, NDArray[np.bool_]], Pixels]:
    try:
        import cv2  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise ImportError(f"fill='inpaint' {NEEDS_OPENCV}.") from error

    def inpaint(pixels: Pixels, hidden: NDArray[np.bool_]) -> Pixels:
        if hidden.all():  # OpenCV would return the picture unchanged
            return plain(pixels)
        # OpenCV inpaints uint8 with one or three channels; only the hidden pixels are used.
        rounded = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
        mask = hidden.astype(np.uint8)
        channels = [
            cv2.inpaint(np.ascontiguousarray(rounded[..., c]), mask, 3, cv2.INPAINT_TELEA)
            for c in range(rounded.shape[-1])
        ]
        return np.stack(channels, axis=-1).astype(np.float32)

    return inpaint
