"""ExplanationData → what SHAP's own plots take."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridexplainer_widget.attribution.attribution import over_pixels
from gridexplainer_widget.classifiers.imports import framework

from .explanation_data import ExplanationData


def to_shap(explanation: ExplanationData) -> Any:
    """Return a `shap.Explanation` of the pixels; ``shap.image_plot`` draws it.

    The plot adds up the channels, so each has a third of its pixel's number. Where cells are what
    the method gives, occlusion's drops among them, a cell's number is spread evenly over its
    pixels, and their sum is the cell's; else a pixel has the number that the method gave it.

    Parameters
    ----------
    explanation : ExplanationData

    Returns
    -------
    shap.Explanation
        values: float64 (1, height, width, 3, 1), NaN where not scored; data: uint8 (1, height,
        width, 3); output_names: the target's label.
    """
    grid, attribution = explanation.grid, explanation.attribution
    pixels = explanation.pixel_values.astype(np.float64)
    if attribution is None or attribution.resolution == "cells":
        areas = np.outer(np.diff(grid.row_edges), np.diff(grid.column_edges))
        pixels /= over_pixels(areas.astype(np.float32), grid)
    values = np.repeat(pixels[np.newaxis, ..., np.newaxis, np.newaxis] / 3, 3, axis=3)
    shap = framework("shap", "to_shap()", "shap")
    return shap.Explanation(
        values=values, data=explanation.seen[np.newaxis].copy(), output_names=[explanation.label]
    )
