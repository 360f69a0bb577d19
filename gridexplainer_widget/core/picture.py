"""Read pictures as RGB: float32, 0..255."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from .picture_file import decoded, from_pil
from .pixels import decoded_pixels, rgb_pixels
from .shown import quoted

PictureLike: TypeAlias = "str | os.PathLike[str] | bytes | Image.Image | ArrayLike | Picture"
"""What :func:`read_picture` takes."""

LUMINANCE: NDArray[np.float32] = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of RGB in grey: ITU-R 601-2, as Pillow's mode L."""

MAX_FILE_BYTES = 2**28
"""More than any picture takes that is small enough to be decoded."""

MAX_PATH = 200
"""Letters of a path in an error."""

DISPLAY_SIDE = 1024
"""Longest side of the displayed and stored copy."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of any size.

    Parameters
    ----------
    pixels : float32 RGB (height, width, 3), 0..255
    file_digest : str
        SHA-256 of the file that it came from; "" where it came from none.
    """

    pixels: NDArray[np.float32]
    file_digest: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def fitted(
        self, height: int | None, width: int | None, channels: int = 3
    ) -> NDArray[np.float32]:
        """Resize to a model's input: float32 (height, width, channels), 0..255, read-only, cached.

        None keeps the picture's own side. One channel is luminance; a fourth is opaque alpha.
        """
        size = (height or self.size[0], width or self.size[1])
        key = (*size, channels)
        if key not in self._fitted:
            pixels = np.array(self.pixels) if size == self.size else resized(self.pixels, size)
            self._fitted[key] = _with_channels(pixels, channels)
            self._fitted[key].setflags(write=False)
        return self._fitted[key]

    @cached_property
    def _fitted(self) -> dict[tuple[int, int, int], NDArray[np.float32]]:
        return {}

    @cached_property
    def displayed(self) -> NDArray[np.uint8]:
        """Copy for display: uint8 (h, w, 3), at most 1024 pixels a side."""
        height, width = self.size
        scale = min(1.0, DISPLAY_SIDE / max(height, width))
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        pixels = self.pixels if size == self.size else resized(self.pixels, size)
        return to_uint8(pixels)


def read_picture(source: PictureLike) -> Picture:
    """Read a picture.

    Parameters
    ----------
    source : path, bytes, PIL image, or array
        Arrays are uint8, uint16 or float, of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).
        Floats are 0..1 if none exceeds 1, else 0..255. uint16 is 0..65535 if a value
        exceeds 4095; a maximum of 256 to 4095 is refused, as it may be 12 bits deep.
        EXIF rotation is applied, alpha laid over white, 16-bit grey scaled to
        0..255, and an animation's first frame read. Files are PNG, JPEG, WebP, GIF, BMP,
        TIFF, AVIF or PPM, of up to 40 million pixels; a larger photo (JPEG, up to 250 million)
        is decoded at a half, a quarter or an eighth of its size.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The picture is corrupt, empty, too large, not finite, out of range or
        of another shape.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, (str, os.PathLike)):
        data, name = _file(source)
        return _of_file(data, name)
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
        return _of_file(data, f"{len(data)} bytes")
    if isinstance(source, Image.Image):
        return Picture(decoded_pixels(from_pil(source)))
    return Picture(rgb_pixels(source))


def _of_file(data: bytes, name: str) -> Picture:
    return Picture(decoded_pixels(decoded(data, name)), hashlib.sha256(data).hexdigest())


def _file(source: str | os.PathLike[str]) -> tuple[bytes, str]:
    """Read a file; return its bytes and name."""
    given = quoted(os.fspath(source), MAX_PATH)
    try:
        path = Path(source).expanduser()
        exists, folder = path.is_file(), path.is_dir() and bool(os.fspath(source))
    except (OSError, RuntimeError):  # too long for a name, or of an unknown user
        exists = folder = False
    if not exists:
        problem = f"{given} is a folder" if folder else f"No picture at {given}"
        raise FileNotFoundError(
            f"{problem}. Give the path of an image file, its bytes, a PIL image or an array "
            "(H, W, 3)."
        )
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise ValueError(
            f"The picture ({given}) has {size:,} bytes; files of up to {MAX_FILE_BYTES:,} are "
            "read. Save it alone, as PNG or JPEG."
        )
    return path.read_bytes(), quoted(path.name)


def to_uint8(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Round pixels to uint8 RGB (H, W, 3)."""
    rounded = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return np.repeat(rounded, 3, axis=-1) if rounded.shape[-1] == 1 else rounded[..., :3]


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """Encode uint8 RGB (H, W, 3) as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _with_channels(pixels: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    if channels == 1:
        grey: NDArray[np.float32] = (pixels @ LUMINANCE)[..., np.newaxis]
        return grey
    if channels == 4:
        return np.concatenate([pixels, np.full_like(pixels[..., :1], 255)], axis=-1)
    return pixels


def resized(pixels: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Resize pixels to (height, width): bilinear, antialiased, unrounded."""
    height, width = size
    channels = [
        Image.fromarray(pixels[..., c]).resize((width, height), Image.Resampling.BILINEAR)
        for c in range(pixels.shape[-1])
    ]
    return np.stack([np.asarray(c, np.float32) for c in channels], axis=-1)
