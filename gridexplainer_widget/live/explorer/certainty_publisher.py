"""Ask in the background how sure each cell is."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, Final

from gridexplainer_widget.analysis.certainty import CertaintyWork, Estimate, estimate_of
from gridexplainer_widget.core.progress import seconds_text
from gridexplainer_widget.live.publisher import Publisher, Turn
from gridexplainer_widget.live.runner import Outcome
from gridexplainer_widget.results.explanation import Explanation

from .session import ExplorerSession
from .traits import ExplorerTraits

QUICK: Final = 10.0
"""Seconds up to which a map is followed by its certainty, without being asked for it."""

PAUSE: Final = 10
"""Between two looks at what is known so far, in durations of a look: on a fine grid of many classes
one takes a while."""


class CertaintyPublisher(Publisher):
    """Answer how sure each cell is."""

    _traits: ExplorerTraits
    _session: ExplorerSession

    def __init__(self, traits: ExplorerTraits) -> None:
        super().__init__(traits)
        self._asks_certainty = False
        self._next_look = 0.0

    @property
    @abstractmethod
    def explanation(self) -> Explanation | None:
        """The scores so far; None before the first batch."""

    @abstractmethod
    def _classes(self) -> tuple[int, int | None]: ...

    def certainty(self) -> None:
        """Hide each cell in eight ways, after the run; what is known is not asked again."""
        with self.publishing():
            if self._closed:
                return
            if self.explanation is None:
                raise RuntimeError("Nothing has been scored yet: wait for the first cells.")
            self._asks_certainty = True
            self._submit(Turn.CERTAINTY, self._certainty_steps, self._on_certainty, self._look)
            self._publish_known()

    def follow_with_certainty(self) -> None:
        """Ask for the certainty of a map that has just been finished, if that is quick.

        Not where the user bounds what is asked.
        """
        setup = self._session.setup
        seconds = self._traits.certainty_estimate.get("seconds")
        unbounded = setup.joint and setup.budget is None
        if unbounded and seconds is not None and 0 < seconds < QUICK:
            self.certainty()

    def publish_certainty(self, explanation: Explanation | None) -> None:
        """Publish what is known for the target, and what asking the rest of a run would take.

        Of a run that is not at an end there is no explanation.
        """
        work = self._session.certainty
        if work is None and explanation is not None:
            self._publish_estimate(estimate_of(explanation))
        elif explanation is None:
            self._traits.set_trait("certainty_estimate", {})
        self._publish_known()

    def _publish_known(self) -> None:
        work, value = self._session.certainty, dict[str, Any]()
        if work is not None and work.begun:
            value = work.certainty.for_target(*self._classes()).record
            value["running"] = self._asks_certainty
        if work is not None and self._traits.status != "running":
            self._publish_estimate(work.estimate)
        self._traits.set_trait("certainty", value)

    def _publish_estimate(self, estimate: Estimate) -> None:
        seconds = estimate.seconds
        told = None if seconds is None else float(f"{seconds:.2g}")
        takes = "" if told is None else f", about {seconds_text(told)}"
        text = f"Hides each cell in other ways: {estimate.calls} questions{takes}"
        value = {"calls": estimate.calls, "seconds": told, "text": text}
        self._traits.set_trait("certainty_estimate", value)

    def forget_certainty(self) -> None:
        """End asking: it was of another run, or of the model as it was."""
        self.runner.drop(Turn.CERTAINTY)
        self._asks_certainty = False
        self._session.forget_certainty()
        self.publish_certainty(None)

    def _certainty_steps(self) -> Iterator[object]:
        session = self._session
        with self.lock:  # the map is now as far as it gets
            run, explanation, work = session.run, self.explanation, session.certainty
        if run is None or explanation is None:
            return
        if work is None:
            work = CertaintyWork(session.setup, explanation)
            session.keep_certainty(run, work)
        yield from work.steps()

    def _look(self) -> None:
        began = time.monotonic()
        if began >= self._next_look:
            self._publish_known()
            now = time.monotonic()
            self._next_look = now + PAUSE * (now - began)

    def _on_certainty(self, outcome: Outcome) -> None:
        self._asks_certainty = False
        self._publish_failure(outcome)
        self._publish_known()
