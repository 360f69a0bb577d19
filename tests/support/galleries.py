"""Rows for galleries, as a study has them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

GRID = (2, 2)


def gallery_rows(count: int) -> list[Mapping[str, Any]]:
    """Pictures 0, 1, …: a third of each class, of which every other is right."""
    return [_row(number, count) for number in range(count)]


def _row(number: int, count: int) -> Mapping[str, Any]:
    classes = ("cat", "dog", "eel")
    said = classes[number % 3]
    return {
        "name": f"{number:05d}.png",
        "target_label": said,
        "label": said if number % 2 else classes[(number + 1) % 3],
        "values": [number / count, -1.0, 0.0, 0.5],
        "unit": "probability",
        "thumbnail": thumbnail(number),
        "height": 8,
        "width": 8,
        "probability": number / count,
        "foretells": None if number % 5 == 0 else 1 - number / count,
        "border_share": 0.5,
        "corner_share": None,
        "evenness": 0.25,
        "inside": None,
        "srg": None,
        "sure_for": None,
    }


def thumbnail(number: int) -> bytes:
    """A grey JPEG, 0 the darkest."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((8, 8, 3), number % 256, np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()
