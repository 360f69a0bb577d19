"""Read a study's pictures, apart from the model: what can be done ahead in threads."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.core.arrays import Mask
from gridexplainer_widget.core.errors import named
from gridexplainer_widget.core.picture import MAX_FILE_BYTES, Picture, read_picture

from .sources import Source

THUMBNAIL_SIDE: Final = 96

ITEM_DIGITS: Final = 32
"""Hexadecimal, of the SHA-256 that names a picture with its label and mask."""


@dataclass(frozen=True, eq=False)
class Item:
    """A picture, read as far as that went.

    Parameters
    ----------
    item : str
        Names this picture with its label and mask: equal ones are the same question.
    seen : str
        What can be told of its file without reading it; "" for none.
    sha256 : str
        Of the file's bytes, or of the array's; "" if it could not be read.
    """

    source: Source
    item: str
    seen: str
    sha256: str = ""
    picture: Picture | None = None
    mask: Mask | None = None
    thumbnail: bytes = b""
    error: str = ""


def seen_of(source: Source) -> str:
    """Describe a source by its files' sizes and times, without reading them; "" if it has none."""
    parts = [source.name, repr(source.label)]
    for part in (source.picture, source.mask):
        if part is None:
            continue
        if not isinstance(part, (str, os.PathLike)) or "://" in os.fspath(part):
            return ""
        try:
            status = Path(part).expanduser().stat()
        except OSError:
            return ""
        parts.append(f"{status.st_size} {status.st_mtime_ns}")
    return _digest("\0".join(parts).encode())[:ITEM_DIGITS]


def read_item(source: Source) -> Item:
    """Read a picture and its mask; what goes wrong is told in `error`."""
    seen, sha256 = seen_of(source), ""
    try:
        given = _file_bytes(source.picture) if source.path else source.picture
        sha256 = _digest(given) if isinstance(given, bytes) else ""
        picture = read_picture(given)
        sha256 = sha256 or _digest(picture.pixels)
        mask = None if source.mask is None else _mask(source.mask)
        item = _item(source, sha256, mask)
        return Item(source, item, seen, sha256, picture, mask, _thumbnail(picture))
    except Exception as error:  # noqa: BLE001 - whatever a file holds
        item = _item(source, sha256, None)
        words = str(error) if isinstance(error, (OSError, ValueError, TypeError)) else named(error)
        return Item(source, item, seen, sha256, error=words or named(error))


def _item(source: Source, sha256: str, mask: Mask | None) -> str:
    of_mask = "" if mask is None else _digest(mask)
    parts = (source.name, sha256, repr(source.label), of_mask)
    return _digest("\0".join(parts).encode("utf-8", "surrogatepass"))[:ITEM_DIGITS]


def _file_bytes(given: Any) -> bytes:
    path = os.fspath(given)
    if "://" not in path:
        local = Path(path).expanduser()
        if not local.is_file():
            raise FileNotFoundError(f"There is no file {path!r:.200}.")
        if local.stat().st_size > MAX_FILE_BYTES:
            raise ValueError(f"{path!r:.200} is too large: at most {MAX_FILE_BYTES:,} bytes.")
        return local.read_bytes()
    files = framework("fsspec", f"The picture at {path:.100}", "fsspec")
    with files.open(path, "rb") as stream:
        content: bytes = stream.read()
    return content


def _digest(given: bytes | NDArray[Any]) -> str:
    if isinstance(given, bytes):
        return hashlib.sha256(given).hexdigest()
    head = f"{given.dtype.str}{given.shape}".encode()
    return hashlib.sha256(head + np.ascontiguousarray(given).tobytes()).hexdigest()


def _mask(given: Any) -> Mask:
    if isinstance(given, (str, os.PathLike)):
        with Image.open(io.BytesIO(_file_bytes(given))) as image:
            shown: NDArray[np.bool_] = np.asarray(image.convert("L")) > 0
        return shown
    return np.asarray(given)


def _thumbnail(picture: Picture) -> bytes:
    image = Image.fromarray(picture.displayed)
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
