"""Image files → arrays, bounded by what decoding makes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
"""What is decoded, whatever the name says. Some of the formats that are left out start programs."""

JPEG: Final = ("JPEG", "MPO")
"""How Pillow names what opens a JPEG; MPO is a camera's."""

MAX_PIXELS: Final = 40_000_000
"""Decoded from one file; as float32 RGB they take 480 MB."""

MAX_PHOTO_PIXELS: Final = 250_000_000
"""In a JPEG that can be decoded row by row, at a half, a quarter or an eighth of its size."""

MAX_SIDE: Final = 65_535

MAX_SCANS: Final = 100
"""In a JPEG: each goes through the whole picture, and a progressive one has about ten."""

ORIENTATION: Final = 0x0112
"""EXIF's tag."""

TILE_WIDTH: Final = 322
TILE_HEIGHT: Final = 323
"""TIFF's tags; a tile is decoded whole, however small the picture."""

UPRIGHT: Final[dict[object, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to turn a picture of each orientation, unlike `ImageOps` without a copy for the others."""

WANTED_FILE: Final = "Give an image file such as PNG, JPEG, WebP, GIF, BMP or TIFF."


def decoded(data: bytes, name: str) -> NDArray[Any]:
    """Decode a file's first picture: (H, W), (H, W, 3) or (H, W, 4), as deep as it is.

    A JPEG of more than MAX_PIXELS is decoded at a half, a quarter or an eighth of its size.

    Raises
    ------
    ValueError
        The file is damaged, too large or of another format.
    """
    plugin = plugin_of(data, name)
    try:
        image = plugin(io.BytesIO(data), "")
    except Exception as error:  # the plugins raise many kinds
        raise ValueError(_undecodable(name, error)) from error
    _bound(image, data, name)
    return array_of(image, name)


def from_pil(image: Image.Image) -> NDArray[Any]:
    """Decode a PIL image, which may be a file that is not read yet, as :func:`decoded`."""
    name = f"a PIL image, {image.format or image.mode}"
    if getattr(image, "tile", None):  # not read yet
        if image.format == "EPS" or isinstance(image, ImageFile.StubImageFile):
            raise ValueError(
                f"The picture ({name}) is read by another program, which is not started here. "
                "If you trust the file, call its load() first."
            )
        file = getattr(image, "fp", None)
        if image.format in JPEG and file is not None and is_too_large(image):
            place = file.tell()
            file.seek(0)
            data = file.read()
            file.seek(place)
            return decoded(data, name)
        _bound(image, b"", name)
    return array_of(image, name)


def plugin_of(data: bytes, name: str) -> Callable[..., Any]:
    """Return the one plugin of Pillow that a file's first bytes ask for.

    `Image.open` would ask all plugins, and has a bound and warnings of its own.

    Raises
    ------
    ValueError
        The file is of none of FORMATS.
    """
    Image.init()
    for known in FORMATS:
        factory, accept = Image.OPEN.get(known, (None, None))
        if factory is not None and accept is not None and accept(data[:16]) is True:
            return factory
    raise ValueError(
        f"The picture ({name}) cannot be decoded: it is in no format that is read here. "
        f"{WANTED_FILE} {_advice(data)}"
    )


def array_of(image: Image.Image, name: str) -> NDArray[Any]:
    """Decode a PIL image upright: uint16, int32 or float32 (H, W), else uint8 RGB or RGBA."""
    try:
        turn = UPRIGHT.get(image.getexif().get(ORIENTATION))
        return _array(image if turn is None else image.transpose(turn))
    except Exception as error:  # the plugins raise many kinds
        raise ValueError(_undecodable(name, error)) from error


def _array(image: Image.Image) -> NDArray[Any]:
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16, copy=False)
    if image.mode in {"I", "F"} or (image.mode == "RGB" and "transparency" not in image.info):
        return np.asarray(image)
    return np.asarray(image.convert("RGBA"))


def too_large(image: Image.Image, name: str) -> str:
    """Say that a picture is too large."""
    return (
        f"The picture ({name}) has {image.width}×{image.height} pixels; at most {MAX_PIXELS:,} "
        f"are decoded, up to {MAX_SIDE:,} a side ({MAX_PHOTO_PIXELS:,} of a JPEG that is not "
        "progressive). Make it smaller first."
    )


def is_too_large(image: Image.Image) -> bool:
    """Tell whether a picture has too many pixels to be decoded in full."""
    return image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE


def _bound(image: Any, data: bytes, name: str) -> None:
    """Refuse what would take too much memory or time; have a photo decoded smaller."""
    if image.format in JPEG:
        scans = data.count(b"\xff\xda")  # never within a scan; now and then in a thumbnail
        if scans > MAX_SCANS:
            raise ValueError(
                f"The picture ({name}) goes through its pixels {scans} times; at most {MAX_SCANS} "
                f"scans are decoded. {WANTED_FILE}"
            )
        if is_too_large(image) and image.width * image.height <= MAX_PHOTO_PIXELS:
            _shrink(image, data)
    if image.format == "TIFF":
        tags = image.tag_v2
        tile = int(tags.get(TILE_WIDTH, 0)) * int(tags.get(TILE_HEIGHT, 0))
        if tile > MAX_PIXELS:
            raise ValueError(
                f"The picture ({name}) cannot be decoded: its tiles have {tile:,} pixels each, and "
                f"at most {MAX_PIXELS:,} are decoded. {WANTED_FILE}"
            )
    if is_too_large(image):
        raise ValueError(too_large(image, name))


def _shrink(image: Any, data: bytes) -> None:
    """Decode a JPEG at a fraction of its size, if it is small enough then."""
    if not _is_decoded_in_rows(data):  # else all coefficients are held, in full size
        return
    for fraction in (2, 4, 8):
        if image.width * image.height <= fraction**2 * MAX_PIXELS:
            image.draft(None, (image.width // fraction, image.height // fraction))
            return


def _is_decoded_in_rows(data: bytes) -> bool:
    """Tell whether a JPEG is baseline, with all colours in one scan."""
    place, colours = 2, 0
    while found := re.match(rb"\xff+([\xc0-\xfe])(..)", data[place : place + 16], re.DOTALL):
        marker, length = found[1][0], int.from_bytes(found[2], "big")
        body = place + found.end()
        if marker in {0xC0, 0xC1}:
            colours = data[body + 5]
        elif marker == 0xDA:
            return colours == data[body]
        elif marker in {0xC2, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)}:
            return False
        place = body + length - 2
    return False


def _undecodable(name: str, error: Exception) -> str:
    why = str(error) or type(error).__name__
    return f"The picture ({name}) cannot be decoded: {why:.200}. {WANTED_FILE}"


def _advice(data: bytes) -> str:
    if data[:4] == b"%!PS" or data[:4] == b"\xc5\xd0\xd3\xc6":
        return "PostScript is a program, and is not run: save it as PNG."
    if data[:5] == b"%PDF-":
        return "Save the page as PNG."
    if b"ftyphei" in data[:16] or b"ftypmif1" in data[:16]:
        return "HEIC is not read: save it as JPEG."
    return "Of other formats, give what PIL makes of them: PIL.Image.open(path).convert('RGB')."
