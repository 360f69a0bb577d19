"""A study in a few numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from .share import Share

FIGURE_COLUMNS: Final = (
    *("item", "error", "correct", "of_predicted", "foretells", "foretells_random"),
    *("border_share", "inside", "mask_area", "calls"),
)


def failed_of(rows: Sequence[Mapping[str, Any]]) -> int:
    """Count the pictures of which nothing is known but an error."""
    known = {row["item"] for row in rows if row["error"] is None}
    return len({row["item"] for row in rows} - known)


def figures_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Return what, how much, and how to read that."""
    maps = [row for row in rows if row["error"] is None]
    items = {row["item"]: row for row in maps if row["of_predicted"]}
    count = len({row["item"] for row in rows})
    found = [("pictures", f"{count:,}", f"{failed_of(rows):,} failed")]
    labelled = [row["correct"] for row in items.values() if row["correct"] is not None]
    if labelled:
        found.append(_share("right answers", Share(sum(labelled), len(labelled))))
    measured = [row for row in maps if row["foretells"] is not None]
    if measured:
        reliable = sum(row["foretells"] > row["foretells_random"] for row in measured)
        share = Share(reliable, len(measured))
        found.append(_share("maps that foretell more than random ones", share))
    for what, column, more in (
        ("median share on the border", "border_share", "of what speaks for the class"),
        ("median share inside the mask", "inside", "of what speaks for the class"),
    ):
        known = [row[column] for row in maps if row[column] is not None]
        if known:
            found.append((what, f"{float(np.median(known)):.0%}", more))
    calls = sum(row["calls"] or 0 for row in maps)
    return [*found, ("pictures given to the model", f"{calls:,}", "audits left out")]


def _share(what: str, share: Share) -> tuple[str, str, str]:
    return what, share.text, f"{share.count:,} of {share.of:,}; {share.bounds_text}"
