"""Score coalitions: sets of cells kept while all others are hidden."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.set_answers import KEPT_SETS

from .context import MethodContext


def coalition_values(
    context: MethodContext, kept: NDArray[np.bool_], done: int, total: int
) -> Generator[Progress, None, NDArray[np.float64]]:
    """Score coalitions batch by batch; cached ones take no forward pass.

    Parameters
    ----------
    kept : (n, cells)
    done, total
        The method's progress so far, and its end.

    Returns
    -------
    (n,)
        The target's score minus the whole picture's.
    """
    values = np.empty(len(kept))
    step = min(context.run.batch_size, KEPT_SETS)  # more would be evicted unread
    for start in range(0, len(kept), step):
        batch = slice(start, min(start + step, len(kept)))
        hidden = [tuple(map(int, np.flatnonzero(~row))) for row in kept[batch]]
        calls = context.run.calls
        values[batch] = -context.drops(_answers(context.run, hidden))
        context.forward += context.run.calls - calls
        yield min(done + batch.stop, total), total
    return values


def _answers(run: Run, hidden: Sequence[tuple[int, ...]]) -> Answers:
    # Read the cache first: each new answer may evict an old one.
    cached = {cells: run.cached_answer(cells) for cells in hidden}
    missing = [cells for cells, answer in cached.items() if answer is None]
    for _ in run.ask(missing, confirm=False):
        pass
    cached |= {cells: run.cached_answer(cells) for cells in missing}
    known = [answer for cells in hidden if (answer := cached[cells]) is not None]
    return Answers(*map(np.stack, zip(*known, strict=True)))
