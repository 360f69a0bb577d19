"""ExplanationData → Matplotlib figure."""

from __future__ import annotations

import io
import textwrap
import warnings
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from gridexplainer_widget.core.fills import fill_text
from gridexplainer_widget.core.shown import shown

from .colors import (
    colormap,
    faded,
    shades,
    shown_range,
    shown_values,
    sides_of,
    tick_format,
)
from .data.about import CAVEAT
from .data.tint import TOLD, muted, number_text, scale_of, unit_words
from .explanation_data import ExplanationData
from .headline import headline_text
from .notes import all_notes

STYLES: Final = ("signed", "original")

PLAIN: Final[dict[str, Any]] = {"parse_math": False, "usetex": False}
"""For texts with names in them: no formula is meant by "$", no command by a backslash."""

MIN_CELL_POINTS: Final = 14
"""Narrower cells get paler lines and no numbers."""


class ExplanationFigure(Figure):
    """A figure that notebooks show without pyplot."""

    def _repr_png_(self) -> bytes:
        return figure_png(self)


def plot(explanation: ExplanationData, ax: Axes | None = None, style: str = "signed") -> Figure:
    """Draw an explanation; the figure is not registered with pyplot.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Where to draw the map; by default a new figure, beside the picture.
    style : {"signed", "original"}
        - ``"signed"``: vermilion cells support the target, blue ones speak
          against it; the colours end at the largest absolute value.
        - ``"original"``: 0–100 numbers on a faded picture.

    Raises
    ------
    ValueError
        There is no such style.
    """
    if style not in STYLES:
        raise ValueError(f"style={style!r} is unknown. Wanted is {' or '.join(map(repr, STYLES))}.")
    if ax is None:
        return _new_figure(explanation, style)
    _draw_map(ax, explanation, style)
    if style == "signed":
        _draw_colorbar(ax, explanation, [ax])
    figure = ax.figure
    return figure if isinstance(figure, Figure) else figure.figure


def figure_png(figure: Figure, dpi: int = 110) -> bytes:
    """Render a figure as PNG."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # it draws a box
        figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def draw_cells(
    ax: Axes, explanation: ExplanationData, style: str, *, numbers: bool = True
) -> float:
    """Draw the map; return a cell's width in points."""
    height, width = explanation.picture.shape[:2]
    room = _cell_points(ax, explanation)
    signed = style == "signed"
    small = room < MIN_CELL_POINTS
    grid, values = explanation.grid, explanation.values
    under = (
        muted(explanation.picture, grid, values, scale_of(values, explanation.unit))
        if signed
        else faded(explanation.picture, grey=small)
    )
    ax.imshow(under, interpolation="antialiased")
    x = grid.column_edges * (width / grid.width) - 0.5
    y = grid.row_edges * (height / grid.height) - 0.5
    if signed:
        norm = shown_range(explanation)
        ax.pcolormesh(x, y, shown_values(explanation), norm=norm, cmap=colormap())
    elif small:  # no room for numbers: clear is 0, full 100
        percents = np.ma.masked_invalid(explanation.normalized())
        ax.pcolormesh(x, y, percents, vmin=0, vmax=100, cmap=shades())
    _draw_lines(ax, x, y, room)
    if explanation.certainty is not None:
        _veil(ax, explanation.certainty.verdicts == 0, x, y)
        _outline(ax, explanation.certainty.verdicts != 0, x, y)
    if _smallest_enough(explanation):
        enough = np.zeros(grid.shape, np.bool_)
        enough[tuple(zip(*_smallest_enough(explanation), strict=True))] = True
        _outline(ax, enough, x, y, dashed=True)
    _hatch(ax, np.isnan(explanation.values), x, y, "////")
    _hatch(ax, explanation.hardly_changed, x, y, "..")
    if numbers and not small:
        _draw_numbers(ax, explanation, x, y, style, size=min(11.0, room * 0.4))
    ax.set(xlim=(x[0], x[-1]), ylim=(y[-1], y[0]))
    ax.set_axis_off()
    return room


