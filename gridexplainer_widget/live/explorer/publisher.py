"""Run the explorer's jobs in the background and publish their results."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from functools import partial
from weakref import WeakKeyDictionary

from gridexplainer_widget.analysis.map_check import ask_all_hidden
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.core.errors import ModelChangedError, named
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import parse_grid_size
from gridexplainer_widget.inference.cell_sets import Curves
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.together import handfuls_done
from gridexplainer_widget.live.publisher import Turn
from gridexplainer_widget.live.runner import Outcome
from gridexplainer_widget.results.explanation import Explanation, ExplanationError
from gridexplainer_widget.results.headline import foretells_record
from gridexplainer_widget.results.notes import notes_of

from .certainty_publisher import CertaintyPublisher
from .method_publisher import MethodPublisher
from .progress import known_of, progress_of
from .session import ExplorerSession, Question
from .sets_publisher import SetsPublisher
from .trait_values import (
    about_of,
    curve_of,
    hardly_changed_of,
    headline_of,
    run_prediction,
    scores_of,
    selection_evidence,
    together_of,
)
from .traits import ExplorerTraits

PAUSE_OF_FITS = 10
"""Between two fits of a running map, in durations of a fit: a fine grid's takes a while."""


class ExplorerPublisher(CertaintyPublisher, MethodPublisher, SetsPublisher):
    """Read the front end's traits, run the jobs, write the kernel's traits."""

    _traits: ExplorerTraits

    def __init__(self, traits: ExplorerTraits, session: ExplorerSession) -> None:
        super().__init__(traits)
        self._session = session
        self._started, self._known_before = time.monotonic(), 0
        self._ended: float | None = None
        self._next_fit = 0.0
        self._curves: Curves | None = None
        self._last: Explanation | None = None
        self._checked: WeakKeyDictionary[Run, Preflight] = WeakKeyDictionary()

    @property
    def explanation(self) -> Explanation | None:
        """The run's own maps so far; None before the first batch."""
        with self.lock:
            return self._session.explanation(self._question(), self._traits.map or None)

    def start(self) -> None:
        """Score the missing cells of the current grid and fill."""
        with self.publishing():
            if self._closed:
                return
            before = self._session.run
            run = self._session.start(
                parse_grid_size(self._traits.grid_size), parse_fill(self._traits.fill)
            )
            if run is not before:
                self.forget_curve()
                self.forget_sets()
                self.forget_certainty()
            self._started, self._known_before = time.monotonic(), known_of(run)
            self._ended, self._failure, self._told = None, None, ""
            try:
                self._traits.set_trait("error", "")
                self._traits.set_trait("status", "running")
                self.publish_scores()
                self.publish_evidence()
            finally:  # even if that fails: the status is "running"
                self._submit(Turn.RUN, lambda: self._steps(run), self._on_finish, self._on_update)

    def play(self) -> None:
        """Compute the deletion and insertion curves."""
        with self.publishing():
            run, explanation = self._session.run, self.shown
            curves = self._session.curves(explanation) if explanation else None
            if run is None or explanation is None or curves is None:
                raise RuntimeError(
                    "The curve hides cells in the order of their drops, and some have none yet: "
                    "wait() for the run, or start() it."
                )
            target, self._curves = self._target(), curves
            shown = "method" if self.by_another_method else explanation.map

            def publish(outcome: Outcome | None = None) -> None:
                running = outcome is None
                curve = curve_of(run, curves, target, running=running)
                self._traits.set_trait("curve", {**curve, "map": shown})
                self._publish_failure(outcome)

            publish()
            self._submit(Turn.CURVE, lambda: run.ask(curves.sets), publish, publish)

    def wait(self, timeout: float | None) -> bool:
        """Block until all jobs are done; return False after `timeout` seconds."""
        finished = self.runner.wait(timeout)
        failure = self._failure
        if failure is not None:
            raise ExplanationError(named(failure), self.shown) from failure
        return finished

    def close(self) -> None:
        """End all work; the explanation stays."""
        with self.lock:
            self._last = self.shown
            super().close()
            self._session.close()

    @property
    def shown(self) -> Explanation | None:
        """What is on the screen; after `close`, what was."""
        return self._last or super().shown

    def publish_scores(self, *, fit: bool = True) -> None:
        """Publish the maps and the traits that depend on them; the fitted one only with `fit`."""
        run, traits = self._session.run, self._traits
        if run is None:
            return
        if run.baseline is not None and not traits.labels:
            traits.set_trait("labels", list(run.classifier.names(len(run.baseline))))
        target, contrast = self._classes()
        running, done = traits.status == "running", traits.status == "done"
        explanation = None if running else self.explanation
        handfuls = handfuls_done(run) if done else self._session.most_handfuls(run)
        seconds = (self._ended or time.monotonic()) - self._started
        traits.set_trait("grid", dict(vars(run.grid)))
        traits.set_trait("scores", scores_of(run, target, traits.score, contrast))
        traits.set_trait("hardly_changed", hardly_changed_of(run))
        if fit:
            self._publish_fit(explanation or (self.explanation if handfuls_done(run) else None))
        progress = progress_of(run, handfuls, self._known_before, seconds)
        traits.set_trait("progress", {**progress, **self.progress_by_method()})
        self.publish_method(run)
        traits.set_trait("about", about_of(run))
        on_screen = None if running else self.shown
        traits.set_trait("notes", list(notes_of(on_screen)) if on_screen else [])
        self._publish_check()
        saturated = explanation is not None and explanation.saturated
        traits.set_trait("headline", headline_of(run, target, contrast, explanation))
        prediction = run_prediction(run, target, contrast, saturated=saturated)
        traits.set_trait("prediction", prediction)
        self.publish_certainty(explanation)
        self.publish_audit()

    def publish_evidence(self, *, ask: bool = True) -> None:
        """Publish the selection's evidence, or ask the model for it."""
        run, selection = self._session.run, self._session.selection
        if run is None or not selection.cells:
            self.runner.drop(Turn.QUESTION)
            self._traits.set_trait("evidence", {})
            return
        target, contrast = self._classes()
        evidence = selection_evidence(run, selection, target, self._traits.score, contrast)
        try:
            evidence["picture"] = self._session.picture_without(run)
        except BaseException as error:  # noqa: BLE001 - raised by the user's fill
            self._publish_failure(error)
            evidence, ask = {}, False
        self._traits.set_trait("evidence", evidence)
        if ask and evidence["drop"] is None and run.baseline is not None:
            hidden = selection.hidden(run.grid)
            answers = run.set_answers
            of_map = len(hidden) == 1 or answers.key(hidden) in answers.pinned
            self._ask(run, hidden, partial(self._on_answer, of_map=of_map))

    def forget_curve(self) -> None:
        """Clear curves and audit: the ranking has changed."""
        self.runner.drop(Turn.CURVE)
        self.forget_audit()
        self._curves = None
        self._traits.set_trait("curve", {})

    def _steps(self, run: Run) -> Iterator[object]:
        yield from self.method_steps(run)
        yield from self._session.steps(run, self._question)

    def _publish_fit(self, explanation: Explanation | None) -> None:
        """Fit the second map; no claim about it while more handfuls come in."""
        began = time.monotonic()
        record = foretells_record(explanation) if explanation else {}
        if self._traits.status == "running":
            record = {name: record[name] for name in record if name == "shown"}
        self._traits.set_trait("together", together_of(explanation))
        self._traits.set_trait("foretells", record)
        if self._curves and explanation and self._curves != self._session.curves(explanation):
            self.forget_curve()
        now = time.monotonic()
        self._next_fit = now + PAUSE_OF_FITS * (now - began)

    def _fit_is_due(self) -> bool:
        return self._traits.status != "running" or time.monotonic() >= self._next_fit

    def _on_update(self) -> None:
        self.publish_scores(fit=self._fit_is_due())
        if self._traits.value and self._traits.evidence.get("drop") is None:
            self.publish_evidence()

    def _on_finish(self, outcome: Outcome) -> None:
        self._ended = time.monotonic()
        self._publish_status(outcome)
        self.publish_scores()
        self.publish_evidence()
        if outcome == "done":
            self._check()
            self.follow_with_certainty()

    def _on_answer(self, outcome: Outcome, *, of_map: bool) -> None:
        self._publish_failure(outcome)
        if of_map:  # a map may have lacked this cell, or this handful
            self.publish_scores(fit=self._fit_is_due())
        self.publish_evidence(ask=False)

    def _publish_failure(self, outcome: Outcome | None) -> None:
        if isinstance(outcome, ModelChangedError):
            self._session.forget_runs()
            self.forget_sets()
            self.forget_certainty()
            self.forget_methods()
        super()._publish_failure(outcome)

    def _check(self) -> None:
        """Check the model on each picture until it is settled, and each map's own ends."""
        setup, run = self._session.setup, self._session.run
        if run is None:
            return
        due = setup.check_is_due(run)
        if due and run in self._checked:
            setup.checked = self._checked[run]
            self._publish_check()
            return
        if not (due or setup.lacks_ends(run)):
            return

        def steps() -> Generator[int, None, None]:
            if due:
                setup.checked = self._checked[run] = yield from setup.model_checks(run)
            else:
                yield from ask_all_hidden(run)

        self._submit(Turn.CHECK, steps, self._on_check)

    def _on_check(self, outcome: Outcome) -> None:
        self._publish_failure(outcome)
        self.publish_scores(fit=False)  # what was asked on the way may add a note

    def _publish_check(self) -> None:
        run, setup = self._session.run, self._session.setup
        checked = setup.checked if run is None else setup.checked_on(run, self._target())
        if checked is not None:
            self._traits.set_trait("check", checked.record)

    def _question(self) -> Question:
        with self.lock:
            traits = self._traits
            with suppress(ValueError):  # a class that has just turned out not to exist
                target = self._session.target(traits.target)
                return target, traits.score, self._session.contrast(target, traits.contrast)
            return None, traits.score, None

    def _target(self) -> int:
        return self._existing_class(self._session.target)

    def _classes(self) -> tuple[int, int | None]:
        target = self._target()
        against = partial(self._session.contrast, target)
        return target, self._existing_class(against, "contrast")
