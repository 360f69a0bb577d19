"""Results → pandas tables and SHAP explanations."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridexplainer_widget.attribution.attribution import over_pixels
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.core.grid import Box
from gridexplainer_widget.core.shown import shown

from .comparison_data import ComparisonData
from .explanation_data import ExplanationData
from .trust import trusts


def explanation_table(explanation: ExplanationData) -> Any:
    """Make the table of :meth:`Explanation.to_dataframe`."""
    pandas, grid = _pandas(), explanation.grid
    table = pandas.DataFrame(
        [(*grid.position(index), *box) for index, box in enumerate(grid.boxes())],
        columns=["row", "column", *Box._fields],
    )
    if explanation.attribution is None:
        name = "hidden" if explanation.quantity.is_value else "probability"
        table[name] = explanation.vectors[..., explanation.target].ravel()
        if explanation.contrast is not None:
            table["contrast"] = explanation.vectors[..., explanation.contrast].ravel()
    table["value"] = explanation.values.ravel()
    if explanation.attribution is None and "together" in explanation.maps:
        for name, map_ in explanation.maps.items():
            table[name] = map_.ravel()
    certainty = explanation.certainty
    if certainty is not None:
        table["certainty"] = certainty.verdicts.ravel()
        table["low"], table["high"] = certainty.low.ravel(), certainty.high.ravel()
        for way, values in zip(certainty.ways, certainty.values, strict=True):
            table[f"by {way}"] = values.ravel()
    return table


def comparison_table(comparison: ComparisonData[Any]) -> Any:
    """Make the table of :meth:`Comparison.to_dataframe`."""
    pandas = _pandas()
    audits = [audit for _, audit in comparison.audited]
    rows = [
        comparison.row(number) | ({"trust": trust.level} if trust else {})
        for number, trust in enumerate(trusts(audits))
    ]
    titles = [explanation.title for explanation in comparison]
    return pandas.DataFrame(rows, index=pandas.Index(titles, name="title"))


def to_shap(explanation: ExplanationData) -> Any:
    """Make the result of :meth:`Explanation.to_shap`.

    SHAP's plots sum the channels, so each has a third of its pixel's value. A cell's value is
    spread over its pixels, so that it remains their sum.
    """
    grid, attribution = explanation.grid, explanation.attribution
    pixels = explanation.pixel_values.astype(np.float64)
    if attribution is None or attribution.resolution == "cells":
        areas = np.outer(np.diff(grid.row_edges), np.diff(grid.column_edges))
        pixels /= over_pixels(areas.astype(np.float32), grid)
    values = np.repeat(pixels[np.newaxis, ..., np.newaxis, np.newaxis] / 3, 3, axis=3)
    shap = framework("shap", "to_shap()", "shap")
    return shap.Explanation(
        values=values,
        data=explanation.seen[np.newaxis].copy(),
        output_names=[shown(explanation.label)],
    )


def _pandas() -> Any:
    try:
        import pandas as pd  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ImportError("to_dataframe() needs pandas: pip install pandas.") from error
    return pd
