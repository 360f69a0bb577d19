"""A map as a grid of numbers, for terminals."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.results.data.tint import factor_of, unit_words
from gridexplainer_widget.results.explanation import Explanation


def table(explanation: Explanation, *, color: bool = False) -> str:
    """Write the map as a grid of numbers; `color` shades them."""
    largest = max(float(np.nanmax(np.abs(explanation.values), initial=0)), 1e-9)
    factor, what = _numbers(explanation, largest)
    head = f"{shown(explanation.label)} {explanation.baseline_text}: {what}"
    rows = [
        "".join(_cell_text(factor * float(v), float(v) / largest, color=color) for v in row)
        for row in explanation.values
    ]
    return "\n".join([head, *rows])


def _numbers(explanation: Explanation, largest: float) -> tuple[float, str]:
    """Tell by what values are multiplied, and what they are then: a loss is a change below 0."""
    factor = factor_of(largest, explanation.unit)
    if not explanation.unit:
        return factor, f"each cell's value by {explanation.title}, the largest as 100"
    change = f"change in {unit_words(explanation.unit, explanation.unit_text)}"
    if explanation.attribution is not None:
        return -factor, f"{change} if hidden, by {explanation.title}"
    alone = explanation.map == "alone"
    how = "with each cell hidden" if alone else "with handfuls hidden, each cell's part"
    return -factor, f"{change} {how}"


def _cell_text(number: float, share: float, *, color: bool) -> str:
    if np.isnan(number):
        return "     ·"
    text = f"{number:6.1f}".replace("-0.0", " 0.0").replace("-", "−")
    if not color or abs(share) < 0.1:
        return text
    # xterm's 256 colours: orange for support, blue for the opposite
    shades = (223, 215, 208) if share > 0 else (153, 110, 67)
    shade = shades[min(2, int(abs(share) * 3))]
    return f"\033[48;5;{shade};38;5;16m{text}\033[0m"