def _new_figure(explanation: ExplanationData, style: str) -> Figure:
    height, width = explanation.picture.shape[:2]
    stacked = width > 2 * height  # a panorama: the map goes below the picture
    across, down = (1, 2) if stacked else (2, 1)
    panel_width = 9.0 if stacked else 4.4
    panel_height = float(np.clip(panel_width * height / width, 0.8, 7))
    told = (headline_text(explanation), *all_notes(explanation), CAVEAT)
    notes = [textwrap.fill(note, 120) for note in told]
    lines = sum(note.count("\n") + 1 for note in notes)
    marks = (explanation.certainty is not None, bool(_smallest_enough(explanation)))
    keys = int(explanation.hardly_changed.any()) + sum(marks)
    figure = ExplanationFigure(
        figsize=(
            across * panel_width + (1.2 if style == "signed" else 0.2),
            down * (panel_height + 0.85) + 0.2 * (lines + keys),
        ),
        layout="constrained",
    )
    first, second = figure.subplots(down, across)
    first.imshow(explanation.picture, interpolation="antialiased")
    first.set_axis_off()
    first.set_title(_prediction_text(explanation), fontsize=10, loc="left", **PLAIN)
    _draw_map(second, explanation, style)
    if style == "signed":
        _draw_colorbar(second, explanation, [first, second])
    if notes:
        figure.supxlabel("\n".join(notes), fontsize=8, x=0.01, ha="left", **PLAIN)
    return figure


def _prediction_text(explanation: ExplanationData) -> str:
    vector, quantity = explanation.baseline_vector, explanation.quantity
    classes = [
        f"{shown(explanation.labels[i], 26)} {quantity.text(float(vector[i]))}"
        for i in quantity.leading(vector, 3)
    ]
    return "\n".join(["The model says", *textwrap.wrap(" · ".join(classes), 46)][:3])


def _draw_map(ax: Axes, explanation: ExplanationData, style: str) -> None:
    room = draw_cells(ax, explanation, style)
    ax.set_title(_title(explanation, style, room), fontsize=10, loc="left", **PLAIN)


def _draw_colorbar(ax: Axes, explanation: ExplanationData, beside: list[Axes]) -> None:
    colors, ticks = ScalarMappable(shown_range(explanation), colormap()), tick_format(explanation)
    bar = ax.figure.colorbar(colors, ax=beside, fraction=0.04, pad=0.02, format=ticks)
    part = "" if explanation.map == "alone" else "part of the "
    what = explanation.title if explanation.attribution else f"{part}change when hidden"
    bar.set_label(f"{what} ({unit_words(explanation.unit, explanation.unit_text)})", **PLAIN)
    bar.ax.tick_params(labelsize=8)
    (supports, above), (against, below) = sides_of(explanation)
    bar.ax.set_title(supports, fontsize=8, color=above, **PLAIN)
    bar.ax.set_xlabel(against, fontsize=8, color=below, **PLAIN)


def _draw_lines(ax: Axes, x: NDArray[np.float64], y: NDArray[np.float64], room: float) -> None:
    width, alpha = (0.5, 0.35) if room > MIN_CELL_POINTS else (0.3, 0.15)
    ax.vlines(x, y[0], y[-1], colors="black", linewidth=width, alpha=alpha)
    ax.hlines(y, x[0], x[-1], colors="black", linewidth=width, alpha=alpha)


def _smallest_enough(explanation: ExplanationData) -> tuple[tuple[int, int], ...]:
    """Return the cells of the first set that is enough; none without one."""
    sets = explanation.minimal_sets
    return sets.enough[0].cells if sets is not None and sets.enough else ()


def _veil(
    ax: Axes, where: NDArray[np.bool_], x: NDArray[np.float64], y: NDArray[np.float64]
) -> None:
    """Fade cells."""
    veil = np.ma.masked_array(np.ones(where.shape), ~where)
    ax.pcolormesh(x, y, veil, cmap="gray", vmin=0, vmax=1, alpha=0.55)


