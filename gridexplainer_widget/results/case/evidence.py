"""How far to believe a map: certainty, smallest sets, the model's check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.checks.preflight import MARKS, Preflight
from gridexplainer_widget.core.fills import fill_text
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.results.data.cell_set import CellSet
from gridexplainer_widget.results.data.certainty import Certainty
from gridexplainer_widget.results.data.minimal_sets import MinimalSets

from .figure import Drawing, again, map_svg
from .parts import bullets, missing, paragraph, section, table, text

SPACE: Final = "\N{NO-BREAK SPACE}"

NO_SETS: Final = "A model that returns values has no answer that could be kept or lost."


def certainty_section(certainty: Certainty | None, values: NDArray[np.floating]) -> str:
    """Tell of which cells one can be sure, and how the ways to hide them disagree."""
    title = "Hidden in other ways"
    if certainty is None:
        why = "whether the cells mean the same when something else hides them"
        return section(title, missing(why, "explainer.certainty(explanation)"))
    head = ("Hidden by", "Strongest cell", "Ranks the cells as this map (1: alike, 0: unrelated)")
    rows = [
        (way_text(way), cell_text(drops), agreement(values, drops))
        for way, drops in zip(certainty.ways, certainty.values, strict=True)
    ]
    told = f"This map's strongest cell: {cell_text(values)}."
    return section(title, paragraph(certainty.sentence), paragraph(told), table(head, rows))


def sets_section(
    sets: MinimalSets | None, grid: Grid, size: tuple[int, int], *, of_values: bool
) -> str:
    """Show the smallest sets that are enough, and those that are needed."""
    title = "Enough, and needed"
    if of_values:
        return section(title, paragraph(NO_SETS))
    if sets is None:
        why = "which few cells keep the answer alone, and without which it changes"
        return section(title, missing(why, "explainer.minimal_sets(explanation)"))
    drawn = "".join(_set(one, grid, size) for one in sets.sets)
    shown = f'<div class="small">{drawn}</div>' if drawn else paragraph("No set was found.")
    return section(title, paragraph(sets.sentence), shown, bullets(sets.notes))


def check_section(checked: Preflight | None) -> str:
    """Tell what was looked at of the model."""
    title = "The model's technical check"
    if checked is None:
        why = "whether the model is read, fed and asked as it should be"
        return section(title, missing(why, "explainer.check(img)"))
    rows = [
        (
            f"{MARKS[one.verdict]}\N{NO-BREAK SPACE}{one.name}",
            one.verdict,
            f"{one.seen} {one.advice}".strip(),
        )
        for one in checked.checks
    ]
    return section(title, paragraph(checked.summary), table(("", "Verdict", "Seen"), rows))


def way_text(way: str) -> str:
    """Name what stands in for a hidden cell: "pieces from elsewhere in it, 2"."""
    fill, _, number = way.rpartition(" ")
    return f"{fill_text(fill)}, {number}" if fill and number.isdecimal() else fill_text(way)


def cell_text(values: NDArray[np.floating]) -> str:
    """Name the cell of the largest value, counted from 1."""
    known = np.nan_to_num(values.astype(np.float64), nan=-np.inf)
    if not np.isfinite(known).any() or known.max() <= 0:
        return "none speaks for it"
    row, column = np.unravel_index(int(known.argmax()), values.shape)
    return f"row {row + 1}, column {column + 1}"


def agreement(first: NDArray[np.floating], second: NDArray[np.floating]) -> str:
    """Write how alike two maps rank the cells."""
    known = np.isfinite(first) & np.isfinite(second)
    one, other = first[known], second[known]
    if one.size < 3 or not (np.ptp(one) and np.ptp(other)):
        return "not known"
    from scipy.stats import spearmanr  # noqa: PLC0415 - slow to import

    return f"{float(spearmanr(one, other).statistic):.2f}".replace("-", "−")


def small_map(
    grid: Grid, size: tuple[int, int], shares: NDArray[np.floating], lines: Sequence[str]
) -> str:
    """Draw a small map with lines below."""
    drawn = map_svg(Drawing(grid, size, shares), lines[0], again("picture", grey=True))
    told = "<br>".join(map(text, filter(None, lines)))
    return f"<figure>{drawn}<figcaption>{told}</figcaption></figure>"


def _set(found: CellSet, grid: Grid, size: tuple[int, int]) -> str:
    inside = np.zeros(grid.shape, np.bool_)
    for cell in found.cells:
        inside[cell] = True
    drawing = Drawing(grid, size, np.full(grid.shape, np.nan), shaded=~inside, outlined=inside)
    drawn = map_svg(drawing, found.sentence, again("picture"))
    kind = "Enough" if found.kind == "enough" else "Needed"
    told = f"<strong>{kind}.</strong> {text(found.sentence)} {text(found.receipt)}"
    return f"<figure>{drawn}<figcaption>{told}</figcaption></figure>"
