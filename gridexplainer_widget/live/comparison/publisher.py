"""Compute the comparison's maps in the background and publish them."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.live.publisher import Publisher, Turn
from gridexplainer_widget.live.runner import Outcome
from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.results.comparison_record import empty_map, prediction_of
from gridexplainer_widget.results.trust import with_trust

from .session import ComparisonSession, Panel
from .trait_values import cell_evidence
from .traits import ComparisonTraits


class ComparisonPublisher(Publisher):
    """Read the front end's traits, run the jobs, write the kernel's traits."""

    _traits: ComparisonTraits

    def __init__(self, traits: ComparisonTraits, session: ComparisonSession) -> None:
        super().__init__(traits)
        self._session = session

    @property
    def comparison(self) -> Comparison:
        """The finished maps."""
        with self.lock:
            return self._session.comparison(self._panels(), randomise=self._traits.randomise)

    def start(self) -> None:
        """Compute the missing maps."""
        with self.publishing():
            if self._closed:
                return
            self._told = ""
            self._traits.set_trait("error", "")
            self._traits.set_trait("status", "running")
            self._session.forget_failures()
            try:
                self._publish_maps()
                self.publish_evidence()
            finally:  # even if that fails: the status is "running"
                self._submit(Turn.RUN, self._steps, self._on_finish, self._on_update)

    def use(self, session: ComparisonSession) -> None:
        """Compute another session's maps from the next start on."""
        self._session = session

    def publish_evidence(self) -> None:
        """Publish the chosen cell's evidence, or ask the model for it."""
        run, value = self._session.run, self._traits.value
        target = self._target()
        if not value or run.baseline is None or target is None:
            self._traits.set_trait("evidence", {})
            return
        hidden = (run.grid.index(*value[0]),)
        after = run.cached_probabilities(hidden)
        self._traits.set_trait(
            "evidence",
            cell_evidence(value[0], run.baseline, after, target, run.classifier.quantity),
        )
        if after is None:
            self._ask(run, hidden, self._on_answer)

    def _steps(self) -> Generator[Progress, None, None]:
        session = self._session
        yield from session.prepare(self._traits.target)
        with self.lock:
            panels, randomise = self._panels(), self._traits.randomise
        for panel in panels:
            yield from session.steps(panel, randomise=randomise)

    def _on_update(self) -> None:
        self._publish_maps()
        if self._traits.value and not self._traits.evidence:
            self.publish_evidence()

    def _on_finish(self, outcome: Outcome) -> None:
        self._publish_status(outcome)
        self._publish_maps()

    def _on_answer(self, outcome: Outcome) -> None:
        self._publish_failure(outcome)
        if outcome == "done":
            self.publish_evidence()

    def _publish_maps(self) -> None:
        traits, session = self._traits, self._session
        baseline, target = session.run.baseline, self._target()
        if baseline is None or target is None:
            maps = [empty_map(session.request(*method)) for method in traits.methods]
            progress: list[list[int] | None] = [None for _ in maps]
            traits.set_trait("prediction", {})
        else:
            traits.set_trait("labels", list(session.run.classifier.names(len(baseline))))
            traits.set_trait(
                "prediction",
                prediction_of(
                    baseline, target, session.run.classifier.quantity, self._contrast(target)
                ),
            )
            panels = self._panels()
            audits = [panel.audit(randomise=traits.randomise) for panel in panels]
            records = [session.record(panel, randomise=traits.randomise) for panel in panels]
            maps = with_trust(records, audits)
            progress = [list(panel.progress) if panel.progress else None for panel in panels]
        traits.set_trait("layers", session.layers)
        traits.set_trait("maps", maps)
        traits.set_trait("progress", progress)

    def _panels(self) -> list[Panel]:
        target = self._target()
        if target is None:
            return []
        methods, contrast = self._traits.methods, self._contrast(target)
        return [self._session.panel(name, options, target, contrast) for name, options in methods]

    def _target(self) -> int | None:
        return self._existing_class(self._session.target)

    def _contrast(self, target: int) -> int | None:
        return self._existing_class(partial(self._session.contrast, target), "contrast")
