"""Sets of hidden cells → the target's score, for the methods that need no more."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.inference.run import KEPT_SETS, Run

from .context import MethodContext


def values_of(
    context: MethodContext, kept: NDArray[np.bool_], done: int, total: int
) -> Generator[tuple[int, int], None, NDArray[np.float64]]:
    """Score the picture with some of its cells kept and the others hidden, batch by batch.

    What the run knows is not asked again; `context.forward` counts the rest.

    Parameters
    ----------
    context : Question
    kept : bool array (n, cells)
    done, total : int
        How much was done before these, and of how much.

    Yields
    ------
    (int, int)
        How much is done, and of how much.

    Returns
    -------
    float64 array (n,)
        The target's score minus that of the whole picture.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity.
    """
    values = np.empty(len(kept))
    step = min(context.run.batch_size, KEPT_SETS)  # more would be forgotten before they are read
    for start in range(0, len(kept), step):
        some = slice(start, min(start + step, len(kept)))
        sets = [tuple(map(int, np.flatnonzero(~row))) for row in kept[some]]
        calls = context.run.calls
        values[some] = -context.drops(_vectors(context.run, sets))
        context.forward += context.run.calls - calls
        yield min(done + some.stop, total), total
    return values


def _vectors(run: Run, sets: Sequence[tuple[int, ...]]) -> Probabilities:
    """Ask for what is not known: (n, classes)."""
    # Read before asking: each answer that comes may push out one that has been there for long.
    known = {cells: run.cached_probabilities(cells) for cells in sets}
    missing = [cells for cells, vector in known.items() if vector is None]
    for _ in run.ask(missing):
        pass
    known |= {cells: run.cached_probabilities(cells) for cells in missing}
    return np.stack([vector for cells in sets if (vector := known[cells]) is not None])
