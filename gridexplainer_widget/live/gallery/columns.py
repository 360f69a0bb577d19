"""Rows of a study → what a gallery's front end shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.shown import shown

from .numbers import numbers_of

COLUMNS: Final = (
    *("name", "label", "target_label", "values", "unit", "thumbnail", "height", "width"),
    *("probability", "foretells", "border_share", "corner_share", "evenness"),
    *("inside", "srg", "sure_for"),
)
"""What a gallery needs of a row."""

LARGEST: Final = 127


@dataclass(frozen=True, eq=False)
class GalleryColumns:
    """Pictures by column.

    Parameters
    ----------
    about : dict
        See js/src/model/gallery_protocol.ts.
    names : list of str
    codes, numbers, aspects, maps : bytes
        int16 (pictures, 2), float32 (columns, pictures), float32 (pictures,): width over height,
        int8 (pictures, cells).
    thumbnails : list of bytes
        JPEG; empty without.
    """

    about: dict[str, Any]
    names: list[str]
    codes: bytes
    numbers: bytes
    aspects: bytes
    maps: bytes
    thumbnails: list[bytes]

    @classmethod
    def of(
        cls, rows: Sequence[Mapping[str, Any]], grid: tuple[int, int], title: str, line: str
    ) -> GalleryColumns:
        """Arrange rows, which have the columns COLUMNS, on a grid of (rows, columns)."""
        classes = sorted({row["target_label"] for row in rows} | {_label(row) for row in rows})
        codes = {name: code for code, name in enumerate(filter(None, classes))}
        coded = [(codes[row["target_label"]], codes.get(_label(row), -1)) for row in rows]
        columns, numbers = numbers_of(rows)
        about = {
            "title": shown(title),
            "line": shown(line, 200),
            "pictures": len(rows),
            "rows": grid[0],
            "columns": grid[1],
            "classes": [shown(name) for name in codes],
            "numbers": [column.record for column in columns],
        }
        return cls(
            about,
            [shown(row["name"]) for row in rows],
            np.array(coded, "<i2").tobytes(),
            np.array(numbers, "<f4").tobytes(),
            _aspects(rows).astype("<f4").tobytes(),
            _maps(np.array([row["values"] for row in rows], np.float32)).tobytes(),
            [row["thumbnail"] or b"" for row in rows],
        )


def _label(row: Mapping[str, Any]) -> str:
    return row["label"] or ""


def _aspects(rows: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    """Return widths over heights."""
    sizes = [(row["width"] or 1, row["height"] or 1) for row in rows]
    return np.array([width / height for width, height in sizes], np.float32)


def _maps(values: NDArray[np.float32]) -> NDArray[np.int8]:
    """Scale each map by its largest value."""
    known = np.nan_to_num(values)
    largest = np.abs(known).max(axis=1, keepdims=True)
    return np.rint(LARGEST * known / np.where(largest > 0, largest, 1)).astype(np.int8)