def _outline(
    ax: Axes,
    inside: NDArray[np.bool_],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    dashed: bool = False,
) -> None:
    """Draw a line around groups of cells; if dashed, a little inside of them."""
    framed = np.pad(inside, 1)
    inset = 0.09 if dashed else 0.0
    right, below = ((edges[1] - edges[0]) * inset for edges in (x, y))
    lines = []
    for row, column in np.argwhere(framed[1:, 1:-1] != framed[:-1, 1:-1]):
        height = y[row] + (below if framed[row + 1, column + 1] else -below)
        lines.append([(x[column] + right, height), (x[column + 1] - right, height)])
    for row, column in np.argwhere(framed[1:-1, 1:] != framed[1:-1, :-1]):
        place = x[column] + (right if framed[row + 1, column + 1] else -right)
        lines.append([(place, y[row] + below), (place, y[row + 1] - below)])
    for color, width in (("white", 3.5), ("black", 1.8)):
        dashes = (0, (2, 1.5)) if dashed and color == "black" else "solid"
        drawn = LineCollection(lines, colors=color, linewidths=width, linestyles=dashes)
        drawn.set_capstyle("butt" if dashed else "projecting")
        ax.add_collection(drawn)


def _hatch(
    ax: Axes,
    where: NDArray[np.bool_],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    pattern: str,
) -> None:
    for row, column in np.argwhere(where):
        corner, size = (x[column], y[row]), (x[column + 1] - x[column], y[row + 1] - y[row])
        ax.add_patch(
            Rectangle(corner, *size, fill=False, hatch=pattern, edgecolor="0.6", linewidth=0)
        )


def _draw_numbers(  # noqa: PLR0913 - what, where and how large
    ax: Axes,
    explanation: ExplanationData,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    style: str,
    *,
    size: float,
) -> None:
    original = style == "original"
    numbers = explanation.normalized() if original else explanation.values
    scale = scale_of(explanation.values, explanation.unit)
    for (row, column), value in np.ndenumerate(numbers):
        if np.isnan(value) or (not original and abs(value) < TOLD * scale):
            continue
        ax.text(
            (x[column] + x[column + 1]) / 2,
            (y[row] + y[row + 1]) / 2,
            f"{value:.0f}" if original else number_text(float(value), scale, explanation.unit),
            ha="center",
            va="center",
            fontsize=size,
            color="black",
            path_effects=[withStroke(linewidth=2, foreground="white", alpha=0.85)],
        )


def _cell_points(ax: Axes, explanation: ExplanationData) -> float:
    """Measure a cell's narrower side."""
    panel = ax.get_window_extent()
    height, width = explanation.picture.shape[:2]
    scale = min(panel.width / width, panel.height / height) * 72 / ax.figure.dpi
    return float(min(width / explanation.grid.columns, height / explanation.grid.rows) * scale)


def _title(explanation: ExplanationData, style: str, room: float) -> str:
    grid = explanation.grid
    label = f"“{shown(explanation.label, 26)}” ({explanation.baseline_text})"
    fill = shown(fill_text(explanation.fill), 44)
    cells = f"{grid.rows}×{grid.columns} cells, {explanation.hiding} {fill}"
    if explanation.attribution is not None:
        cells = f"{grid.rows}×{grid.columns} cells by {shown(explanation.title, 44)}"
    cells = textwrap.fill(cells, 56)
    dots = f"\ndotted: hardly changed by {fill}" if explanation.hardly_changed.any() else ""
    if explanation.certainty is not None:
        dots += f"\noutlined: sure, hidden in {len(explanation.certainty.ways)} ways"
    if _smallest_enough(explanation):
        dots += "\ndashed: enough alone to keep the answer"
    if style == "original":
        key = "100: largest, 0: smallest, which may be negative"
        if room < MIN_CELL_POINTS:
            key = "clear: smallest, which may be negative; full: largest"
        return f"{label}: {cells}\n{key}{dots}"
    return f"What {label}{shown(explanation.rather, 36)} rests on\n{cells}{dots}"
