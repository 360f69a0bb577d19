"""What a user holds of several methods' maps: the comparison, its notes and its doors."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridexplainer_widget.classifiers.outputs import percent

from .comparison_data import ComparisonData
from .explanation import Explanation
from .metrics import row_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Comparison(ComparisonData[Explanation]):
    """Several methods' maps of one picture and one class, audited.

    Made by :meth:`GridExplainer.compare`; its fields are those of
    :class:`~.comparison_data.ComparisonData`.
    """

    def plot(self) -> Figure:
        """Draw the picture and all maps on one sheet, in one scale of colours."""
        from .comparison_plot import comparison_figure  # noqa: PLC0415 - Matplotlib takes its time

        return comparison_figure(self)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str | Path:
        """Make one HTML file of all maps, with linked hover, that needs no kernel and no network.

        Parameters
        ----------
        path : path, optional
            Where to write it.

        Returns
        -------
        str or Path
            The HTML, or where it was written.
        """
        from .comparison_page import comparison_page  # noqa: PLC0415 - it reads its bundle
        from .document import written  # noqa: PLC0415 - alike

        return written(comparison_page(self), path)

    def _repr_png_(self) -> bytes:
        from .plot import figure_png  # noqa: PLC0415 - Matplotlib takes its time

        return figure_png(self.plot())

    def __str__(self) -> str:
        first = self.explanations[0] if self.explanations else None
        head = f"{first.label}: {percent(first.baseline)}" if first else "No method had an answer"
        lines = [self._line(number) for number in range(len(self))]
        lines += [f"  {note}" for note in self._notes]
        return "\n".join([head, *lines, *(f"  {failure}" for failure in self.failures)])

    @property
    def _notes(self) -> list[str]:
        """What a reader should know of each map, and of all of them once."""
        shared = set.intersection(*(set(one.notes) for one in self)) if len(self) else set()
        notes = [(one, note) for one in self for note in one.notes if note not in shared]
        return [*(f"{one.title}: {note}" for one, note in notes), *sorted(shared)]

    def _line(self, number: int) -> str:
        explanation = self.explanations[number]
        cost = explanation.cost
        asked = f"{cost.forward} pictures asked"
        if cost.backward:
            asked += f", {cost.backward} gradient{'s' if cost.backward != 1 else ''}"
        measured = f"; {row_of(self.figures[number].metrics)}" if self.figures else ""
        return f"  {explanation.title}: {asked}, {cost.seconds:.1f} s{measured}"
