"""Several explanations of one picture, and how true each is to the model."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.analysis.audit import audit_steps, explanation_steps, run_of
from gridexplainer_widget.analysis.faithfulness import Faithfulness
from gridexplainer_widget.analysis.object_mask import fit_mask
from gridexplainer_widget.classifiers.outputs import ClassifierError, percent
from gridexplainer_widget.core.fills import FillLike, parse_fill
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.progress import as_one, part_of
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import Progress, asked_about, target_of
from gridexplainer_widget.methods.registry import Entry

from .explanation_data import Explanation
from .metrics import MEASURES, row_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gridexplainer_widget.explainer import GridExplainer


class Failure(NamedTuple):
    """A map that could not be had."""

    entry: Entry
    why: str

    def __str__(self) -> str:
        said = self.why.startswith(self.entry.title)
        return self.why if said else f"{self.entry.title}: {self.why}"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several methods' maps of one picture and one class.

    Made by :meth:`GridExplainer.compare`.

    Parameters
    ----------
    explanations : tuple of Explanation
        Of the same picture, grid and target.
    figures : tuple of Faithfulness
        One for each of them; empty where nothing was measured.
    failures : tuple of Failure
        What could not be had, and why.
    """

    explanations: tuple[Explanation, ...]
    figures: tuple[Faithfulness, ...] = field(default=(), repr=False)
    failures: tuple[Failure, ...] = ()

    def __len__(self) -> int:
        return len(self.explanations)

    def __iter__(self) -> Iterator[Explanation]:
        return iter(self.explanations)

    def __getitem__(self, method: str) -> Explanation:
        """Return the explanation by a method, or by its title where several have its name.

        Raises
        ------
        KeyError
            There is none.
        """
        for explanation in self.explanations:
            if method in {explanation.title, explanation.method}:
                return explanation
        known = ", ".join(repr(explanation.method) for explanation in self.explanations)
        why = "".join(f" {failure}" for failure in self.failures)
        raise KeyError(f"There is no map by {method!r} here; there is {known}.{why}")

    def to_dataframe(self) -> Any:
        """Return a pandas table with a row for each method.

        Returns
        -------
        pandas.DataFrame
            Its index is the title; columns are method, forward, backward (pictures),
            seconds and, where they were measured, deletion, insertion, srg, randomised,
            pointing, inside, mask_area and audit_calls.

        Raises
        ------
        ImportError
            pandas is missing.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - optional
        except ImportError as error:
            raise ImportError("to_dataframe() needs pandas: pip install pandas.") from error
        rows = [self.row(number) for number in range(len(self))]
        titles = [explanation.title for explanation in self.explanations]
        return pd.DataFrame(rows, index=pd.Index(titles, name="title"))

    def row(self, number: int) -> dict[str, Any]:
        """Return one row of :meth:`to_dataframe`."""
        explanation = self.explanations[number]
        row = {"method": explanation.method, **vars(explanation.cost)}
        if self.figures:
            figures = self.figures[number]
            row |= {name: getattr(figures, name) for name in MEASURES}
            row["mask_area"] = figures.mask_area
            row["audit_calls"] = figures.calls
        return row

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
        from .comparison_record import page_of  # noqa: PLC0415 - the page reads its bundle
        from .document import written  # noqa: PLC0415 - alike

        return written(page_of(self), path)

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
        measured = f"; {row_of(self.figures[number])}" if self.figures else ""
        return f"  {explanation.title}: {asked}, {cost.seconds:.1f} s{measured}"


def comparison_steps(  # noqa: PLR0913, PLR0917 - what is asked, of whom, and how it is audited
    explainer: GridExplainer,
    picture: Picture,
    entries: Sequence[Entry],
    target: int | str | None,
    fill: FillLike | None = None,
    mask: NDArray[np.bool_] | None = None,
    *,
    randomise: bool = False,
) -> Generator[Progress, None, Comparison]:
    """Explain a picture by each method and measure each map; see :meth:`GridExplainer.compare`."""
    explanations, figures = list[Explanation](), list[Faithfulness]()
    failures = list[Failure]()
    fill = None if fill is None else parse_fill(fill, explainer.seed)
    yield from _checked(explainer, picture, target, mask)
    for number, entry in enumerate(entries):
        run = explainer.start_run(picture)  # one each: what a method costs is its own
        try:
            explaining = explanation_steps(explainer, run, target, entry)
            explanation = yield from part_of(explaining, 2 * number, 2 * len(entries))
            audit = run_of(explainer, explanation, fill)
            measuring = audit_steps(
                explainer, audit, explanation, entry, mask=mask, randomise=randomise
            )
            measured = yield from part_of(measuring, 2 * number + 1, 2 * len(entries))
        except Exception as error:  # noqa: BLE001 - what the other methods found is kept
            failures.append(Failure(entry, reason_of(error)))
        else:
            explanations.append(explanation)
            figures.append(measured)
        made = Comparison(tuple(explanations), tuple(figures), tuple(failures))
        explainer.comparison = made  # what an interrupt leaves
    return made


def reason_of(error: Exception) -> str:
    """Tell why a method failed; our own errors speak for themselves."""
    ours = isinstance(error, (ClassifierError, ImportError, ValueError, TypeError))
    return str(error) if ours else f"{type(error).__name__}: {error}"


def _checked(
    explainer: GridExplainer,
    picture: Picture,
    target: int | str | None,
    mask: NDArray[np.bool_] | None,
) -> Generator[Progress, None, None]:
    """Refuse a target or a mask that does not fit, and look at the model, before the long part."""
    run = explainer.start_run(picture)
    yield from asked_about(run)
    target_of(run, target)
    if mask is not None:
        fit_mask(mask, run.grid, picture.size)
    yield from looked_at(explainer, run)


def looked_at(explainer: GridExplainer, run: Run) -> Generator[Progress, None, None]:
    """Look at the model, as :meth:`GridExplainer.explain` does, unless nothing seemed wrong."""
    if explainer.unchecked:
        steps = explainer.model_checks(run)
        explainer.checked = yield from as_one(steps)
