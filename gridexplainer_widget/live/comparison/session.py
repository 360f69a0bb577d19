"""State of the comparison, without widget or threads."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from gridexplainer_widget.analysis.audit import Audit, add_randomisation, audit_of, audit_steps
from gridexplainer_widget.analysis.audit_fills import AuditFills, audit_fills
from gridexplainer_widget.analysis.compare import check_model
from gridexplainer_widget.analysis.explain import apart_steps, explanation_steps, failure_reason
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.core.fills import Fill
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import (
    contrast_of,
    ensure_baseline,
    layers_of,
    target_of,
)
from gridexplainer_widget.methods.requests import (
    MethodRequest,
    MethodRequestLike,
    parse_request,
)
from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.results.comparison_data import Failure
from gridexplainer_widget.results.comparison_record import empty_map, map_of
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

MAX_BYTES_PER_SECOND = 500_000
"""For unfinished maps on slow connections."""


@dataclass
class Panel:
    """A map and its resumable work."""

    request: MethodRequest
    target: int
    contrast: int | None = None
    progress: Progress | None = None
    explanation: Explanation | None = None
    audited: Faithfulness | None = None
    randomised: Faithfulness | None = None
    failure: str = ""
    work: Generator[Progress, None, None] | None = None

    def audit(self, *, randomise: bool) -> Faithfulness | None:
        """Return the audit, randomised if wanted and finished."""
        return self.randomised if randomise and self.randomised else self.audited

    def done(self, *, randomise: bool) -> bool:
        """Whether no work is left."""
        wanted = self.randomised if randomise else self.audited
        return bool(self.failure) or wanted is not None


class ComparisonSession:
    """One picture under several methods; keeps every map.

    Parameters
    ----------
    fill : str, (r, g, b), callable, or a list of these, optional
        Of the audit; by default two that differ from the setup's.
    mask : bool array (height, width), optional
        True on the object, an instance of the first target.
    grid_size, map_fill : optional
        By default the setup's.
    """

    def __init__(  # noqa: PLR0913 - keywords with defaults
        self,
        setup: Setup,
        picture: Picture,
        fill: AuditFills = None,
        mask: ArrayLike | None = None,
        *,
        grid_size: tuple[int, int] | None = None,
        map_fill: Fill | None = None,
    ) -> None:
        self.setup, self.picture = setup, picture
        self.mask = mask
        self.grid_size, self.map_fill = grid_size or setup.grid_size, map_fill or setup.fill
        self.size = self.size_of(picture)
        self.run = self._new_run()
        pixels = self.run.masker.pixels
        self.fills = audit_fills(fill, self.map_fill, pixels, self.run.grid, setup.seed)
        self._given_fills = fill
        self.layers: list[str] = []
        self._mask_target: int | None = None
        self._model_checked = self._model_changed = False
        self._audit: Audit | None = None
        self._panels: dict[tuple[str, str, int, int | None], Panel] = {}
        self._requests: dict[tuple[str, str], MethodRequest] = {}
        self._partial: tuple[float, tuple[int, int | None], dict[str, Any]] | None = None

    def size_of(self, picture: Picture) -> tuple[int, int]:
        """Height and width in the model's input, in pixels."""
        height, width = picture.fitted(*self.setup.classifier.input_shape).shape[:2]
        return height, width

    def anew(
        self, picture: Picture, grid_size: tuple[int, int], map_fill: Fill
    ) -> ComparisonSession:
        """Begin with another picture, grid or fill; the mask is this picture's."""
        mask = self.mask if picture is self.picture else None
        other = ComparisonSession(
            self.setup, picture, self._given_fills, mask, grid_size=grid_size, map_fill=map_fill
        )
        other.layers, other._requests = self.layers, self._requests
        other._mask_target = self._mask_target
        return other

    def remember_requests(self, requests: Sequence[MethodRequestLike]) -> list[tuple[str, str]]:
        """Remember methods; return their names and options as text."""
        parsed = [self._remembered(request) or parse_request(request) for request in requests]
        names = [(request.method.name, request.options_text) for request in parsed]
        self._requests.update(zip(names, parsed, strict=True))
        return names

    def request(self, name: str, options_text: str) -> MethodRequest:
        """Return a remembered request."""
        return self._requests[name, options_text]

    def target(self, target: int | str | None) -> int | None:
        """Index of a class, by default the most probable; None before the prediction."""
        return None if self.run.baseline is None else target_of(self.run, target)

    def prepare(self, target: int | str | None) -> Generator[Progress, None, None]:
        """Predict, list the layers and check the model, once each."""
        yield from ensure_baseline(self.run)
        if self._mask_target is None:
            with suppress(ValueError):  # reported by the publisher
                self._mask_target = self.target(target)
        if not self.layers and self.setup.classifier.open_network is not None:
            with suppress(Exception):  # reported by methods that need layers
                self.layers = [layer.name for layer in layers_of(self.run)]
            yield 1, 1
        if not self._model_checked:
            self._model_checked = True
            yield from check_model(self.setup, self.run)

    def contrast(self, target: int, contrast: int | str | None) -> int | None:
        """Index of the class that a target is held against; None for all others."""
        return None if self.run.baseline is None else contrast_of(self.run, target, contrast)

    def panel(
        self, name: str, options_text: str, target: int, contrast: int | None = None
    ) -> Panel:
        """Return the panel of a map, new or kept."""
        key = (name, options_text, target, contrast)
        if key not in self._panels:
            self._panels[key] = Panel(self.request(name, options_text), target, contrast)
        return self._panels[key]

    def forget_failures(self) -> None:
        """Have failed maps tried again; all of them if the model has changed."""
        if self._model_changed:
            self.run, self._audit = self._new_run(), None
            self._panels.clear()
            self._model_changed = self._model_checked = False
            return
        self._panels = {key: panel for key, panel in self._panels.items() if not panel.failure}

    def steps(self, panel: Panel, *, randomise: bool) -> Generator[Progress, None, None]:
        """Compute or resume a map and its audit; failures stay in the panel."""
        while not panel.done(randomise=randomise):
            if panel.work is None:
                panel.work = self._next_work(panel)
            try:
                panel.progress = next(panel.work)
            except StopIteration:
                panel.progress, panel.work = None, None
            except BaseException as error:  # noqa: BLE001 - shown in its panel
                panel.progress, panel.work = None, None
                panel.failure = failure_reason(error)
                self._model_changed |= isinstance(error, ModelChangedError)
            else:
                yield panel.progress

    def record(self, panel: Panel, *, randomise: bool) -> dict[str, Any]:
        """Describe a map for the front end."""
        done = panel.done(randomise=randomise)
        begun = panel.progress is not None
        status = "failed" if panel.failure else "done" if done else "pending"
        if begun and not done:
            status = "running"
        if panel.explanation is not None:
            shown = map_of(panel.explanation, panel.audit(randomise=randomise))
        elif begun and panel.request.method.explain is None:
            shown = self._occlusion_so_far(panel.target, panel.contrast)
        else:
            shown = empty_map(panel.request)
        return {**shown, "status": status, "error": panel.failure}

    def comparison(self, panels: Sequence[Panel], *, randomise: bool) -> Comparison:
        """Freeze the finished maps."""
        made = [(panel.explanation, panel.audit(randomise=randomise)) for panel in panels]
        both = [(explanation, audit) for explanation, audit in made if explanation and audit]
        return Comparison(
            tuple(explanation for explanation, _ in both),
            tuple(audit for _, audit in both),
            tuple(Failure(panel.request, panel.failure) for panel in panels if panel.failure),
        )

    def _next_work(self, panel: Panel) -> Generator[Progress, None, None]:
        if panel.explanation is None:
            # Occlusion shares the run of clicks.
            steps = explanation_steps if panel.request.method.explain is None else apart_steps
            panel.explanation = yield from steps(
                self.setup, self.run, panel.target, panel.request, panel.contrast
            )
        if panel.audited is None:
            if self._audit is None:
                self._audit = audit_of(self.setup, panel.explanation, self.fills)
            mask = self.mask if panel.target == self._mask_target else None
            panel.audited = yield from audit_steps(
                self.setup, self._audit, panel.explanation, panel.request, mask=mask
            )
            return
        panel.randomised = yield from add_randomisation(
            self.setup, panel.explanation, panel.request, panel.audited
        )

    def _occlusion_so_far(self, target: int, contrast: int | None) -> dict[str, Any]:
        """Describe the unfinished map; a large one changes less often."""
        now = time.monotonic()
        if self._partial is not None:
            until, known, shown = self._partial
            if known == (target, contrast) and now < until:
                return dict(shown)
        shown = map_of(self.setup.freeze(self.run, target, contrast=contrast), None)
        size = len(shown["values"]) * max(1, len(self._panels))
        self._partial = (now + size / MAX_BYTES_PER_SECOND, (target, contrast), shown)
        return shown

    def _new_run(self) -> Run:
        return self.setup.start_run(self.picture, self.grid_size, self.map_fill)

    def _remembered(self, request: MethodRequestLike) -> MethodRequest | None:
        """Find a request sent by the front end."""
        pair = tuple(request) if isinstance(request, (list, tuple)) and len(request) == 2 else ()
        if all(isinstance(part, str) for part in pair) and len(pair) == 2:
            return self._requests.get((str(pair[0]), str(pair[1])))
        return None
