"""What a search for shortcuts came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridexplainer_widget.core.shown import quoted

from .shortcuts import LEAST, Place

MOST_NAMED = 10
"""Classes that are named."""


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
        columns = self.grid_shape[1]
        cells = ", ".join(f"({cell // columns}, {cell % columns})" for cell in place.cells)
        return (
            f"{quoted(self.labels[place.target])} hangs on the cells (row, column) {cells}. Where "
            f"maps lie there, hiding them changes the answer in {place.inside}; hiding as much "
            f"elsewhere, in {place.elsewhere}. Of all pictures of the class it changes "
            f"{place.whole_class}, of other classes {place.others}."
        )

    def __str__(self) -> str:
        lines = [self.sentence(place) for place in self.found]
        if not lines:
            lines = [f"No place was found that answers hang on; {len(self.places)} were tested."]
        if self.small:
            named = ", ".join(
                f"{quoted(label)} ({count})"
                for label, count in list(self.small.items())[:MOST_NAMED]
            )
            more = f" and {len(self.small) - MOST_NAMED} more" * (len(self.small) > MOST_NAMED)
            lines.append(
                f"Nothing was tested of classes with too few pictures, {LEAST} at least or some "
                f"more: {named}{more}."
            )
        return "\n".join(lines)

    __repr__ = __str__
