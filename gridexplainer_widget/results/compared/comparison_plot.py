"""ComparisonData → one Matplotlib sheet."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.order_curves import ORDER_METRICS, OrderCurves
from gridexplainer_widget.results.colors import colormap
from gridexplainer_widget.results.comparison_data import ComparisonData, best_under, told_once
from gridexplainer_widget.results.data.metrics import WHOLE_METRICS, band_text, best_of, metrics_of
from gridexplainer_widget.results.data.tint import AGAINST, SUPPORTS
from gridexplainer_widget.results.explanation_data import ExplanationData
from gridexplainer_widget.results.faithfulness import Faithfulness
from gridexplainer_widget.results.plot import PLAIN, ExplanationFigure, draw_cells
from gridexplainer_widget.results.trust import Trust, trusts

MAX_COLUMNS: Final = 4
"""Panels in a row."""

PANEL_INCHES: Final = 3.2
"""Width of a panel."""

HEADING_POINTS: Final = 6
VALUE_POINTS: Final = 9
"""Sizes of a metric's name and value."""

HEAD_LINE: Final = 11
VALUE_LINE: Final = 12
"""From such a line to the next, in points."""

TRUST_LINES: Final = 4
TRUST_LETTERS: Final = 50
"""Room for how far to trust a map."""

COLUMNS: Final = (60, 112, 164)
"""Where the values of `ORDER_METRICS` begin, in points."""

MAX_FAILURE: Final = 300
"""Letters of why a method failed."""


def comparison_figure(comparison: ComparisonData[Any]) -> Figure:
    """Draw the picture and all maps."""
    if not comparison.explanations:
        raise ValueError(f"There is no map to draw. {' '.join(map(str, comparison.failures))}")
    figure, places = _sheet(comparison)
    _draw_picture(*places[0], comparison.explanations[0])
    fills = comparison.figures[0].fills if comparison.figures else ()
    best = {fill: best_under(comparison.figures, fill) for fill in fills}
    best[""] = best_of([figures.ranked for figures in comparison.figures])
    trust = trusts([audit for _, audit in comparison.audited])
    for (above, below), (explanation, faithfulness), judged in zip(
        places[1:], comparison.audited, trust, strict=False
    ):
        draw_cells(above, explanation, "signed", numbers=False)
        above.set_title(shown(explanation.title, 30), fontsize=10, loc="left", **PLAIN)
        _write_audit(below, explanation, faithfulness, judged, best)
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
    notes, text_inches = _notes(comparison, across), _text_inches(comparison)
    inches = down * (map_inches + text_inches) + 0.17 * (len(notes) + 1)
    figure = ExplanationFigure(figsize=(across * PANEL_INCHES + 0.9, inches), layout="constrained")
    ratios = [map_inches, text_inches] * down
    axes = figure.subplots(2 * down, across, squeeze=False, height_ratios=ratios)
    for ax in axes.flat:
        ax.set_axis_off()
    figure.supxlabel("\n".join(notes), fontsize=8, x=0.01, ha="left", **PLAIN)
    return figure, list(zip(axes[::2].flat, axes[1::2].flat, strict=True))


def _text_inches(comparison: ComparisonData[Any]) -> float:
    """Return the height of what stands below a map."""
    lines = 2.0 + TRUST_LINES
    for figures in comparison.figures[:1]:
        lines += 1 + 2.1 * len(figures.under)
        lines += sum(getattr(figures, name) is not None for name in WHOLE_METRICS)
    return lines * HEAD_LINE / 72


