"""What a search for shortcuts came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridexplainer_widget.core.shown import quoted

from .shortcuts import LEAST, Place

MOST_NAMED = 10
"""Classes that are named."""

INTERVALS = (
    "In brackets: the share, and its interval of Clopper and Pearson, so wide that at most one "
    "such search in twenty finds a place by chance."
)


@dataclass(frozen=True, eq=False)
class Shortcuts:
    """Places that were tested, those first that answers hang on.

    Parameters
    ----------
    places : tuple of Place
    labels : mapping of int to str
        Of the classes in the study.
    small : mapping of str to int
        Classes of which nothing was tested, and how many pictures they have.
    grid_shape : (rows, columns)
    """

    places: tuple[Place, ...]
    labels: Mapping[int, str]
    small: Mapping[str, int]
    grid_shape: tuple[int, int]

    @property
    def found(self) -> tuple[Place, ...]:
        """The places that answers hang on."""
        return tuple(place for place in self.places if place.found)

    def sentence(self, place: Place) -> str:
        """Tell what hiding a place did."""
        cells = cells_text(place.cells, self.grid_shape[1])
        return (
            f"{quoted(self.labels[place.target])} hangs on {cells}. Where maps lie there, hiding "
            f"that place changes the answer in {place.inside}; hiding as much elsewhere, in "
            f"{place.elsewhere}. In all pictures of the class it changes {place.whole_class}, in "
            f"those of other classes {place.others}."
        )

    def __str__(self) -> str:
        lines = [self.sentence(place) for place in self.found]
        if lines:
            lines.append(INTERVALS)
        else:
            lines = [f"No place was found that answers hang on; {len(self.places)} were tested."]
        if self.small:
            named = ", ".join(
                f"{quoted(label)} ({count})"
                for label, count in list(self.small.items())[:MOST_NAMED]
            )
            more = f" and {len(self.small) - MOST_NAMED} more" * (len(self.small) > MOST_NAMED)
            lines.append(
                f"Not tested, for want of pictures (at least {LEAST}, or more where few maps lie "
                f"alike): {named}{more}."
            )
        return "\n".join(lines)

    __repr__ = __str__


def cells_text(cells: Sequence[int], columns: int) -> str:
    """Name cells by rows, counted from 1: "row 8, columns 1–2; row 9, column 1"."""
    rows = dict[int, list[int]]()
    for cell in sorted(cells):
        rows.setdefault(cell // columns, []).append(cell % columns)
    return "; ".join(f"row {row + 1}, {_columns_text(across)}" for row, across in rows.items())


def _columns_text(columns: Sequence[int]) -> str:
    runs = list[list[int]]()
    for column in columns:
        if runs and column == runs[-1][-1] + 1:
            runs[-1].append(column)
        else:
            runs.append([column])
    texts = [f"{run[0] + 1}–{run[-1] + 1}" if len(run) > 1 else f"{run[0] + 1}" for run in runs]
    return f"column{'s' * (len(columns) > 1)} {' and '.join(texts)}"
