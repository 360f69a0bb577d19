"""Search the smallest sets of a run's picture, one after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.clear_answer import is_clear
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.core.scores import INDEPENDENT
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.sets.criterion import KINDS, Criterion, Kind, Outcome
from gridexplainer_widget.inference.sets.ledger import Asking, Cells, Ledger
from gridexplainer_widget.inference.sets.places import structure_steps
from gridexplainer_widget.inference.sets.smallest_set import Found, smallest_set
from gridexplainer_widget.inference.witness import RUN_AGAIN
from gridexplainer_widget.results.data.cell_set import LETTERS, CellSet
from gridexplainer_widget.results.data.minimal_sets import MinimalSets

Result = TypeVar("Result")

MIN_BUDGET: Final = 105
"""Sets to ask about at most to find one; on fine grids half as many again as there are cells."""


def usual_budget(cells: int) -> int:
    """Return how many sets are asked about at most to find one."""
    return max(MIN_BUDGET, 3 * cells // 2)


class SetSearch:
    """Sets that keep or change the answer to a run's picture.

    Parameters
    ----------
    order : sequence of int
        All cells, the most important first.
    others : sequence of Run
        The same picture under other fills, to see whether a set holds.

    Attributes
    ----------
    found : MinimalSets
        So far.
    asked : int
        Sets of the last search that the model was asked about.
    best : tuple of (row, column)
        The smallest set of the last search, so far.
    """

    def __init__(
        self,
        run: Run,
        target: int,
        order: Sequence[int],
        others: Sequence[Run] = (),
        margin: float = 0.0,
    ) -> None:
        baseline = run.baseline
        if baseline is None:
            raise ValueError("Nothing has been scored yet.")
        if run.classifier.quantity.is_value:
            raise ValueError(
                'This model returns values (output="value"), which are no answer that could be '
                "kept or changed. The curves tell how its value falls as cells are hidden."
            )
        self.run, self.order, self.others = run, tuple(order), tuple(others)
        self.criterion = Criterion.of(target, str(run.classifier.output), baseline, margin)
        self._labels = run.classifier.names(len(baseline))
        self.found = MinimalSets(target, self._labels[target], margin=margin)
        self.asked = 0
        self.best: tuple[tuple[int, int], ...] = ()
        self._ended = set[Kind]()
        if not self.criterion.kept(baseline):
            self._note_other_answer(baseline)

    def has_next(self, kind: Kind) -> bool:
        """Whether there may be one more."""
        return kind not in self._ended

    def next_set(self, kind: Kind, budget: int | None = None) -> Generator[int, None, int]:
        """Search one more set; yield pictures as they are asked, return how many sets were.

        It is disjoint from those of its kind that are known.
        """
        ledger = Ledger(
            usual_budget(len(self.order)) if budget is None else budget,
            lambda cells: self._known(kind, cells),
        )
        given, before = ledger.left, self.cost
        used = {self.run.grid.index(*cell) for found in self.of(kind) for cell in found.cells}
        order = [cell for cell in self.order if cell not in used]
        if self.has_next(kind) and order:
            self.asked, self.best = 0, ()
            found = yield from self._asked(kind, smallest_set(order, ledger, self._on_found))
            if found is not None and self._says_something(found):
                yield from self._keep(kind, found, before[0])
            else:
                self._ended.add(kind)
                self._note_end(kind, found, complete=ledger.left > 0)
        self._count(before)
        return given - ledger.left

    def hold(self) -> Iterator[int]:
        """Try each set under the other fills, unless that is known."""
        before = self.cost
        held: dict[Kind, list[CellSet]] = {"enough": [], "needed": []}
        for found in self.found.sets:
            tried = yield from self._held(found)
            held[found.kind].append(tried)
        enough, needed = (tuple(held[kind]) for kind in KINDS)
        self.found = replace(self.found, enough=enough, needed=needed)
        self._count(before)

    def tell_structure(self) -> Iterator[int]:
        """Find out where the answer comes from."""
        before = self.cost
        cells = [
            [frozenset(self.run.grid.index(*cell) for cell in found.cells) for found in sets]
            for sets in (self.found.enough, self.found.needed)
        ]
        steps = structure_steps(self.run.grid.shape, *cells)
        outcomes: list[Outcome] | None = None
        while True:
            try:
                sets = next(steps) if outcomes is None else steps.send(outcomes)
            except StopIteration as end:
                self.found = replace(self.found, structure=end.value)
                break
            hidden = [tuple(sorted(cells)) for cells in sets]
            yield from self.run.ask(hidden)
            vectors = [_vector(self.run, cells) for cells in hidden]
            outcomes = [self.criterion.outcome("enough", vector) for vector in vectors]
        self._count(before)

    @property
    def cost(self) -> tuple[int, float]:
        """Pictures given to the model, and seconds, under all fills."""
        runs = (self.run, *self.others)
        return sum(run.calls for run in runs), sum(run.seconds for run in runs)

    def _count(self, before: tuple[int, float]) -> None:
        calls, seconds = (now - then for now, then in zip(self.cost, before, strict=True))
        found = self.found
        self.found = replace(found, calls=found.calls + int(calls), seconds=found.seconds + seconds)

    def of(self, kind: Kind) -> tuple[CellSet, ...]:
        """Return the sets of a kind."""
        return self.found.enough if kind == "enough" else self.found.needed

    def _on_found(self, cells: Cells) -> None:
        self.best = tuple(self.run.grid.position(cell) for cell in sorted(cells))

    def _hidden(self, kind: Kind, cells: Cells) -> tuple[int, ...]:
        """Return what is hidden to see what a set of a kind does."""
        alone = kind == "enough"
        return tuple(cell for cell in range(len(self.order)) if (cell in cells) is not alone)

    def _known(self, kind: Kind, cells: Cells) -> Outcome | None:
        vector = self.run.cached_probabilities(self._hidden(kind, cells))
        return None if vector is None else self.criterion.outcome(kind, vector)

    def _asked(self, kind: Kind, asking: Asking[Result]) -> Generator[int, None, Result]:
        """Ask the model what a search wants to know."""
        outcomes: list[Outcome] | None = None
        while True:
            try:
                sets = next(asking) if outcomes is None else asking.send(outcomes)
            except StopIteration as end:
                self.run.confirm()
                result: Result = end.value
                return result
            hidden = [self._hidden(kind, cells) for cells in sets]
            self.asked += len(hidden)
            yield from self.run.ask(hidden, confirm=outcomes is None)
            outcomes = [self.criterion.outcome(kind, _vector(self.run, cells)) for cells in hidden]

    def _says_something(self, found: Found) -> bool:
        """Tell a set from none, and from all cells where the budget ended at once."""
        return len(found.cells) > 0 and (found.irreducible or len(found.cells) < len(self.order))

    def _keep(self, kind: Kind, found: Found, calls: int) -> Iterator[int]:
        """Write the receipt of a set."""
        alone, without = (self._hidden(side, found.cells) for side in KINDS)
        yield from self.run.ask([alone, without])
        own = alone if kind == "enough" else without
        target = self.criterion.target
        kept = CellSet(
            kind,
            tuple(self.run.grid.position(cell) for cell in sorted(found.cells)),
            label=self.found.label,
            baseline=float(_vector(self.run, ())[target]),
            alone=float(_vector(self.run, alone)[target]),
            hidden=float(_vector(self.run, without)[target]),
            becomes=self._becomes(without) if kind == "needed" else "",
            irreducible=found.irreducible,
            calls=self.cost[0] - calls,
            answers=self.run.cached_answer(own),
        )
        self.found = self.found.with_set(kept)

    def _becomes(self, without: Sequence[int]) -> str:
        """Name the answer with cells hidden; "" where there may be several or none."""
        others = _vector(self.run, without).copy()
        if self.criterion.output in INDEPENDENT or (self.criterion.clear and not is_clear(others)):
            return ""
        others[self.criterion.target] = -1
        return self._labels[int(others.argmax())]

    def _held(self, found: CellSet) -> Generator[int, None, CellSet]:
        cells = frozenset(self.run.grid.index(*cell) for cell in found.cells)
        hidden, held = self._hidden(found.kind, cells), dict(found.held)
        for run in self.others:
            if run.masker.fill.name not in held:
                yield from run.ask([(), hidden])
                vector = _vector(run, hidden)
                held[run.masker.fill.name] = self.criterion.outcome(found.kind, vector).works
        return replace(found, held=held)

    def _note_other_answer(self, baseline: Probabilities) -> None:
        name, answer = shown(self.found.label, LETTERS), int(baseline.argmax())
        self._ended.add("needed")
        why = f"“{name}” is not the answer to the whole picture"
        if self.criterion.kept_without_margin(baseline):
            why = f"“{name}” does not lead by the margin of {self.criterion.margin:g}"
        elif answer == self.criterion.target:
            why = f"“{name}” is no likelier than another class on the whole picture"
        elif self.criterion.output not in INDEPENDENT:
            why += f", which is “{shown(self._labels[answer], LETTERS)}”"
        self._note(f"{why}: a set that is enough makes it so, and none can be needed for it.")

    def _note_end(self, kind: Kind, found: Found | None, *, complete: bool) -> None:
        """Say why there is no first set."""
        if self.of(kind):
            return
        name = f"“{shown(self.found.label, LETTERS)}”"
        if found is not None and not found.cells:
            self._note(
                f"With every cell hidden the answer is still {name}: any set of cells is enough "
                "for it under this fill."
            )
        elif not complete:
            self._note(f"The budget ended before a set was found that is {kind} for {name}.")
        else:
            by = f" by {self.criterion.margin:g}" if self.criterion.margin else ""
            does = f"changes the answer {name}{by}" if kind == "needed" else f"keeps it {name}{by}"
            how = "Hiding" if kind == "needed" else "Hiding all but"
            self._note(f"{how} cells, the most important first, never {does}.")

    def _note(self, note: str) -> None:
        self.found = replace(self.found, notes=(*self.found.notes, note))


def _vector(run: Run, hidden: Sequence[int]) -> Probabilities:
    """Return what the model has just said."""
    vector = run.cached_probabilities(hidden)
    if vector is None:
        raise ModelChangedError(RUN_AGAIN)
    return vector
