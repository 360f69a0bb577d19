"""Rows of a study → what a gallery's front end shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.shown import shown

COLUMNS: Final = (
    *("name", "label", "target_label", "values", "thumbnail", "probability"),
    *("foretells", "border_share", "corner_share", "evenness", "inside", "srg", "sure_for"),
)
"""What a gallery needs of a row."""

NUMBERS: Final = (
    ("probability", "probability", 0.0, 1.0),
    ("foretells", "foretells", -1.0, 1.0),
    ("border_share", "on the border", 0.0, 1.0),
    ("corner_share", "in one corner", 0.0, 1.0),
    ("evenness", "evenness", 0.0, 1.0),
    ("inside", "inside the mask", 0.0, 1.0),
    ("srg", "audit (SRG)", -1.0, 1.0),
    ("sure_for", "cells sure to speak for it", 0.0, 1.0),
)
"""Column, title, and bounds, which larger numbers widen."""

LARGEST: Final = 127


@dataclass(frozen=True, eq=False)
class GalleryColumns:
    """Pictures by column.

    Parameters
    ----------
    about : dict
        See js/src/model/gallery_protocol.ts.
    names : list of str
    codes, numbers, maps : bytes
        int16 (pictures, 2), float32 (columns, pictures), int8 (pictures, cells).
    thumbnails : list of bytes
        JPEG; empty without.
    """

    about: dict[str, Any]
    names: list[str]
    codes: bytes
    numbers: bytes
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
        columns, numbers = _numbers(rows)
        about = {
            "title": shown(title),
            "line": shown(line, 200),
            "pictures": len(rows),
            "rows": grid[0],
            "columns": grid[1],
            "classes": [shown(name) for name in codes],
            "numbers": columns,
        }
        return cls(
            about,
            [shown(row["name"]) for row in rows],
            np.array(coded, "<i2").tobytes(),
            np.array(numbers, "<f4").tobytes(),
            _maps(np.array([row["values"] for row in rows], np.float32)).tobytes(),
            [row["thumbnail"] or b"" for row in rows],
        )


def _label(row: Mapping[str, Any]) -> str:
    return row["label"] or ""


def _numbers(
    rows: Sequence[Mapping[str, Any]],
) -> tuple[list[dict[str, Any]], list[NDArray[np.float32]]]:
    """Collect the columns of which anything is known, with their bounds."""
    columns, numbers = [], []
    for name, title, low, high in NUMBERS:
        found = np.array([np.nan if row[name] is None else row[name] for row in rows], np.float32)
        known = found[np.isfinite(found)]
        if known.size:
            ends = (min(low, float(known.min())), max(high, float(known.max())))
            columns.append({"name": name, "title": title, "low": ends[0], "high": ends[1]})
            numbers.append(found)
    return columns, numbers


def _maps(values: NDArray[np.float32]) -> NDArray[np.int8]:
    """Scale each map by its largest value."""
    known = np.nan_to_num(values)
    largest = np.abs(known).max(axis=1, keepdims=True)
    return np.rint(LARGEST * known / np.where(largest > 0, largest, 1)).astype(np.int8)
