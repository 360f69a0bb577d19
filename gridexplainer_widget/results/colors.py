"""Colours and numbers, the same in all figures."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from gridexplainer_widget.core.shown import shown

from .data.tint import (
    AGAINST,
    MAX_OPACITY,
    SUPPORTS,
    factor_of,
    scale_of,
)
from .explanation_data import ExplanationData


def sides_of(explanation: ExplanationData) -> tuple[tuple[str, str], tuple[str, str]]:
    """Say what values above zero speak for, and those below, each with its colour."""
    label, contrast = shown(explanation.label, 16), explanation.contrast
    against = f"speaks against\n{label}"
    if contrast is not None:
        against = f"speaks for\n{shown(explanation.labels[contrast], 16)}"
    return (f"speaks for\n{label}", SUPPORTS), (against, AGAINST)


def shown_values(explanation: ExplanationData) -> NDArray[np.float32]:
    """Return each cell's value in the unit of :func:`number_text`, NaN masked."""
    scale = scale_of(explanation.values, explanation.unit)
    return np.ma.masked_invalid(explanation.values * factor_of(scale, explanation.unit))


def shown_range(explanation: ExplanationData) -> Normalize:
    """Return the colours' range in the same unit, symmetric about zero."""
    scale = scale_of(explanation.values, explanation.unit)
    end = scale * factor_of(scale, explanation.unit)
    return Normalize(-end, end)


def tick_format(explanation: ExplanationData) -> FuncFormatter:
    """Write a colour bar's ends as the cells' numbers: with a unit, what hiding changes."""
    if not explanation.unit:
        return FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−"))
    return FuncFormatter(lambda value, _: f"{-value:+g}".replace("-", "−") if value else "0")


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


def faded(picture: NDArray[np.uint8], *, grey: bool) -> NDArray[np.float64]:
    """Return a pale picture, 0..1."""
    values = picture / 255
    if grey:
        values = np.repeat((values @ [0.299, 0.587, 0.114])[..., np.newaxis], 3, axis=-1)
    return 0.45 + 0.55 * values
