"""Colours and numbers, the same in all figures."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from numpy.typing import NDArray

from gridexplainer_widget.core.scores import Unit

from .explanation_data import ExplanationData

# Blue and vermilion of M. Okabe and K. Ito, "Color Universal Design" (2008), distinct for every
# kind of colour vision. The front end has the same.
AGAINST: Final = "#0072b2"
SUPPORTS: Final = "#d55e00"

MAX_OPACITY: Final = 0.85
"""Opacity of the largest value; zero is clear."""

MIN_SCALE: Final[dict[str, float]] = {"probability": 0.01, "log-odds": 0.1, "value": 1e-9}
"""Lower limit of the scale: noise must not look like a finding."""

UNIT_TEXTS: Final[dict[str, str]] = {
    "probability": "points of probability",
    "log-odds": "log-odds",
    "": "% of its largest",
}


def scale_of(values: NDArray[np.float32], unit: Unit) -> float:
    """Return the absolute value at which the colours end."""
    return max(float(np.nanmax(np.abs(values), initial=0)), MIN_SCALE.get(unit, 1e-12))


def unit_text(explanation: ExplanationData) -> str:
    """Name the unit of displayed values."""
    return UNIT_TEXTS.get(explanation.unit, explanation.unit_text)


def factor_of(scale: float, unit: Unit) -> float:
    """Return the factor of displayed values."""
    return {"probability": 100.0, "log-odds": 1.0, "value": 1.0, "": 100 / scale}[unit]


def number_text(value: float, scale: float, unit: Unit) -> str:
    """Write a value in points of probability, in log-odds, in its own unit or in % of the scale.

    With a unit, the largest values get two digits, so that small ones differ from zero.
    """
    factor = factor_of(scale, unit)
    most = 6 if unit == "value" else 2
    digits = int(np.clip(2 - np.ceil(np.log10(scale * factor + 1e-9)), 0, most)) if unit else 0
    text = f"{factor * value:.{digits}f}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def shown_values(explanation: ExplanationData) -> NDArray[np.float32]:
    """Return each cell's value in the unit of :func:`number_text`, NaN masked."""
    scale = scale_of(explanation.values, explanation.unit)
    return np.ma.masked_invalid(explanation.values * factor_of(scale, explanation.unit))


def shown_range(explanation: ExplanationData) -> Normalize:
    """Return the colours' range in the same unit, symmetric about zero."""
    scale = scale_of(explanation.values, explanation.unit)
    end = scale * factor_of(scale, explanation.unit)
    return Normalize(-end, end)


def colormap() -> LinearSegmentedColormap:
    """Blend from against, through clear, to supports."""
    ends = [(*to_rgb(AGAINST), MAX_OPACITY), (*to_rgb(AGAINST), 0.0)]
    ends += [(*to_rgb(SUPPORTS), 0.0), (*to_rgb(SUPPORTS), MAX_OPACITY)]
    places = [0.0, 0.5, 0.5, 1.0]
    return LinearSegmentedColormap.from_list("drop", list(zip(places, ends, strict=True)), N=511)


def shades() -> LinearSegmentedColormap:
    """Blend from clear to supports."""
    ends = [(*to_rgb(SUPPORTS), 0.0), (*to_rgb(SUPPORTS), MAX_OPACITY)]
    return LinearSegmentedColormap.from_list("original", ends)
