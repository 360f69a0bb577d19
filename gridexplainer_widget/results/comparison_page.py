"""A comparison of methods → one HTML file that needs no kernel; js/src/compare_page.ts shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridexplainer_widget.wire.comparison import FRONT_END_TRAITS, KERNEL_TRAITS

from .document import STATIC, STYLE, Document

WIDE = "body { max-width: 1500px; }"

WANTED = (*KERNEL_TRAITS, *FRONT_END_TRAITS, "answers")
"""What the page must know: the traits of js/src/compare_protocol.ts, and the answers."""


def comparison_html(record: Mapping[str, Any], title: str, subtitle: str) -> str:
    """Make one HTML file of several methods' maps of one picture.

    Parameters
    ----------
    record : mapping
        The widget's traits by their names, and "answers": for each cell, row by row,
        ``[[class, before, after], ...]`` of what hiding it did, or None where that was not
        recorded. Bytes, as of the picture and of the maps' values, may be bytes or base64.
    title, subtitle : str
        What stands above; text, not HTML.

    Returns
    -------
    str
        The HTML.

    Raises
    ------
    ValueError
        `record` lacks something, or has NaN or infinity in it: JSON has neither.
    """
    missing = [name for name in WANTED if name not in record]
    if missing:
        raise ValueError(
            f"record lacks {', '.join(missing)}. Wanted is each of {', '.join(WANTED)}."
        )
    _check_answers(record)
    page = Document(
        title=title,
        heading=title,
        line=subtitle,
        script=(STATIC / "compare_page.js").read_text(encoding="utf-8"),
        style=(STATIC / "compare.css").read_text(encoding="utf-8") + STYLE + WIDE,
    )
    return page.html({name: record[name] for name in WANTED})


def _check_answers(record: Mapping[str, Any]) -> None:
    grid = record["grid"]
    cells = grid["rows"] * grid["columns"] if grid else 0
    if len(record["answers"]) != cells:
        raise ValueError(
            f"record has answers for {len(record['answers'])} cells, and its grid has {cells}. "
            "Wanted is one for each cell, None where nothing was recorded."
        )
