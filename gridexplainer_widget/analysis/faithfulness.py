"""Measure how well a map predicts the model, by hiding cells."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from gridexplainer_widget.core.arrays import Map
from gridexplainer_widget.core.progress import Progress, subprogress
from gridexplainer_widget.inference.cell_sets import Curves, ranking
from gridexplainer_widget.inference.order_curves import Chance
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.results.faithfulness import Faithfulness

from .object_mask import checked_map, fit_mask, on_mask
from .orders import curves_steps

MAX_TIED_SHARE: Final = 0.25
"""Larger shares of equal values get a note."""


def faithfulness_steps(
    runs: Sequence[Run],
    values: ArrayLike,
    target: int,
    mask: ArrayLike | None = None,
    chances: Sequence[Chance | None] | None = None,
) -> Generator[Progress, None, Faithfulness]:
    """Measure a map, (rows, columns), under each run's fill; yield steps done and their total.

    Each run's cache is reused; `chances` are what random orders reach in it, if known. Cells
    without a finite value rank last.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity.
    ValueError
        The map or the mask does not fit.
    """
    first = runs[0]
    values = checked_map(values, first.grid)
    notes = _notes(values)
    on_object: dict[str, Any] = {}
    if mask is not None:
        fitted = fit_mask(mask, first.grid, first.picture.size)
        on_object = vars(on_mask(values, fitted, first.grid))
        if on_object["inside"] is None:
            notes.append("No value is positive, so none lies inside the mask or outside.")
    curves = Curves(_order(values), values.size)
    calls, seconds = (sum(getattr(run, cost) for run in runs) for cost in ("calls", "seconds"))
    under = []
    for number, (run, chance) in enumerate(zip(runs, chances or [None] * len(runs), strict=True)):
        steps = curves_steps(run, [curves], target)
        (found,) = yield from subprogress(steps, number, len(runs))
        under.append(replace(found, chance=chance))
    return Faithfulness(
        tuple(under),
        calls=sum(run.calls for run in runs) - calls,
        seconds=sum(run.seconds for run in runs) - seconds,
        notes=tuple(notes),
        quantity=first.classifier.quantity,
        **on_object,
    )


def _order(values: Map) -> tuple[int, ...]:
    """Rank all cells, so that the curves end with all hidden."""
    ranked = ranking(values)
    rest = np.setdiff1d(np.arange(values.size), ranked)
    return tuple(map(int, (*ranked, *rest)))


def _notes(values: Map) -> list[str]:
    numbers = values[np.isfinite(values)]
    notes = []
    if len(numbers) < values.size:
        lacking = values.size - len(numbers)
        notes.append(f"{lacking} of {values.size} cells have no value; they rank last.")
    _, counts = np.unique(numbers, return_counts=True)
    tied = int(counts[counts > 1].sum())
    if len(counts) == 1:
        notes.append(
            "Every cell has the same value: they rank by their places, from the top left, and "
            "the curves tell nothing of the map."
        )
    elif tied > MAX_TIED_SHARE * values.size:
        notes.append(
            f"{tied} of {values.size} cells share their value with others; among these they rank "
            "by their places, from the top left."
        )
    return notes
