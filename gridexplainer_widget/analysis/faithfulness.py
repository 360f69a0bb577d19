"""Measure how well a map predicts the model, by hiding cells."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gridexplainer_widget.core.arrays import Map
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.inference.cell_sets import Curves, ranking
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.results.faithfulness import Faithfulness

from .object_mask import checked_map, fit_mask, on_mask

CellSet: TypeAlias = "tuple[int, ...]"

MAX_TIED_SHARE: Final = 0.25
"""Larger shares of equal values get a note."""


def faithfulness_steps(
    run: Run, values: ArrayLike, target: int, mask: ArrayLike | None = None
) -> Generator[Progress, None, Faithfulness]:
    """Measure a map, (rows, columns); yield pictures done and their total.

    The run's fill hides cells, and its cache is reused. Cells without a finite value rank last.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity.
    ValueError
        The map or the mask does not fit.
    """
    values = checked_map(values, run.grid)
    notes = _notes(values)
    on_object: dict[str, Any] = {}
    if mask is not None:
        fitted = fit_mask(mask, run.grid, run.picture.size)
        on_object = vars(on_mask(values, fitted, run.grid))
        if on_object["inside"] is None:
            notes.append("No value is positive, so none lies inside the mask or outside.")
    curves = Curves(_order(values), values.size)
    quantity = run.classifier.quantity
    bounds = (None, None) if quantity.is_value else (0, 1)
    known, calls, seconds = yield from _probabilities(run, curves.sets, target)
    deletion, insertion = (
        np.array([known[hidden(k)] for k in curves.counts], np.float32).clip(*bounds)
        for hidden in (curves.deletion, curves.insertion)
    )
    return Faithfulness(
        curves.counts,
        deletion,
        insertion,
        run.masker.fill.name,
        calls=calls,
        seconds=seconds,
        notes=tuple(notes),
        quantity=quantity,
        **on_object,
    )


def _order(values: Map) -> tuple[int, ...]:
    """Rank all cells, so that the curves end with all hidden."""
    ranked = ranking(values)
    rest = np.setdiff1d(np.arange(values.size), ranked)
    return tuple(map(int, (*ranked, *rest)))


def _probabilities(
    run: Run, sets: Iterable[CellSet], target: int
) -> Generator[Progress, None, tuple[dict[CellSet, float], int, float]]:
    """Return the target's probability for each set, pictures and seconds."""
    missing = list(dict.fromkeys(sets))
    known: dict[CellSet, float] = {}

    def read() -> None:  # after each batch: the run's cache is bounded
        for cells in missing.copy():
            vector = run.cached_probabilities(cells)
            if vector is not None:
                known[cells] = float(vector[target])
                missing.remove(cells)

    read()
    total, calls, seconds = len(missing), 0, 0.0
    since = time.perf_counter()
    for pictures in run.ask(missing.copy()):
        read()
        calls += pictures
        seconds += time.perf_counter() - since
        yield calls, total
        since = time.perf_counter()
    read()
    return known, calls, seconds


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
