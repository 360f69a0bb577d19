"""What the deletion and the insertion curve say, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridexplainer_widget.classifiers.quantities import Quantity


def curve_text(
    counts: Sequence[int],
    deletion: Sequence[float | None],
    insertion: Sequence[float | None],
    changes: Mapping[str, int | None],
    quantity: Quantity,
) -> str:
    """Say where the answer changes; of values, how far they move."""
    known = sum(number is not None for number in deletion)
    if known < len(counts):
        return f"Hiding the strongest cells: {known} of {len(counts)} points."
    if quantity.is_value:
        return _values_text(deletion, insertion, quantity)
    gone, there = changes["deletion"], changes["insertion"]
    first = (
        "Hiding the strongest cells never changes the answer"
        if gone is None
        else f"Hiding the {_strongest(gone)} changes the answer"
    )
    enough = "" if there is None else f"; the {_strongest(there)} alone {_are(there)} enough for it"
    return f"{first}{enough}."


def axis_of(
    name: str, curves: Sequence[Sequence[float | None]], quantity: Quantity
) -> dict[str, Any]:
    """Name the axis of the curves and its ends; of values, the least and the largest known."""
    if not quantity.is_value:
        title = f"Probability of “{name}”"
        return {"title": title, "low": 0.0, "high": 1.0, "bottom": "0", "top": "100%"}
    known = [number for curve in curves for number in curve if number is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    ends = {"bottom": quantity.text(low), "top": quantity.text(high)}
    return {"title": f"“{name}”", "low": low, "high": high, **ends}


def _values_text(
    deletion: Sequence[float | None], insertion: Sequence[float | None], quantity: Quantity
) -> str:
    """Half of a value means nothing, so the middle of the curves is told."""
    middle = len(deletion) // 2
    texts = [
        "not known" if number is None else quantity.text(number)
        for number in (deletion[0], deletion[-1], deletion[middle], insertion[middle])
    ]
    return (
        f"{texts[0]} with nothing hidden, {texts[1]} with everything hidden; {texts[2]} without "
        f"the stronger half, {texts[3]} with it alone."
    )


def _strongest(count: int) -> str:
    return "strongest cell" if count == 1 else f"{count} strongest cells"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
