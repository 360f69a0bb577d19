"""Show another method's map, and audit the map that is shown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.live.publisher import Publisher, Turn
from gridexplainer_widget.live.runner import Outcome
from gridexplainer_widget.methods.attribute import ensure_baseline, layers_of
from gridexplainer_widget.methods.registry import parse_method
from gridexplainer_widget.methods.requests import MethodRequest, parse_request
from gridexplainer_widget.results.explanation import Explanation

from .audit_record import audit_record
from .method_maps import MethodMaps, MethodQuestion
from .session import ExplorerSession
from .trait_values import answer_of, method_map_of
from .traits import ExplorerTraits


class MethodPublisher(Publisher):
    """Other methods' maps in the cells of the run, and audits."""

    _traits: ExplorerTraits
    _session: ExplorerSession

    def __init__(self, traits: ExplorerTraits) -> None:
        super().__init__(traits)
        self._made: WeakKeyDictionary[Run, MethodMaps] = WeakKeyDictionary()
        self._method_progress: Progress | None = None
        self._audit_progress: Progress | None = None

    @property
    @abstractmethod
    def explanation(self) -> Explanation | None:
        """The run's own maps so far; None before the first batch."""

    @abstractmethod
    def _classes(self) -> tuple[int, int | None]: ...

    @property
    def shown(self) -> Explanation | None:
        """What is on the screen: the run's own map, or another method's once it is made."""
        with self.lock:
            return self.method_map if self.by_another_method else self.explanation

    @property
    def by_another_method(self) -> bool:
        """Whether another method's map is asked for."""
        return bool(self._traits.method != "occlusion")

    @property
    def method_map(self) -> Explanation | None:
        """The map of the chosen method; None until it is made."""
        run, question = self._session.run, self._method_question()
        return None if run is None or question is None else self._maps_of(run).map(question)

    @property
    def lacks_map(self) -> bool:
        """Whether the chosen method's map is still to be made."""
        return self.by_another_method and self.method_map is None

    def method_steps(self, run: Run) -> Generator[Progress, None, None]:
        """Make the chosen method's map, before the run goes on."""
        if not self.by_another_method:
            return
        yield from ensure_baseline(run)
        with self.lock:
            question = self._method_question()
        if question is None:  # the method was changed meanwhile
            return
        if "layer" in question.request.method.options and not self._traits.layers:
            with suppress(MethodError):  # told by the method itself
                self._traits.set_trait("layers", [layer.name for layer in layers_of(run)])
        try:
            for progress in self._maps_of(run).explain(run, question):
                self._method_progress = progress
                yield progress
        except (TypeError, ValueError, ImportError) as error:
            raise MethodError(str(error)) from error
        finally:
            self._method_progress = None

    def progress_by_method(self) -> dict[str, Any]:
        """Describe how far the method's map is; empty while none is made."""
        if self._method_progress is None:
            return {}
        done, total = self._method_progress
        title = self._request().method.title
        text = f"{title}: {done} of {total}" if total > 1 else f"{title} …"
        return {"share": done / max(1, total), "name": title, "text": text, "pace": ""}

    def publish_method(self, run: Run) -> None:
        """Publish the chosen method's map, and what is said of it."""
        value: dict[str, Any] = {}
        if self.by_another_method:
            value = method_map_of(run, self._request(), self.method_map)
            value["headline"] = value["headline"] or answer_of(run, *self._classes())
        self._traits.set_trait("method_map", value)

    def audit(self) -> None:
        """Audit the map that is shown; what is known is not asked again."""
        with self.publishing():
            if self._closed:
                return
            if self.shown is None or self._traits.status == "running":
                raise RuntimeError("The map is not finished: wait() for it, or start() it.")
            self._audit_progress = 0, 1
            self._submit(Turn.AUDIT, self._audit_steps, self._on_audit, self.publish_audit)
            self.publish_audit()

    def publish_audit(self) -> None:
        """Publish how far to trust the map that is shown, if that was asked."""
        run, shown = self._session.run, self.shown
        known = None if run is None or shown is None else self._maps_of(run).audited(shown)
        record = audit_record(known) if known else {}
        if self._audit_progress is not None:
            done, total = self._audit_progress
            record = {"text": f"Hiding cells in order … {round(100 * done / max(1, total))}%"}
        self._traits.set_trait("audit", record)

    def forget_audit(self) -> None:
        """End an audit: another map is shown. What is known of that is published."""
        self.runner.drop(Turn.AUDIT)
        self._audit_progress = None
        self.publish_audit()

    def forget_methods(self) -> None:
        """Forget all that was made: the model has changed."""
        self._made.clear()
        self.forget_audit()

    def _audit_steps(self) -> Iterator[Progress]:
        with self.lock:
            run, shown = self._session.run, self.shown
        if run is None or shown is None:
            return
        for progress in self._maps_of(run).audit(shown):
            self._audit_progress = progress
            yield progress

    def _on_audit(self, outcome: Outcome) -> None:
        self._audit_progress = None
        self._publish_failure(outcome)
        self.publish_audit()

    def _maps_of(self, run: Run) -> MethodMaps:
        return self._made.setdefault(run, MethodMaps(self._session.setup))

    def _method_question(self) -> MethodQuestion | None:
        run = self._session.run
        if not self.by_another_method or run is None or run.baseline is None:
            return None
        return MethodQuestion(self._request(), *self._classes(), self._traits.score)

    def _request(self) -> MethodRequest:
        method = parse_method(self._traits.method)
        layer = self._traits.layer if "layer" in method.options else ""
        return parse_request((method.name, layer or None))
