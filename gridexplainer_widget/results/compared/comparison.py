"""A comparison, as the user holds it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.results.comparison_data import ComparisonData, told_once
from gridexplainer_widget.results.comparison_record import notes_beside
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.trust import Trust, trusts

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Comparison(ComparisonData[Explanation]):
    """Several methods' maps of one picture and class, audited.

    Made by :meth:`GridExplainer.compare`.

    Parameters
    ----------
    explanations : tuple of Explanation
        Of the same picture, grid and target. Iterating gives these, and so does
        ``comparison["grad-cam"]``.
    figures : tuple of Faithfulness
        One per explanation; empty without an audit.
    failures : tuple of Failure
        Methods that failed, and why.
    """

    def plot(self) -> Figure:
        """Draw the picture and all maps on one sheet, in one colour scale.

        Raises
        ------
        ValueError
            There is no map.
        """
        from .comparison_plot import comparison_figure  # noqa: PLC0415 - Matplotlib is slow to import

        return comparison_figure(self)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str | Path:
        """Make one HTML file of all maps, with linked hover, without kernel or network.

        Parameters
        ----------
        path : path, optional
            As for :meth:`Explanation.to_html`.

        Raises
        ------
        ValueError
            There is no map.
        """
        from gridexplainer_widget.results.comparison_page import comparison_page  # noqa: PLC0415 - rarely used
        from gridexplainer_widget.wire.document import written  # noqa: PLC0415 - rarely used

        return written(comparison_page(self), path)

    def to_dataframe(self) -> Any:
        """Return a pandas table with a row for each method.

        Returns
        -------
        pandas.DataFrame
            Indexed by title; columns are method, forward, backward (pictures), seconds
            and, where measured, trust, deletion, insertion, srg (each the mean over the audit's
            fills), randomised, pointing, inside, mask_area, audit_calls and, for each fill,
            "srg under gray" and what random orders reach, "random srg under gray".

        Raises
        ------
        ImportError
            pandas is missing.
        """
        from gridexplainer_widget.results.export import comparison_table  # noqa: PLC0415 - pandas is slow to import

        return comparison_table(self)

    def _repr_png_(self) -> bytes:
        from gridexplainer_widget.results.plot import figure_png  # noqa: PLC0415 - Matplotlib is slow to import

        return figure_png(self.plot())

    def __str__(self) -> str:
        first = self.explanations[0] if self.explanations else None
        head = (
            f"{shown(first.label)}{first.rather}: {first.baseline_text}"
            if first
            else "No method had an answer"
        )
        lines = [self._line(number) for number in range(len(self))]
        lines += [f"  {note}" for note in self._notes]
        return "\n".join([head, *lines, *(f"  {failure}" for failure in self.failures)])

    @property
    def trust(self) -> list[Trust | None]:
        """How far to trust each map; None without an audit."""
        return trusts([audit for _, audit in self.audited])

    @property
    def _notes(self) -> list[str]:
        """Collect each map's own notes, then the shared ones once."""
        each = [
            (one.title, (*notes_beside(one, figures), *(figures.warnings if figures else ())))
            for one, figures in self.audited
        ]
        return [*told_once(each), *(self.figures[0].chance_rows if self.figures else ())]

    def _line(self, number: int) -> str:
        explanation, faithfulness = self.audited[number]
        cost = explanation.cost
        calls = f"{cost.forward} pictures asked"
        if cost.backward:
            calls += f", {cost.backward} gradient{'s' if cost.backward != 1 else ''}"
        trust = self.trust[number]
        figures = [trust.text, *faithfulness.rows] if faithfulness and trust else []
        return "; ".join([f"  {explanation.title}: {calls}, {cost.seconds:.1f} s", *figures])
