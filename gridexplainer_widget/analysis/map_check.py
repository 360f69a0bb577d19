"""Hold a map's own two ends against each other: no cell hidden, and all."""

from __future__ import annotations

import weakref
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from gridexplainer_widget.classifiers.checks.checks import Check
from gridexplainer_widget.classifiers.checks.hiding import NAME, NOT_ASKED, MapEnds, hiding_check
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.errors import words_of
from gridexplainer_widget.core.fills import Fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import target_of


@dataclass(frozen=True, eq=False)
class AllHidden:
    """What the model says with every cell of a run hidden; another run of the same may use it."""

    picture: weakref.ref[Picture]
    grid: Grid
    fill: Fill
    vector: Probabilities

    @classmethod
    def of(cls, run: Run) -> AllHidden | None:
        """Return what a run knows."""
        vector = run.cached_probabilities(_all_cells(run))
        if vector is None:
            return None
        return cls(weakref.ref(run.picture), run.grid, run.masker.fill, vector)

    def fits(self, run: Run) -> bool:
        """Whether a run is of the same picture, grid and fill."""
        same = self.picture() is run.picture and self.fill is run.masker.fill
        return same and vars(self.grid) == vars(run.grid)


def ask_all_hidden(run: Run) -> Generator[int, None, Check]:
    """Ask what is left with every cell hidden, unless that is known; tell a failure.

    It comes right after a map, whose run has just asked whether the model is still the same.
    """
    if run.baseline is not None:
        try:
            yield from run.ask([_all_cells(run)], confirm=False)
        except Exception as error:  # noqa: BLE001 - whatever the model raises
            return Check(NAME, "wrong", f"With every cell hidden: {words_of(error)}")
    return NOT_ASKED


def check_of_map(run: Run, target: int | str | None, known: AllHidden | None) -> Check:
    """Check what is left of a map's answer with all cells hidden, if anybody has asked."""
    hidden = AllHidden.of(run) or (known if known is not None and known.fits(run) else None)
    if hidden is None or run.baseline is None:
        return NOT_ASKED
    index = target_of(run, target)
    emptied = run.masker.masked(_all_cells(run))
    rows, columns = run.grid.shape
    return hiding_check(
        MapEnds(
            run.baseline,
            hidden.vector,
            index,
            run.classifier.names(len(run.baseline))[index],
            f"{run.masker.fill.name} on a grid of {rows}×{columns}",
            run.classifier.quantity,
            plain=bool(np.ptp(emptied, axis=(0, 1)).max() < 1),
        )
    )


def _all_cells(run: Run) -> tuple[int, ...]:
    return tuple(range(len(run.grid)))
