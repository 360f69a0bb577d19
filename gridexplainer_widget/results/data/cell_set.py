"""A set of cells that is enough for an answer, or needed, and its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.sets.criterion import Kind

LETTERS: Final = 40
"""Of a label in a sentence."""


@dataclass(frozen=True)
class CellSet:
    """A set of cells, with its receipt.

    Parameters
    ----------
    kind : {"enough", "needed"}
        Enough: with everything else hidden the answer is kept. Needed: hiding it changes the
        answer.
    cells : tuple of (row, column)
        Row by row, counted from 0.
    label : str
        Of the target.
    baseline, alone, hidden : float
        The target's probability: of the whole picture, with everything but the cells hidden, and
        with the cells hidden.
    becomes : str
        If needed, the answer with the cells hidden; "" of a model that may give several or none.
    irreducible : bool
        Whether no single cell can be left out; else the budget ended before that was known.
    calls : int
        Pictures given to the model to find it, without those of `held`.
    held : mapping of str to bool
        For each fill that it was not made with, whether the set does there what it does here.
    answers : Answers (classes,), optional
        What the model says with everything else hidden, or, if needed, with the cells hidden.
    """

    kind: Kind
    cells: tuple[tuple[int, int], ...]
    label: str
    baseline: float
    alone: float
    hidden: float
    becomes: str
    irreducible: bool
    calls: int
    held: Mapping[str, bool] = field(default_factory=dict)
    answers: Answers | None = field(default=None, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def hold_rate(self) -> float | None:
        """Share of the other fills under which it holds; None if none was tried."""
        return sum(self.held.values()) / len(self.held) if self.held else None

    @property
    def hold_bound(self) -> float | None:
        """What the share of such fills is at least, 95 % sure; None if none was tried.

        C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in
        the Case of the Binomial", Biometrika 26, 1934; one-sided.
        """
        if not self.held:
            return None
        from scipy.special import betaincinv  # noqa: PLC0415 - slow to import

        held, tried = sum(self.held.values()), len(self.held)
        return float(betaincinv(held, tried - held + 1, 0.05)) if held else 0.0

    @property
    def is_faint(self) -> bool:
        """Whether the answer is kept, but with less than half of its probability."""
        return self.kind == "enough" and self.alone < self.baseline / 2

    @property
    def sentence(self) -> str:
        """What the set does."""
        name, cells = f"“{shown(self.label, LETTERS)}”", count_text(len(self))
        if self.kind == "enough":
            verb = "is" if len(self) == 1 else "are"
            still = "only just still" if self.is_faint else "still"
            return (
                f"{cells} alone {verb} {still} {name}: {percent(self.alone)}, of "
                f"{percent(self.baseline)} in the whole picture."
            )
        becomes = f"the answer becomes “{shown(self.becomes, LETTERS)}”"
        lost = becomes if self.becomes else f"{name} is no longer an answer"
        falls = f"falls from {percent(self.baseline)} to {percent(self.hidden)}."
        return f"Without {cells} {lost}: {name if self.becomes else 'it'} {falls}"

    @property
    def receipt(self) -> str:
        """What else is known of it."""
        one = len(self) == 1
        if self.kind == "enough":
            other = f"Without {'it' if one else 'them'}: {percent(self.hidden)}."
        else:
            other = f"{'It' if one else 'They'} alone: {percent(self.alone)}."
        least = "No single cell can be left out."
        if not self.irreducible:
            least = "Whether a cell can be left out is not known: the budget ended."
        return " ".join([other, *([] if one and self.irreducible else [least]), *self._holds()])

    def _holds(self) -> list[str]:
        rate, bound = self.hold_rate, self.hold_bound
        calls = f"{self.calls:,} model calls."
        if rate is None or bound is None:
            return [calls]
        held, tried = sum(self.held.values()), len(self.held)
        sure = f" (at least {bound:.0%} of such fills, 95% sure)" if held else ""
        return [f"It holds under {held} of {tried} other fills{sure}.", calls]

    @property
    def record(self) -> dict[str, Any]:
        """Plain values, without `answers`."""
        values = {name: value for name, value in vars(self).items() if name != "answers"}
        return {**values, "cells": [list(cell) for cell in self.cells], "held": dict(self.held)}


def count_text(cells: int) -> str:
    """Write a number of cells."""
    return "1 cell" if cells == 1 else f"{cells} cells"
