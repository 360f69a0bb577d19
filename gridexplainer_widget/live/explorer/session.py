"""State of the explorer, without widget or threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from gridexplainer_widget.analysis.certainty import CertaintyWork
from gridexplainer_widget.analysis.minimal_sets import search_of
from gridexplainer_widget.analysis.set_search import SetSearch
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.fills import NAMES, Fill
from gridexplainer_widget.core.grid import Grid, square_cells
from gridexplainer_widget.core.picture import Picture, png_bytes, to_uint8
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.inference.cell_sets import Curves, Selection, ranking
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.together import handful_count
from gridexplainer_widget.inference.two_maps import MapName
from gridexplainer_widget.methods.attribute import contrast_of, target_of
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.wire.explorer import MAX_GRID

Question: TypeAlias = "tuple[int | str | None, str, int | None]"
"""Target, score and contrast."""

KEPT_RUNS = 6
"""So that going back to a grid or fill is instant."""

KEPT_SELECTIONS = 100
"""For `undo`."""


class ExplorerSession:
    """One picture under changing grids, fills and selections."""

    def __init__(self, setup: Setup, picture: Picture) -> None:
        self.setup = setup
        self.picture = picture
        self.size = self.size_of(picture)
        self.run: Run | None = None
        self.selection = Selection()
        self._past: list[tuple[Selection, Grid]] = []
        self._chosen = (self.selection, Grid(1, 1, 1, 1))
        self._runs: OrderedDict[Any, Run] = OrderedDict()
        self._searches: dict[int, SetSearch] = {}
        self._drawn: tuple[Run, Selection, bytes] | None = None
        self._certainty: tuple[Run, CertaintyWork] | None = None

    def size_of(self, picture: Picture) -> tuple[int, int]:
        """Height and width in the model's input, in pixels."""
        height, width = picture.fitted(*self.setup.classifier.input_shape).shape[:2]
        return height, width

    def grid_for(self, picture: Picture) -> tuple[int, int]:
        """Return the grid that a picture has until somebody changes it: chosen, or square cells."""
        if self.setup.grid_is_chosen:
            return self.setup.grid_size
        rows, columns = square_cells(*picture.size)
        height, width = self.size_of(picture)
        return min(rows, height, MAX_GRID), min(columns, width, MAX_GRID)

    def grid_after(self, picture: Picture, grid: tuple[int, int]) -> tuple[int, int]:
        """Return the grid of another picture: the one of now, if somebody has changed it."""
        return self.grid_for(picture) if grid == self.grid_for(self.picture) else grid

    def replace_picture(self, picture: Picture, grid_size: tuple[int, int], fill: Fill) -> None:
        """Replace the picture, unless its run cannot be made; forget runs and selections."""
        run = self.setup.start_run(picture, grid_size, fill)
        self.picture, self.size = picture, self.size_of(picture)
        self._runs.clear()
        self._runs[_key(grid_size, fill)] = run
        self.forget_selections()

    def prepare(self, grid_size: tuple[int, int], fill: Fill) -> Run:
        """Make or find the run of a grid and a fill."""
        key = _key(grid_size, fill)
        run = self._runs.pop(key, None) or self.setup.start_run(self.picture, grid_size, fill)
        self._runs[key] = run
        while len(self._runs) > KEPT_RUNS:
            self._runs.popitem(last=False)
        return run

    def start(self, grid_size: tuple[int, int], fill: Fill) -> Run:
        """Start or resume the run of a grid and a fill."""
        before, self.run = self.run, self.prepare(grid_size, fill)
        if self.run is not before:
            self._searches.clear()
        return self.run

    def forget_runs(self) -> None:
        """Start anew at the next start: the model has changed."""
        self._runs.clear()
        self._searches.clear()

    def target(self, target: int | str | None) -> int:
        """Index of a class, by default the most probable; 0 before the prediction."""
        run = self.run
        return 0 if run is None or run.baseline is None else target_of(run, target)

    def contrast(self, target: int, contrast: int | str | None) -> int | None:
        """Index of the class that the target is held against; None before the prediction."""
        run = self.run
        return None if run is None or run.baseline is None else contrast_of(run, target, contrast)

    def most_handfuls(self, run: Run) -> int:
        """Bound the handfuls that a run hides; drawing them may take a second."""
        most = handful_count(len(run.grid), self.setup.budget) if self.setup.joint else 0
        return len(run.set_answers.pinned) or most

    def steps(self, run: Run, question: Callable[[], Question]) -> Iterator[int]:
        """Hide each cell, then handfuls, until the map of the question of that time has settled."""
        yield from run.steps()
        yield from self.setup.handfuls(run, *question())

    def explanation(self, question: Question, map_: MapName | None) -> Explanation | None:
        """Freeze the scores so far; None before the first batch."""
        run = self.run
        if run is None or run.baseline is None or run.vectors is None:
            return None
        target, score, contrast = question
        explanation = self.setup.freeze(run, target, score, contrast=contrast)
        search, work = self._searches.get(explanation.target), self.certainty
        return replace(
            explanation,
            chosen=map_ if explanation.handfuls else None,
            minimal_sets=search.found if search else None,
            certainty=work.certainty if work is not None and work.begun else None,
        )

    def search(self, target: int) -> SetSearch | None:
        """Return what was searched for a class in this run."""
        return self._searches.get(target)

    def new_search(self, explanation: Explanation) -> SetSearch:
        """Search along a map, unless that was begun for its class."""
        if self.run is None:
            raise RuntimeError("There is no run to search in.")
        target = explanation.target
        if target not in self._searches:
            self._searches[target] = search_of(self.setup, self.run, explanation)
        return self._searches[target]

    @property
    def certainty(self) -> CertaintyWork | None:
        """What was asked to be sure of this run's cells."""
        known = self._certainty
        return known[1] if known is not None and known[0] is self.run else None

    def keep_certainty(self, run: Run, work: CertaintyWork) -> None:
        """Keep what is asked about a run."""
        self._certainty = run, work

    def forget_certainty(self) -> None:
        """Ask anew at the next time."""
        self._certainty = None

    def select(self, selection: Selection) -> bool:
        """Change the selection; False if it is the same."""
        if selection == self.selection:
            return False
        grid = self._grid()
        self._past = [*self._past, (self.selection, grid)][-KEPT_SELECTIONS:]
        self.selection = selection
        self._chosen = (selection, grid)
        return True

    def refit(self, grid: Grid) -> Selection:
        """Select the same pixels on another grid: those that were chosen last, on whichever."""
        chosen, before = self._chosen
        self.selection = chosen.refit(before, grid)
        return self.selection

    def undo(self) -> Selection | None:
        """Restore the previous selection; None if there is none."""
        if not self._past:
            return None
        selection, before = self._past.pop()
        self._chosen = (selection, before)
        return self.refit(self._grid())

    def forget_selections(self) -> None:
        """Clear the selection and its history."""
        self.selection = Selection()
        self._past.clear()

    def _grid(self) -> Grid:
        return self.run.grid if self.run else Grid(1, 1, *self.size)

    def picture_without(self, run: Run) -> bytes:
        """Draw the model's input with the selection hidden; PNG."""
        if self._drawn is None or self._drawn[:2] != (run, self.selection):
            hidden = run.masker.masked(self.selection.hidden(run.grid))
            self._drawn = (run, self.selection, png_bytes(to_uint8(hidden)))
        return self._drawn[2]

    def cached_answer(self) -> Answers | None:
        """Return what the model says with the selection hidden, if known."""
        if self.run is None or not self.selection.cells:
            return None
        return self.run.cached_answer(self.selection.hidden(self.run.grid))

    def curves(self, explanation: Explanation) -> Curves | None:
        """Rank the cells for the curves; None while some are pending."""
        if self.run is None or not (self.run.scored | self.run.failed).all():
            return None
        order = tuple(int(cell) for cell in ranking(explanation.values))
        return Curves(order, len(explanation.grid))

    def close(self) -> None:
        """Free the memory."""
        self.run, self._drawn, self._certainty = None, None, None
        self._searches.clear()
        self._runs.clear()
        self.picture = Picture(np.zeros((1, 1, 3), np.float32))


def _key(grid_size: tuple[int, int], fill: Fill) -> tuple[Any, ...]:
    """Tell runs apart, which keep their fill: one's own may be no key, or fail when compared."""
    return grid_size, fill.name, id(fill.local) if fill.name not in NAMES else None
