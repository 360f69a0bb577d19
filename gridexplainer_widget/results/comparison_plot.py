"""Comparison → one Matplotlib sheet."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from gridexplainer_widget.classifiers.outputs import percent

from .comparison_data import ComparisonData
from .explanation_data import ExplanationData
from .faithfulness import Faithfulness
from .metrics import METRICS, best_of
from .plot import AGAINST, SUPPORTS, ExplanationFigure, colormap, draw_cells, short

ACROSS = 4
"""Panels in a row."""

PANEL, WORDS = 3.2, 0.62
"""Inches: a panel's width, and the height of what is written below it."""

HEADING, FIGURE, GAP = 6, 9, 6
"""Points: the sizes of a figure's heading and of the figure, and the space to the next one."""


def comparison_figure(comparison: ComparisonData[Any]) -> Figure:
    """Draw the picture and all maps; see :meth:`Comparison.plot`.

    Raises
    ------
    ValueError
        There is no map.
    """
    if not comparison.explanations:
        raise ValueError(f"There is no map to draw. {' '.join(map(str, comparison.failures))}")
    first = comparison.explanations[0]
    panels = 1 + len(comparison)
    across = min(ACROSS, panels)
    down = -(-panels // across)
    height, width = first.picture.shape[:2]
    panel = float(np.clip(PANEL * height / width, 0.8, 5))
    notes = _notes(comparison, across)
    figure = ExplanationFigure(
        figsize=(across * PANEL + 0.9, down * (panel + 0.35 + WORDS) + 0.17 * (len(notes) + 1)),
        layout="constrained",
    )
    ratios = [panel + 0.35, WORDS] * down
    axes = figure.subplots(2 * down, across, squeeze=False, height_ratios=ratios)
    for ax in axes.flat:
        ax.set_axis_off()
    places = [(axes[2 * row, column], axes[2 * row + 1, column]) for row, column in _cells(axes)]
    _draw_picture(*places[0], first)
    best = best_of([figures.metrics for figures in comparison.figures])
    for number, explanation in enumerate(comparison):
        above, below = places[number + 1]
        draw_cells(above, explanation, "signed", numbers=False)
        above.set_title(short(explanation.title, 30), fontsize=10, loc="left", parse_math=False)
        figures = comparison.figures[number] if comparison.figures else None
        _write(below, explanation, figures, best)
    for above, below in places:
        above.set_anchor("SW")  # next to what is written of it
        for text in below.texts:
            text.set_in_layout(False)  # columns are as wide as maps, whatever is written
    _draw_bar(figure, [above for above, _ in places])
    figure.supxlabel("\n".join(notes), fontsize=8, x=0.01, ha="left", parse_math=False)
    return figure


def _cells(axes: np.ndarray) -> list[tuple[int, int]]:
    return [(row, column) for row in range(axes.shape[0] // 2) for column in range(axes.shape[1])]


def _draw_picture(above: Axes, below: Axes, explanation: ExplanationData) -> None:
    above.imshow(explanation.picture, interpolation="antialiased")
    label = short(explanation.label, 24)
    above.set_title(
        f"“{label}”: {percent(explanation.baseline)}", fontsize=10, loc="left", parse_math=False
    )
    rows, columns = explanation.grid.shape
    words = textwrap.fill(f"{rows}×{columns} cells · {short(explanation.model, 40)}", 38)
    below.text(0, 1, words, fontsize=7.5, color="0.35", va="top", transform=below.transAxes)


def _write(
    ax: Axes, explanation: ExplanationData, figures: Faithfulness | None, best: dict[str, float]
) -> None:
    """Write what a map cost, and below it the row of its figures, the best in bold."""
    cost = explanation.cost
    asked = f"{cost.forward} model call{'s' if cost.forward != 1 else ''}"
    if cost.backward:
        asked += f", {cost.backward} gradient{'s' if cost.backward != 1 else ''}"
    audit = f" · audit {figures.calls} more" if figures else ""
    ax.text(
        0, 1, f"{asked}, {cost.seconds:.1f} s{audit}", fontsize=7.5, color="0.35", va="top",
        transform=ax.transAxes,
    )  # fmt: skip
    if figures is None:
        return
    x = 0.0
    for name, metric in METRICS.items():
        value = figures.metrics[name]
        if value is None:
            continue
        is_best = name in best and metric.text(value) == metric.text(best[name])
        bold = "bold" if is_best else "normal"
        written = (
            (metric.short, 0.68, HEADING, "normal"),
            (metric.text(value), 0.42, FIGURE, bold),
        )
        for text, height, size, weight in written:
            ax.annotate(
                text, (0, height), (x, 0), "axes fraction", "offset points",
                fontsize=size, weight=weight, color="0.35" if size == HEADING else "0", va="top",
            )  # fmt: skip
        x += GAP + max(_width(text, size, weight) for text, _, size, weight in written)


def _width(text: str, size: float, weight: str) -> float:
    """In points."""
    path = TextPath((0, 0), text, prop=FontProperties(size=size, weight=weight))
    return float(path.get_extents().width)


def _draw_bar(figure: Figure, beside: list[Axes]) -> None:
    bar = figure.colorbar(
        ScalarMappable(Normalize(-100, 100), colormap()), ax=beside, fraction=0.03, pad=0.01
    )
    bar.set_label("% of each map's largest value", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    bar.ax.set_title("supports", fontsize=8, color=SUPPORTS)
    bar.ax.set_xlabel("against", fontsize=8, color=AGAINST)


def _notes(comparison: ComparisonData[Any], across: int) -> list[str]:
    notes = [str(failure) for failure in comparison.failures]
    if comparison.figures:
        measured = [name for name in METRICS if _is_known(comparison, name)]
        notes = [*(f"{METRICS[name].short}: {METRICS[name].meaning}" for name in measured), *notes]
    width = 44 * across
    return [line for note in notes for line in textwrap.wrap(note, width)]


def _is_known(comparison: ComparisonData[Any], name: str) -> bool:
    return any(figures.metrics[name] is not None for figures in comparison.figures)