def _draw_picture(above: Axes, below: Axes, explanation: ExplanationData) -> None:
    above.imshow(explanation.picture, interpolation="antialiased")
    label = shown(explanation.label, 24)
    above.set_title(
        f"“{label}”: {explanation.baseline_text}{shown(explanation.rather, 38)}",
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
    trust: Trust | None,
    best: Mapping[str, Mapping[str, float]],
) -> None:
    """Write a map's cost and its metrics, the best in bold, with what random orders reach."""
    cost = explanation.cost
    calls = f"{cost.forward} model call{'s' if cost.forward != 1 else ''}"
    if cost.backward:
        calls += f", {cost.backward} gradient{'s' if cost.backward != 1 else ''}"
    audit = f" · audit {faithfulness.calls} more" if faithfulness else ""
    _put(ax, (0, 0), f"{calls}, {cost.seconds:.1f} s{audit}", size=7.5)
    if faithfulness is None or trust is None:
        return
    words = textwrap.wrap(trust.text, TRUST_LETTERS, max_lines=TRUST_LINES)
    for line, text in enumerate(words, 1):
        _put(ax, (0, line * HEAD_LINE), text, size=7.5, color="0")
    top = (1 + len(words)) * HEAD_LINE
    metrics = metrics_of(faithfulness.quantity)
    for x, name in zip(COLUMNS, ORDER_METRICS, strict=True):
        _put(ax, (x, top), metrics[name].short, size=HEADING_POINTS)
    y = top + HEAD_LINE
    for one in faithfulness.under:
        _put(ax, (0, y), shown(one.fill, 13), size=7.5)
        _put(ax, (0, y + VALUE_LINE), _beside(faithfulness, one), size=HEADING_POINTS)
        for x, name in zip(COLUMNS, ORDER_METRICS, strict=True):
            text, band = metrics[name].text(one.metrics[name]), band_text(one, metrics[name])
            is_best = name in best[one.fill] and text == metrics[name].text(best[one.fill][name])
            weight = "bold" if is_best else "normal"
            _put(ax, (x, y), text, size=VALUE_POINTS, weight=weight, color="0")
            _put(ax, (x, y + VALUE_LINE), band, size=HEADING_POINTS)
        y += VALUE_LINE + HEAD_LINE
    for metric, text in faithfulness.texts():
        if metric.name in WHOLE_METRICS:
            is_best = getattr(faithfulness, metric.name) == best[""].get(metric.name)
            _put(ax, (0, y), text, size=7.5, weight="bold" if is_best else "normal")
            y += HEAD_LINE


def _beside(faithfulness: Faithfulness, one: OrderCurves) -> str:
    if not faithfulness.ranks(one):
        return "cannot tell maps apart"
    return "random orders" if one.chance else ""


def _put(  # noqa: PLR0913 - a text and how it looks
    ax: Axes,
    place: tuple[float, float],
    text: str,
    *,
    size: float,
    weight: str = "normal",
    color: str = "0.35",
) -> None:
    """Write at a place in points from the top left."""
    x, y = place
    ax.annotate(
        text, (0, 1), (x, -y), "axes fraction", "offset points",
        fontsize=size, weight=weight, color=color, va="top", **PLAIN,
    )  # fmt: skip


def _draw_colorbar(figure: Figure, beside: list[Axes]) -> None:
    bar = figure.colorbar(
        ScalarMappable(Normalize(-100, 100), colormap()), ax=beside, fraction=0.03, pad=0.01
    )
    bar.set_label("% of each map's largest value", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    bar.ax.set_title("speaks for", fontsize=8, color=SUPPORTS)
    bar.ax.set_xlabel("speaks against", fontsize=8, color=AGAINST)


def _notes(comparison: ComparisonData[Any], across: int) -> list[str]:
    notes = [shown(" ".join(str(failure).split()), MAX_FAILURE) for failure in comparison.failures]
    if comparison.figures:
        metrics = metrics_of(comparison.figures[0].quantity)
        known = [metric for name, metric in metrics.items() if _is_known(comparison, name)]
        told = told_once(
            [(one.title, figures.warnings) for one, figures in comparison.audited if figures]
        )
        notes = [*told, *(f"{metric.short}: {metric.meaning}" for metric in known), *notes]
        calls = comparison.figures[0].chance_calls
        random = f"Random orders took {calls} model calls, once for all maps." if calls else ""
        notes = [*notes, *filter(None, [random])]
    width = 52 * across
    return [line for note in notes for line in textwrap.wrap(note, width)]


def _is_known(comparison: ComparisonData[Any], name: str) -> bool:
    return any(one.metrics[name] is not None for one in comparison.figures)
