"""Measure how well a map predicts the model, by hiding its cells in order."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gridexplainer_widget.core.arrays import Map, Mask
from gridexplainer_widget.inference.cell_sets import Curves, ranking
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.results.faithfulness import Faithfulness

from .object_mask import checked_map, fit_mask, on_mask

Cells: TypeAlias = "tuple[int, ...]"

MANY_TIES = 0.25
"""Share of the cells from which on it is said that their values do not tell them apart."""


def faithfulness_steps(
    run: Run, values: ArrayLike, target: int, mask: Mask | None = None
) -> Generator[tuple[int, int], None, Faithfulness]:
    """Measure a map; yields how many pictures are done and of how many.

    Parameters
    ----------
    run : Run
        Of the map's picture, grid and fill. What it has scored already is not asked again.
    values : float array (rows, columns)
        The map; cells without a finite value rank last.
    target : int
        The class that it is of.
    mask : bool array (H, W), optional
        Where the object is; see :func:`~.object_mask.fit_mask`.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity.
    ValueError
        The map is not one of the run's grid or holds no number; the mask does not fit.
    """
    values = checked_map(values, run.grid)
    notes = _notes(values)
    measured: dict[str, Any] = {}
    if mask is not None:
        fitted = fit_mask(mask, run.grid, run.picture.size)
        measured = vars(on_mask(values, fitted, run.grid))
        if measured["inside"] is None:
            notes.append("No value is positive, so none lies inside the mask or outside.")
    curves = Curves(_order(values), values.size)
    known, calls, seconds = yield from _asked(run, curves.sets, target)
    deletion, insertion = (
        np.array([known[hidden(k)] for k in curves.counts], np.float32).clip(0, 1)
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
        **measured,
    )


def _order(values: Map) -> tuple[int, ...]:
    """Return all cells, those without a finite value last: the curves end with all hidden."""
    ranked = ranking(values)
    rest = np.setdiff1d(np.arange(values.size), ranked)
    return tuple(map(int, (*ranked, *rest)))


def _asked(
    run: Run, sets: Iterable[Cells], target: int
) -> Generator[tuple[int, int], None, tuple[dict[Cells, float], int, float]]:
    """Return the target's probability for each set, the pictures asked and the seconds spent."""
    missing = list(dict.fromkeys(sets))
    known: dict[Cells, float] = {}

    def read() -> None:  # at once: the run may forget what it was asked long ago
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
    _, alike = np.unique(numbers, return_counts=True)
    tied = int(alike[alike > 1].sum())
    if len(alike) == 1:
        notes.append(
            "Every cell has the same value: they rank by their places, from the top left, and "
            "the curves tell nothing of the map."
        )
    elif tied > MANY_TIES * values.size:
        notes.append(
            f"{tied} of {values.size} cells share their value with others; among these they rank "
            "by their places, from the top left."
        )
    return notes
