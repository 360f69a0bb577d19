"""What a session comes to know → the widget's traits."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from weakref import WeakKeyDictionary

from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import parse_grid_size
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.live.runner import Job, Outcome, Runner
from gridexplainer_widget.results.explanation import Explanation, ExplanationError
from gridexplainer_widget.results.notes import notes_of

from .session import Session
from .trait_values import about_of, curve_of, evidence_of, prediction_of, progress_of, scores_of
from .traits import ExplainerTraits

QUESTION, RUN, CHECK, CURVE = 0, 1, 2, 3
"""Turns of the runner: a click is answered first, the curve waits for the cells."""


class Publisher:
    """Has questions answered in the background, and publishes the answers.

    Parameters
    ----------
    widget : ExplainerTraits
        Its traits say what is asked; the kernel's among them are written here.
    session : Session

    Attributes
    ----------
    runner : Runner
    """

    def __init__(self, widget: ExplainerTraits, session: Session) -> None:
        self.runner = Runner()
        self._widget = widget
        self._session = session
        self._since = (time.monotonic(), 0)
        self._until: float | None = None
        self._failure: BaseException | None = None
        self._last: Explanation | None = None
        self._closed = False
        self._looked_at: WeakKeyDictionary[Run, Preflight] = WeakKeyDictionary()

    @property
    def explanation(self) -> Explanation | None:
        """What has been scored so far; None before the first batch."""
        with self.runner.lock:
            return self._last or self._session.explanation(self._widget.target, self._widget.score)

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Hold the lock and send all that changes in one message."""
        with self.runner.lock, self._widget.hold_sync():
            yield

    def start(self) -> None:
        """Score what is missing of the grid and the fill that are asked for."""
        with self.publishing():
            if self._closed:
                return
            before = self._session.run
            run = self._session.start(
                parse_grid_size(self._widget.grid_size), parse_fill(self._widget.fill)
            )
            if run is not before:
                self.forget_curve()
            self._since, self._until = (time.monotonic(), int(run.scored.sum())), None
            self._failure = None
            try:
                self._widget.set_trait("error", "")
                self._widget.set_trait("status", "running")
                self.publish_scores()
                self.publish_evidence()
            finally:  # an observer may raise: what is said to be running runs
                self.runner.submit(Job(run.steps, self._on_update, self._on_finish), RUN)

    def stop(self) -> None:
        """End the run and the curve within a batch."""
        self.runner.stop(RUN, CHECK, CURVE)

    def play(self) -> None:
        """Score the curves.

        Raises
        ------
        RuntimeError
            Some cells have not been scored.
        """
        with self.publishing():
            run = self._session.run
            curves = self._session.curves(self._widget.target, self._widget.score)
            if run is None or curves is None:
                raise RuntimeError(
                    "The curve hides cells in the order of their drops, and some have none yet: "
                    "wait() for the run, or start() it."
                )
            target = self._target()

            def publish(outcome: Outcome | None = None) -> None:
                if self._closed:
                    return
                with self.publishing():
                    running = outcome is None
                    self._widget.set_trait("curve", curve_of(run, curves, target, running=running))
                    self._show_failure(outcome)

            publish()
            self.runner.submit(Job(lambda: run.ask(curves.sets), publish, publish), CURVE)

    def wait(self, timeout: float | None) -> bool:
        """Block until nothing is asked any more; False where the time was not enough.

        Raises
        ------
        ExplanationError
            The run failed.
        """
        finished = self.runner.wait(timeout)
        if self._widget.status == "error":
            raise ExplanationError(self._widget.error, self.explanation) from self._failure
        return finished

    def close(self) -> None:
        """End all work and publish nothing more; the explanation stays."""
        with self.runner.lock:
            self._last = self.explanation
            self._closed = True
            self.runner.stop()
            self._session.close()

    def publish_scores(self) -> None:
        """Publish the map and all that is said of it."""
        run, widget = self._session.run, self._widget
        if run is None:
            return
        if run.baseline is not None and not widget.labels:
            widget.set_trait("labels", list(run.classifier.names(len(run.baseline))))
        target = self._target()
        explanation = self.explanation if widget.status != "running" else None
        started, before = self._since
        now = self._until or time.monotonic()
        widget.set_trait("grid", dict(vars(run.grid)))
        widget.set_trait("scores", scores_of(run, target, widget.score))
        widget.set_trait("progress", progress_of(run, before, now - started))
        widget.set_trait("about", about_of(run))
        widget.set_trait("notes", list(notes_of(explanation)) if explanation else [])
        self._publish_check()
        saturated = explanation is not None and explanation.saturated
        widget.set_trait("prediction", prediction_of(run, target, saturated=saturated))

    def publish_evidence(self, *, ask: bool = True) -> None:
        """Publish what is known of the selection; have the model asked where that is not all."""
        run, selection = self._session.run, self._session.selection
        if run is None or not selection.cells:
            self.runner.drop(QUESTION)
            self._widget.set_trait("evidence", {})
            return
        evidence = evidence_of(run, selection, self._target(), self._widget.score)
        try:
            evidence["picture"] = self._session.picture_without(run)
        except Exception as error:  # noqa: BLE001 - a fill of the user's may raise anything
            self._show_failure(error)
            evidence, ask = {}, False
        self._widget.set_trait("evidence", evidence)
        if ask and evidence["drop"] is None and run.baseline is not None:
            hidden = selection.hidden(run.grid)
            finish = partial(self._on_answer, alone=len(hidden) == 1)
            self.runner.submit(Job(lambda: run.ask([hidden]), lambda: None, finish), QUESTION)

    def forget_curve(self) -> None:
        """Publish that there is no curve: it was another ranking's."""
        self.runner.drop(CURVE)
        self._widget.set_trait("curve", {})

    def _on_update(self) -> None:
        if self._closed:
            return
        with self.publishing():
            self.publish_scores()
            if self._widget.value and self._widget.evidence.get("drop") is None:
                self.publish_evidence()

    def _on_finish(self, outcome: Outcome) -> None:
        if self._closed:
            return
        with self.publishing():
            self._until = time.monotonic()
            self._show_failure(outcome)
            failed = isinstance(outcome, BaseException)
            self._widget.set_trait("status", "error" if failed else outcome)
            self.publish_scores()
            self.publish_evidence()
            if outcome == "done":
                self._check()

    def _check(self) -> None:
        """Have the model looked at, until nothing seems wrong."""
        setup, run = self._session.setup, self._session.run
        if run is None or not setup.unchecked:
            return
        if run in self._looked_at:
            setup.checked = self._looked_at[run]
            self._publish_check()
            return

        def steps() -> Generator[int, None, None]:
            setup.checked = yield from setup.model_checks(run)
            self._looked_at[run] = setup.checked

        def finish(_: Outcome) -> None:
            if not self._closed:
                self._publish_check()

        self.runner.submit(Job(steps, lambda: None, finish), CHECK)

    def _publish_check(self) -> None:
        checked = self._session.setup.checked
        if checked is not None:
            self._widget.set_trait("check", checked.record)

    def _on_answer(self, outcome: Outcome, *, alone: bool) -> None:
        if self._closed:
            return
        with self.publishing():
            self._show_failure(outcome)
            if alone:  # a pending cell was asked about: the map knows it now
                self.publish_scores()
            self.publish_evidence(ask=False)

    def _show_failure(self, outcome: Outcome | None) -> None:
        if isinstance(outcome, BaseException):
            self._failure = outcome
            self._widget.set_trait("error", f"{type(outcome).__name__}: {outcome}")

    def _target(self) -> int:
        """Find the target; one that was given before the labels were known may not exist."""
        try:
            return self._session.target(self._widget.target)
        except ValueError as error:
            self._widget.target = None
            self._widget.set_trait("error", str(error))
            return self._session.target(None)
