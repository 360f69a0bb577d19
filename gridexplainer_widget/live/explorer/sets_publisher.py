"""Search the smallest sets in the background, and make what is found the selection."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from gridexplainer_widget.analysis.set_search import SetSearch, usual_budget
from gridexplainer_widget.inference.sets.criterion import KINDS, Kind
from gridexplainer_widget.live.publisher import Publisher, Turn
from gridexplainer_widget.live.runner import Outcome
from gridexplainer_widget.results.data.sets_record import shown_sets
from gridexplainer_widget.results.explanation import Explanation

from .session import ExplorerSession
from .traits import ExplorerTraits


class SetsPublisher(Publisher):
    """Answer what is enough, and what is needed."""

    _traits: ExplorerTraits
    _session: ExplorerSession

    def __init__(self, traits: ExplorerTraits) -> None:
        super().__init__(traits)
        self._searching: Kind | None = None
        self._shown: dict[Kind, int] = {}

    @property
    @abstractmethod
    def explanation(self) -> Explanation | None:
        """The scores so far; None before the first batch."""

    @abstractmethod
    def publish_scores(self, *, fit: bool = True) -> None:
        """Publish the maps."""

    @abstractmethod
    def _target(self) -> int: ...

    def smallest_set(self, kind: str, *, another: bool = False) -> None:
        """Select the first set of a kind, or the next one; search it if it is not known."""
        with self.publishing():
            wanted = _kind(kind)
            if self.explanation is None:
                raise RuntimeError("Nothing has been scored yet: wait for the first cells.")
            search = self._session.search(self._target())
            place = self._shown.get(wanted, -1) + 1 if another else 0
            if search is not None and place < len(search.of(wanted)):
                self._select(search, wanted, place)
            elif search is None or search.has_next(wanted):
                self._search(wanted)
            elif search.of(wanted):  # all have been shown
                self._select(search, wanted, 0)
            self.publish_sets()

    def publish_sets(self) -> None:
        """Publish what was found for the target."""
        search, kind = self._session.search(self._target()), self._searching
        value: dict[str, Any] = {}
        if search is not None:
            more = {kind: search.has_next(kind) for kind in KINDS}
            value = {**shown_sets(search.found), "more": more}
        if kind is not None and self._session.run is not None:
            best = search.best if search else ()
            value |= {
                "searching": kind,
                "best": [list(cell) for cell in best],
                "asked": search.asked if search else 0,
                "most": usual_budget(len(self._session.run.grid)),
            }
        self._traits.set_trait("minimal_sets", value)

    def forget_sets(self) -> None:
        """End a search; what was found of this run and target stays."""
        self.runner.drop(Turn.SETS)
        self._searching, self._shown = None, {}
        self.publish_sets()

    def _search(self, kind: Kind) -> None:
        self._searching = kind
        target, made = self._target(), list[SetSearch]()

        def steps() -> Iterator[int]:
            with self.lock:  # the map is now as far as it gets
                explanation = self.explanation
                if explanation is None:
                    return
                search = self._session.new_search(explanation.for_target(target))
                made.append(search)
            yield from search.next_set(kind)
            yield from search.hold()
            if search.found.enough and search.found.needed:
                yield from search.tell_structure()

        def update() -> None:
            for search in made:
                last = len(search.of(kind)) - 1
                if last > self._shown.get(kind, -1):
                    self._select(search, kind, last)
            self.publish_sets()

        def finish(outcome: Outcome) -> None:
            update()
            self._searching = None
            self.publish_sets()
            self._publish_failure(outcome)
            self.publish_scores()  # a set may be a handful that the fitted map lacked

        self._submit(Turn.SETS, steps, finish, update)

    def _select(self, search: SetSearch, kind: Kind, place: int) -> None:
        self._shown[kind] = place
        with self._traits.hold_trait_notifications():
            self._traits.value = search.of(kind)[place].cells
            self._traits.keep = kind == "enough"


def _kind(kind: str) -> Kind:
    for known in KINDS:
        if kind == known:
            return known
    raise ValueError(f"{kind!r:.200} is no kind of set. Wanted is 'enough' or 'needed'.")
