"""What has been asked about sets of cells, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TypeAlias, TypeVar

from .criterion import Outcome

Result = TypeVar("Result")

Cells: TypeAlias = frozenset[int]

Asking: TypeAlias = "Generator[list[Cells], list[Outcome], Result]"
"""Yields batches of sets, is sent what they do, and returns a result."""


class Ledger:
    """Outcomes of sets of cells.

    Parameters
    ----------
    budget : int
        Sets to ask about at most.
    recall : callable, optional
        Returns what is known of a set without asking, else None; that costs nothing.
    """

    def __init__(
        self, budget: int, recall: Callable[[Cells], Outcome | None] = lambda _: None
    ) -> None:
        self.left = budget
        self._known: dict[Cells, Outcome] = {}
        self._recall = recall

    def ask(self, sets: Iterable[Cells]) -> Asking[bool]:
        """Ask what is not known; return False if the budget ended before all was."""
        unknown = [cells for cells in dict.fromkeys(sets) if self.outcome(cells) is None]
        asked = unknown[: self.left]
        if asked:
            self.left -= len(asked)
            outcomes = yield asked
            self._known.update(zip(asked, outcomes, strict=True))
        return len(asked) == len(unknown)

    def outcome(self, cells: Cells) -> Outcome | None:
        """Return what is known of a set."""
        if cells not in self._known:
            found = self._recall(cells)
            if found is None:
                return None
            self._known[cells] = found
        return self._known[cells]

    def works(self, cells: Cells) -> bool:
        """Tell whether a set is known to work."""
        found = self.outcome(cells)
        return found is not None and found.works

    def lead(self, cells: Cells) -> float:
        """Return how near a set comes; minus infinity if not known."""
        found = self.outcome(cells)
        return found.lead if found is not None else float("-inf")
