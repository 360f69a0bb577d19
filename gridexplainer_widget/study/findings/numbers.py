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


def figures_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Return what, how much, and how to read that."""
    maps = [row for row in rows if row["error"] is None]
    items = {row["item"]: row for row in maps if row["of_predicted"]}
    failed = {row["item"] for row in rows} - {row["item"] for row in maps}
    found = [("pictures", f"{len({row['item'] for row in rows}):,}", f"{len(failed):,} failed")]
    labelled = [row["correct"] for row in items.values() if row["correct"] is not None]
    if labelled:
        found.append(_share("right answers", Share(sum(labelled), len(labelled))))
    measured = [row for row in maps if row["foretells"] is not None]
    if measured:
        reliable = sum(row["foretells"] > row["foretells_random"] for row in measured)
        share = Share(reliable, len(measured))
        found.append(_share("maps that foretell more than random ones", share))
    for what, column, more in (
        ("median share on the border", "border_share", "of what is positive"),
        ("median share inside the mask", "inside", "of what is positive"),
    ):
        known = [row[column] for row in maps if row[column] is not None]
        if known:
            found.append((what, f"{100 * float(np.median(known)):.0f} %", more))
    calls = sum(row["calls"] or 0 for row in maps)
    return [*found, ("pictures given to the model", f"{calls:,}", "audits left out")]


def _share(what: str, share: Share) -> tuple[str, str, str]:
    low, high = share.bounds
    bounds = f"{100 * low:.0f} to {100 * high:.0f} %"
    return what, f"{100 * share.value:.0f} %", f"{share.count:,} of {share.of:,}; {bounds}"
