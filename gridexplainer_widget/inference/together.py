"""Hides handfuls of cells, until the map that is fitted to them has settled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.handfuls import MAX_HANDFULS, Handful, Handfuls, draw_handfuls
from gridexplainer_widget.core.scores import Answers, Score, drops_of

from .joint_fit import joint_fit
from .run import Run

HANDFULS: Final = (60, 400)
"""Fewest and most handfuls by default: else twice the cells and some."""

SETTLED: Final = 0.8
"""Rank correlation of the maps of two halves of the handfuls from which no more are hidden."""

BETWEEN_LOOKS: Final = 32
"""Handfuls after which to look whether the map has settled."""


def handful_count(cells: int, budget: int | None) -> int:
    """Return how many handfuls to hide at most, with a budget of calls in all."""
    if cells < 3:
        return 0
    if budget is None:
        return min(max(2 * cells + 7, HANDFULS[0]), HANDFULS[1])
    return min(max(0, budget - cells - 1), MAX_HANDFULS)


def together_steps(
    run: Run, target: int, score: Score, budget: int | None, contrast: int | None = None
) -> Iterator[int]:
    """Hide handfuls of cells; yield the size of each batch.

    Ends when the fitted map has settled and all probes are known, or the budget is spent. The cells
    alone come first, by :meth:`Run.steps`.
    """
    drawn = draw(run, budget)
    for start in range(0, len(drawn), BETWEEN_LOOKS):
        yield from run.ask([cells for cells, _ in drawn[start : start + BETWEEN_LOOKS]])
        if _settled(run, target, score, contrast):
            break
    yield from probe_steps(run, budget)


def probe_steps(run: Run, budget: int | None) -> Iterator[int]:
    """Hide the handfuls that are kept out of the fit; yield the size of each batch."""
    yield from run.ask([cells for cells, probe in draw(run, budget) if probe])


def draw(run: Run, budget: int | None) -> tuple[Handful, ...]:
    """Draw handfuls; what is known of them is kept for good."""
    drawn = _drawn(len(run.grid), handful_count(len(run.grid), budget), run.seed)
    run.set_answers.pin(cells for cells, _ in drawn)
    return drawn


def probes_of(run: Run) -> frozenset[tuple[int, ...]]:
    """Return the drawn handfuls that no map may be fitted to, known or not."""
    return frozenset(cells for cells, probe in _drawn_for(run) if probe)


def handfuls_done(run: Run) -> int:
    """Count the handfuls that are known."""
    return sum(answer is not None for answer in run.set_answers.pinned.values())


def handfuls_of(run: Run) -> Handfuls | None:
    """Collect what is known of the handfuls that were drawn; None before the first."""
    known = [
        (cells, probe, answer)
        for cells, probe in _drawn_for(run)
        if (answer := run.cached_answer(cells)) is not None
    ]
    if not known:
        return None
    hidden = np.zeros((len(known), len(run.grid)), np.bool_)
    for row, (cells, _, _) in zip(hidden, known, strict=True):
        row[list(cells)] = True
    answers = Answers(*map(np.stack, zip(*(answer for *_, answer in known), strict=True)))
    return Handfuls(hidden, answers, np.array([probe for _, probe, _ in known], np.bool_))


def _drawn_for(run: Run) -> tuple[Handful, ...]:
    """Return the handfuls that were drawn for a run: as many as are pinned."""
    return _drawn(len(run.grid), len(run.set_answers.pinned), run.seed)


@lru_cache(maxsize=16)
def _drawn(cells: int, count: int, seed: int) -> tuple[Handful, ...]:
    return tuple(draw_handfuls(cells, count, seed))


def fitted_map(  # noqa: PLR0913, PLR0917 - what is known, and of what
    handfuls: Handfuls,
    baseline: Answers,
    alone: NDArray[np.floating],
    target: int,
    score: Score,
    output: str,
    contrast: int | None = None,
) -> NDArray[np.float32] | None:
    """Fit a map (rows, columns) to handfuls, around the drops alone; None with too few."""
    fitted = handfuls.fitted
    if len(fitted) < 2:
        return None
    drops = drops_of(fitted.answers, baseline, target, score, output, contrast)
    return joint_fit(fitted.hidden, drops, alone.shape, alone.ravel()).reshape(alone.shape)


def _settled(run: Run, target: int, score: Score, contrast: int | None) -> bool:
    """Tell whether maps of either half of the handfuls rank the cells alike."""
    handfuls, whole, answers = handfuls_of(run), run.whole, run.answers
    if handfuls is None or whole is None or answers is None:
        return False
    fitted, output = handfuls.fitted, str(run.classifier.output)
    none = np.zeros(run.grid.shape, np.float32)  # what both halves share would agree with itself
    first = np.arange(len(fitted)) % 2 == 0
    maps = [
        fitted_map(fitted.at(half), whole, none, target, score, output, contrast)
        for half in (first, ~first)
    ]
    if any(map_ is None or np.ptp(map_) == 0 for map_ in maps):
        return False
    ranks = [np.argsort(np.argsort(map_, axis=None)) for map_ in maps if map_ is not None]
    correlation: NDArray[np.float64] = np.corrcoef(np.stack(ranks))
    return bool(correlation[0, 1] >= SETTLED)
