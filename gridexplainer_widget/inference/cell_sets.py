"""Sets of cells to hide together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import Score, drops_of

from .run import Run

MAX_POINTS = 33
"""Points on a curve; smaller grids have one for each number of hidden cells."""


class Selection(NamedTuple):
    """Cells, (row, column), to hide together; with `keep`, all others are hidden."""

    cells: tuple[tuple[int, int], ...] = ()
    keep: bool = False

    def hidden(self, grid: Grid) -> tuple[int, ...]:
        """Return the hidden cells, row-major."""
        chosen = {grid.index(row, column) for row, column in self.cells}
        return tuple(cell for cell in range(len(grid)) if (cell in chosen) is not self.keep)

    def refit(self, old: Grid, new: Grid) -> Selection:
        """Return the cells of another grid that cover the same pixels: half of each, or the most.

        Mirrored by refit in js/src/cells/refit.ts.
        """
        if old == new or not self.cells:
            return self
        chosen = np.zeros(old.shape)
        chosen[tuple(np.transpose(self.cells))] = 1
        covered = (
            _overlaps(old.row_edges, new.row_edges)
            @ chosen
            @ _overlaps(old.column_edges, new.column_edges).T
        )
        least = min(0.5, covered.max())
        cells = np.argwhere(covered >= least - 1e-9).tolist()
        return self._replace(cells=tuple((row, column) for row, column in cells))


def _overlaps(old: NDArray[np.intp], new: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the share of each new interval that lies in each old one."""
    start = np.maximum(new[:-1, np.newaxis], old[np.newaxis, :-1])
    end = np.minimum(new[1:, np.newaxis], old[np.newaxis, 1:])
    shares: NDArray[np.float64] = np.clip(end - start, 0, None) / np.diff(new)[:, np.newaxis]
    return shares


def ranking(drops: ArrayLike) -> NDArray[np.intp]:
    """Return the cells with finite drops, largest first; ties in row-major order."""
    flat = np.ravel(drops)
    order: NDArray[np.intp] = np.argsort(-flat, kind="stable")
    scored: NDArray[np.intp] = order[np.isfinite(flat[order])]
    return scored


def sum_of_drops(
    run: Run, cells: Sequence[int], target: int, score: Score, contrast: int | None = None
) -> float | None:
    """Add up the drops of single cells; None if one is not scored."""
    if run.whole is None or run.answers is None:
        return None
    chosen = run.answers.at(list(cells))
    drops = drops_of(chosen, run.whole, target, score, str(run.classifier.output), contrast)
    return None if np.isnan(drops).any() else float(drops.sum(dtype=np.float64))


@dataclass(frozen=True)
class Curves:
    """The sets behind the deletion and the insertion curve.

    Deletion hides the first k cells of `order` (largest drop first), insertion all others. After V.
    Petsiuk, A. Das and K. Saenko, "RISE: Randomized Input Sampling for Explanation of Black-box
    Models", BMVC 2018, who blur or grey pixels; here the run's fill replaces them.

    A curve has a point for each number of hidden cells, or `points` where these are fewer.
    """

    order: tuple[int, ...]
    cells: int
    points: int = MAX_POINTS

    @property
    def counts(self) -> tuple[int, ...]:
        """Each k on the curves: all, or `points` spread evenly (one less if n is odd).

        With k comes n − k, so that a ranking and its reverse hide equally many cells.
        """
        n = len(self.order)
        if n < self.points:
            return tuple(range(n + 1))
        gaps = self.points - 1 - n % 2  # an odd n has no k in the middle
        lower = [round(point * n / gaps) for point in range(gaps // 2 + 1)]
        upper = [n - k for k in reversed(lower)]
        return tuple(dict.fromkeys(lower + upper))

    def deletion(self, k: int) -> tuple[int, ...]:
        """Return the top k."""
        return tuple(sorted(self.order[:k]))

    def insertion(self, k: int) -> tuple[int, ...]:
        """Return all but the top k."""
        kept = set(self.order[:k])
        return tuple(cell for cell in range(self.cells) if cell not in kept)

    @cached_property
    def sets(self) -> tuple[tuple[int, ...], ...]:
        """Deletion and insertion sets in turn, for each of `counts`."""
        return tuple(cells(k) for k in self.counts for cells in (self.deletion, self.insertion))
