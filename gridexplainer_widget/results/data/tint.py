"""How a map is written and coloured, for all that draws it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import Unit

# Blue and vermilion of M. Okabe and K. Ito, "Color Universal Design" (2008), distinct for every
# kind of colour vision. The front end has the same.
AGAINST: Final = "#0072b2"
SUPPORTS: Final = "#d55e00"

MAX_OPACITY: Final = 0.85
"""Opacity of the largest value; zero is clear."""

MIN_SCALE: Final[dict[str, float]] = {"probability": 0.01, "log-odds": 0.1, "value": 1e-9}
"""Lower limit of the scale: noise must not look like a finding."""

MIN_SHARE: Final[dict[str, float]] = {"probability": 3.0, "log-odds": 15.0}
"""Over the number of cells: below, even the strongest cell stays pale."""

PENDING_SCALE: Final[dict[str, float]] = {"probability": 0.2, "log-odds": 1.0}
"""Lower limit while cells are pending: the first ones' colours are not those of the last."""

TOLD: Final = 0.1
"""Share of the scale from which a number says something."""

MUTED, LIGHTER = 0.35, 0.12
"""Shares of grey and of white in the picture under the colours; as in paint.ts."""

GREYED: Final = 8.0
"""Of a cell with this share of the scale, inverted, nothing of the picture's own colour is left."""

UNIT_TEXTS: Final[dict[str, str]] = {
    "probability": "points of probability",
    "log-odds": "log-odds",
    "": "% of its largest",
}


def scale_of(values: NDArray[np.float32], unit: Unit) -> float:
    """Return the absolute value at which the colours end; as scaleOf in scores.ts."""
    least = MIN_SCALE.get(unit, 1e-12)
    faint = min(10 * least, MIN_SHARE.get(unit, 0) / max(1, values.size))
    pending = PENDING_SCALE.get(unit, 0) if np.isnan(values).any() else 0
    return max(least, faint, pending, float(np.nanmax(np.abs(values), initial=0)))


def muted(
    picture: NDArray[np.uint8], grid: Grid, values: NDArray[np.float32], scale: float
) -> NDArray[np.float64]:
    """Return the picture under the colours, grey where these are strong: (height, width, 3), 0..1.

    Its own colour would mix with the tint: blue on yellow would be green.
    """
    shades = picture / 255
    height, width = picture.shape[:2]
    rows = np.searchsorted(grid.row_edges * (height / grid.height), np.arange(height) + 0.5) - 1
    columns = np.searchsorted(grid.column_edges * (width / grid.width), np.arange(width) + 0.5) - 1
    shares = np.abs(np.nan_to_num(values)) / scale
    greyed = np.clip(GREYED * shares, MUTED, 1)[np.ix_(rows, columns)][..., np.newaxis]
    grey = (shades @ [0.299, 0.587, 0.114])[..., np.newaxis]
    found: NDArray[np.float64] = LIGHTER + (1 - LIGHTER) * (greyed * grey + (1 - greyed) * shades)
    return found


def unit_words(unit: Unit, noun: str) -> str:
    """Name the unit of a map's numbers; `noun` is what a model's own values are in."""
    return UNIT_TEXTS.get(unit, noun)


def factor_of(scale: float, unit: Unit) -> float:
    """Return the factor of displayed values."""
    return {"probability": 100.0, "log-odds": 1.0, "value": 1.0, "": 100 / scale}[unit]


def number_text(value: float, scale: float, unit: Unit) -> str:
    """Write a cell's number: with a unit the change that hiding makes, else % of the scale.

    Changes are in points of probability, in log-odds or in the values' own unit, "−15" where the
    cell speaks for. The largest get two digits, so that small ones differ from zero.
    """
    factor = -factor_of(scale, unit) if unit else factor_of(scale, unit)
    most = 6 if unit == "value" else 2
    digits = int(np.clip(2 - np.ceil(np.log10(scale * abs(factor) + 1e-9)), 0, most)) if unit else 0
    text = f"{factor * value:.{digits}f}"
    if float(text) == 0:
        return "0"
    return f"+{text}" if unit and float(text) > 0 else text.replace("-", "−")
