"""ComparisonData → one Matplotlib sheet."""

from __future__ import annotations

import textwrap
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from gridexplainer_widget.core.shown import shown

from .colors import AGAINST, SUPPORTS, colormap
from .comparison_data import ComparisonData
from .explanation_data import ExplanationData
from .faithfulness import Faithfulness
from .metrics import best_of, metrics_of
from .plot import PLAIN, ExplanationFigure, draw_cells

MAX_COLUMNS: Final = 4
"""Panels in a row."""

PANEL_INCHES: Final = 3.2
"""Width of a panel."""

TEXT_INCHES: Final = 0.62
"""Height of the text below a map."""

HEADING_POINTS: Final = 6
VALUE_POINTS: Final = 9
"""Sizes of a metric's name and value."""

MAX_FAILURE: Final = 300
"""Letters of why a method failed."""

GAP_POINTS: Final = 6
"""Between two metrics."""


def comparison_figure(comparison: ComparisonData[Any]) -> Figure:
    """Draw the picture and all maps."""
    if not comparison.explanations:
        raise ValueError(f"There is no map to draw. {' '.join(map(str, comparison.failures))}")
    figure, places = _sheet(comparison)
    _draw_picture(*places[0], comparison.explanations[0])
    quantity = comparison.explanations[0].quantity
    best = best_of([faithfulness.metrics for faithfulness in comparison.figures], quantity)
    for (above, below), (explanation, faithfulness) in zip(
        places[1:], comparison.audited, strict=False
    ):
        draw_cells(above, explanation, "signed", numbers=False)
        above.set_title(shown(explanation.title, 30), fontsize=10, loc="left", **PLAIN)
        _write_audit(below, explanation, faithfulness, best)
    for above, below in places:
        above.set_anchor("SW")  # next to its text
        for text in below.texts:
            text.set_in_layout(False)  # else long texts would widen the columns
    _draw_colorbar(figure, [above for above, _ in places])
    return figure


def _sheet(comparison: ComparisonData[Any]) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """Lay out panels, each with text below, and the notes."""
    panels = 1 + len(comparison)
    across = min(MAX_COLUMNS, panels)
    down = -(-panels // across)
    height, width = comparison.explanations[0].picture.shape[:2]
    map_inches = float(np.clip(PANEL_INCHES * height / width, 0.8, 5)) + 0.35  # for the title
    notes = _notes(comparison, across)
    inches = down * (map_inches + TEXT_INCHES) + 0.17 * (len(notes) + 1)
    figure = ExplanationFigure(figsize=(across * PANEL_INCHES + 0.9, inches), layout="constrained")
    ratios = [map_inches, TEXT_INCHES] * down
    axes = figure.subplots(2 * down, across, squeeze=False, height_ratios=ratios)
    for ax in axes.flat:
        ax.set_axis_off()
    figure.supxlabel("\n".join(notes), fontsize=8, x=0.01, ha="left", **PLAIN)
    return figure, list(zip(axes[::2].flat, axes[1::2].flat, strict=True))


def _draw_picture(above: Axes, below: Axes, explanation: ExplanationData) -> None:
    above.imshow(explanation.picture, interpolation="antialiased")
    label = shown(explanation.label, 24)
    above.set_title(
        f"“{label}”: {explanation.baseline_text}",
        fontsize=10,
        loc="left",
        **PLAIN,
    )
    rows, columns = explanation.grid.shape
    text = textwrap.fill(f"{rows}×{columns} cells · {shown(explanation.model, 40)}", 38)
    below.text(0, 1, text, fontsize=7.5, color="0.35", va="top", transform=below.transAxes, **PLAIN)


def _write_audit(
    ax: Axes,
    explanation: ExplanationData,
    faithfulness: Faithfulness | None,
    best: dict[str, float],
) -> None:
    """Write a map's cost and its metrics, the best in bold."""
    cost = explanation.cost
    calls = f"{cost.forward} model call{'s' if cost.forward != 1 else ''}"
    if cost.backward:
        calls += f", {cost.backward} gradient{'s' if cost.backward != 1 else ''}"
    audit = f" · audit {faithfulness.calls} more" if faithfulness else ""
    ax.text(
        0, 1, f"{calls}, {cost.seconds:.1f} s{audit}", fontsize=7.5, color="0.35", va="top",
        transform=ax.transAxes,
    )  # fmt: skip
    if faithfulness is None:
        return
    x = 0.0
    for name, metric in metrics_of(faithfulness.quantity).items():
        value = faithfulness.metrics[name]
        if value is None:
            continue
        is_best = name in best and metric.text(value) == metric.text(best[name])
        bold = "bold" if is_best else "normal"
        texts = (
            (metric.short, 0.68, HEADING_POINTS, "0.35", "normal"),
            (metric.text(value), 0.42, VALUE_POINTS, "0", bold),
        )
        for text, height, size, color, weight in texts:
            ax.annotate(
                text, (0, height), (x, 0), "axes fraction", "offset points",
                fontsize=size, weight=weight, color=color, va="top",
            )  # fmt: skip
        x += GAP_POINTS + max(_width(text, size, weight) for text, _, size, _, weight in texts)


def _width(text: str, size: float, weight: str) -> float:
    """Measure in points."""
    path = TextPath((0, 0), text, prop=FontProperties(size=size, weight=weight))
    return float(path.get_extents().width)


def _draw_colorbar(figure: Figure, beside: list[Axes]) -> None:
    bar = figure.colorbar(
        ScalarMappable(Normalize(-100, 100), colormap()), ax=beside, fraction=0.03, pad=0.01
    )
    bar.set_label("% of each map's largest value", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    bar.ax.set_title("supports", fontsize=8, color=SUPPORTS)
    bar.ax.set_xlabel("against", fontsize=8, color=AGAINST)


def _notes(comparison: ComparisonData[Any], across: int) -> list[str]:
    notes = [shown(" ".join(str(failure).split()), MAX_FAILURE) for failure in comparison.failures]
    if comparison.figures:
        metrics = metrics_of(comparison.figures[0].quantity)
        known = [metric for name, metric in metrics.items() if _is_known(comparison, name)]
        notes = [*(f"{metric.short}: {metric.meaning}" for metric in known), *notes]
    width = 52 * across
    return [line for note in notes for line in textwrap.wrap(note, width)]


def _is_known(comparison: ComparisonData[Any], name: str) -> bool:
    return any(one.metrics[name] is not None for one in comparison.figures)
