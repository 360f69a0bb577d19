"""Hide a picture's cells in one order or in random ones, under one fill."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final, TypeAlias

import numpy as np

from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.inference.cell_sets import Curves
from gridexplainer_widget.inference.order_curves import Chance, OrderCurves
from gridexplainer_widget.inference.run import Run

Known: TypeAlias = "dict[tuple[int, ...], float]"
"""The target's probability by the cells that are hidden."""

RANDOM_ORDERS: Final = 16
"""As many, and their reverses, tell what chance reaches: the band's width to a quarter or so."""

RANDOM_POINTS: Final = 9
"""On a random order's curves: their areas spread as those of curves with all points do."""


def curves_steps(
    run: Run, orders: Sequence[Curves], target: int
) -> Generator[Progress, None, list[OrderCurves]]:
    """Return both curves of each order; yield pictures done and their total.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity.
    """
    missing = dict.fromkeys(cells for curves in orders for cells in curves.sets)
    known: Known = {}

    def read() -> None:  # after each batch: the run's cache is bounded
        for cells in tuple(missing):
            vector = run.cached_probabilities(cells)
            if vector is not None:
                known[cells] = float(vector[target])
                del missing[cells]

    read()
    done, total = 0, len(missing)
    for pictures in run.ask(tuple(missing)):
        read()
        done += pictures
        yield done, total
    read()
    fill, bounded = run.masker.fill.name, not run.classifier.quantity.is_value
    return [_curves(order, known, fill, bounded=bounded) for order in orders]


def _curves(order: Curves, known: Known, fill: str, *, bounded: bool) -> OrderCurves:
    deletion, insertion = (
        np.array([known[hidden(k)] for k in order.counts], np.float32)
        for hidden in (order.deletion, order.insertion)
    )
    if bounded:
        deletion, insertion = deletion.clip(0, 1), insertion.clip(0, 1)
    return OrderCurves(order.counts, deletion, insertion, fill)


def chance_steps(run: Run, target: int, seed: int = 0) -> Generator[Progress, None, Chance]:
    """Measure what random orders reach; yield pictures done and their total."""
    cells, calls = len(run.grid), run.calls
    rng = np.random.default_rng(seed)
    orders = [
        Curves(tuple(map(int, rng.permutation(cells))), cells, RANDOM_POINTS)
        for _ in range(RANDOM_ORDERS)
    ]
    found = yield from curves_steps(run, orders, target)
    return Chance.of(found, run.calls - calls)
