"""Image files → arrays, bounded by what decoding makes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from .errors import words_of

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
"""What is decoded, whatever the name says. Some of the formats that are left out start programs."""

JPEG: Final = ("JPEG", "MPO")
"""How Pillow names what opens a JPEG; MPO is a camera's."""

UNTILED: Final = ("WEBP", "AVIF")
"""Formats whose files have no `tile` before they are decoded, unlike others in PIL."""

MAX_PIXELS: Final = 40_000_000
"""Decoded from one file; as float32 RGB they take 480 MB."""

MAX_PHOTO_PIXELS: Final = 250_000_000
"""In a JPEG that can be decoded row by row, at a half, a quarter or an eighth of its size."""

MAX_SIDE: Final = 65_535

MAX_SLOW_PIXELS: Final = 10_000_000
"""Where Pillow decodes in Python: a BMP of runs, a PPM of an odd depth."""

MAX_SCANS: Final = 20
"""Of a progressive JPEG of MAX_PIXELS, more of a smaller one: each goes through all pixels."""

BASELINE: Final = (0xC0, 0xC1)
SCAN: Final = 0xDA
"""JPEG's markers: of frames that are decoded in rows, and of a scan."""

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
    if getattr(image, "tile", None) or image.format in UNTILED:
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
    start, in_rows = _first_scan(data) if image.format in JPEG else (0, False)
    if in_rows and is_too_large(image):
        _shrink(image)
    if is_too_large(image):
        raise ValueError(too_large(image, name))
    if image.format in JPEG and not in_rows:
        _bound_scans(image, data.count(b"\xff\xda", start), name)  # never within a scan
    if image.format == "TIFF":
        _bound_tiles(image, name)
    slow = any(tile[0] in Image.DECODERS for tile in image.tile)
    if slow and image.width * image.height > MAX_SLOW_PIXELS:
        raise ValueError(
            f"The picture ({name}) has {image.width}×{image.height} pixels; at most "
            f"{MAX_SLOW_PIXELS:,} of its kind of {image.format} are decoded, which is slow. "
            "Save it as PNG."
        )


def _bound_tiles(image: Any, name: str) -> None:
    try:
        width, height = (abs(int(image.tag_v2.get(tag, 0))) for tag in (TILE_WIDTH, TILE_HEIGHT))
    except Exception as error:  # a tag may hold anything
        raise ValueError(_undecodable(name, error)) from error
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"The picture ({name}) cannot be decoded: its tiles have {width * height:,} pixels "
            f"each, and at most {MAX_PIXELS:,} are decoded. {WANTED_FILE}"
        )


def _bound_scans(image: Any, scans: int, name: str) -> None:
    if scans * image.width * image.height > MAX_SCANS * MAX_PIXELS:
        raise ValueError(
            f"The picture ({name}) goes through its {image.width}×{image.height} pixels {scans} "
            f"times; at most {MAX_SCANS * MAX_PIXELS:,} in all are decoded. {WANTED_FILE}"
        )


def _shrink(image: Any) -> None:
    """Decode a JPEG at a fraction of its size, if it is small enough then."""
    pixels = image.width * image.height
    if pixels > MAX_PHOTO_PIXELS:
        return
    for fraction in (2, 4, 8):
        if pixels <= fraction**2 * MAX_PIXELS:
            image.draft(None, (image.width // fraction, image.height // fraction))
            return


def _first_scan(data: bytes) -> tuple[int, bool]:
    """Find a JPEG's first scan, and tell whether its pixels are decoded row by row.

    They are in a baseline picture with all colours in one scan. Of others, all coefficients are
    held, in full size.
    """
    place, colours = 2, 0
    while found := re.match(rb"\xff+([\xc0-\xfe])(..)", data[place : place + 16], re.DOTALL):
        marker, length = found[1][0], int.from_bytes(found[2], "big")
        body = place + found.end()
        if marker in BASELINE and body + 5 < len(data):
            colours = data[body + 5]
        elif marker == SCAN:
            return place, data[body : body + 1] == bytes([colours])
        place = body + length - 2
    return 0, False


def _undecodable(name: str, error: Exception) -> str:
    why = words_of(error).rstrip(".")
    return f"The picture ({name}) cannot be decoded: {why:.200}. {WANTED_FILE}"


def _advice(data: bytes) -> str:
    if data[:4] == b"%!PS" or data[:4] == b"\xc5\xd0\xd3\xc6":
        return "PostScript is a program, and is not run: save it as PNG."
    if data[:5] == b"%PDF-":
        return "Save the page as PNG."
    if b"ftyphei" in data[:16] or b"ftypmif1" in data[:16]:
        return "HEIC is not read: save it as JPEG."
    return "Of other formats, give what PIL makes of them: PIL.Image.open(path).convert('RGB')."
