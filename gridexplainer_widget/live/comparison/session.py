"""What a comparison widget is busy with: one picture, its maps; no widget, no thread."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.analysis.audit import add_randomisation, audit_run, audit_steps
from gridexplainer_widget.analysis.compare import check_model
from gridexplainer_widget.analysis.explain import explanation_steps, failure_reason
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.arrays import Mask
from gridexplainer_widget.core.fills import FillLike
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import ensure_baseline, layers_of, target_of
from gridexplainer_widget.methods.requests import (
    MethodRequest,
    MethodRequestLike,
    parse_request,
)
from gridexplainer_widget.results.comparison import Comparison
from gridexplainer_widget.results.comparison_data import Failure
from gridexplainer_widget.results.comparison_record import empty_map, map_of
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

SECONDS_BETWEEN_UPDATES = 500_000
"""Bytes a second of maps that are still being made: what a slow line bears."""


@dataclass
class Panel:
    """One map of one class, finished or not; its work goes on where it was stopped."""

    request: MethodRequest
    target: int
    progress: Progress | None = None
    explanation: Explanation | None = None
    figures: Faithfulness | None = None
    randomised: Faithfulness | None = None
    failure: str = ""
    work: Generator[Progress, None, None] | None = None

    def audit(self, *, randomise: bool) -> Faithfulness | None:
        """Return the figures, with those of randomised weights where these are asked for."""
        return self.randomised if randomise and self.randomised else self.figures

    def done(self, *, randomise: bool) -> bool:
        """Whether there is nothing left to do."""
        figures = self.randomised if randomise else self.figures
        return bool(self.failure) or figures is not None


class ComparisonSession:
    """One picture under several methods; remembers every map that was made.

    Parameters
    ----------
    setup : Setup
    picture : Picture
    fill : str, (r, g, b) or callable, optional
        Of the audit; by default the explainer's own.
    mask : bool array (height, width), optional
        Where the object is: that of the first class that is asked about.

    Attributes
    ----------
    run : Run
        Hides the cells that are clicked, and those of occlusion.
    layers : list of str
        Names of the network's layers, once they are known.
    """

    def __init__(
        self,
        setup: Setup,
        picture: Picture,
        fill: FillLike | None = None,
        mask: Mask | None = None,
    ) -> None:
        self.setup, self.picture = setup, picture
        self.fill, self.mask = fill, mask
        self.run = setup.start_run(picture)
        self.layers: list[str] = []
        self._mask_target: int | None = None
        self._looked = False
        self._audit: Run | None = None
        self._panels: dict[tuple[str, str, int], Panel] = {}
        self._given: dict[tuple[str, str], MethodRequest] = {}
        self._partial: tuple[float, dict[str, Any]] = (0.0, {})

    def take(self, entries: Sequence[MethodRequestLike]) -> list[tuple[str, str]]:
        """Remember what is said about methods; return their names and what is said.

        Raises
        ------
        ValueError
            There is no such method.
        TypeError
            It takes no such option.
        """
        parsed = [self._known(entry) or parse_request(entry) for entry in entries]
        names = [(entry.method.name, entry.options_text) for entry in parsed]
        self._given.update(zip(names, parsed, strict=True))
        return names

    def entry(self, name: str, said: str) -> MethodRequest:
        """Return what :meth:`take` remembered."""
        return self._given[name, said]

    def target(self, asked: int | str | None) -> int | None:
        """Index of the class asked about; None before the model has answered."""
        return None if self.run.baseline is None else target_of(self.run, asked)

    def begin(self, asked: int | str | None) -> Generator[Progress, None, None]:
        """Ask the model about the whole picture, and for its layers."""
        yield from ensure_baseline(self.run)
        if self._mask_target is None:
            with suppress(ValueError):  # no such class: the widget tells it
                self._mask_target = self.target(asked)
        if not self.layers and self.setup.classifier.open_network is not None:
            with suppress(Exception):  # a method that needs layers tells it in its own place
                self.layers = [layer.name for layer in layers_of(self.run)]
            yield 1, 1
        if not self._looked:
            self._looked = True
            yield from check_model(self.setup, self.run)

    def panel(self, name: str, said: str, target: int) -> Panel:
        """Return a map, finished or still to be made."""
        key = (name, said, target)
        if key not in self._panels:
            self._panels[key] = Panel(self.entry(name, said), target)
        return self._panels[key]

    def forget_failures(self) -> None:
        """Have maps that failed made again: what was missing may be there now."""
        self._panels = {key: panel for key, panel in self._panels.items() if not panel.failure}

    def steps(self, panel: Panel, *, randomise: bool) -> Generator[Progress, None, None]:
        """Make a map and measure it, or go on with it; a failure is told by the panel."""
        while not panel.done(randomise=randomise):
            if panel.work is None:
                panel.work = self._work(panel)
            try:
                panel.progress = next(panel.work)
            except StopIteration:
                panel.progress, panel.work = None, None
            except Exception as error:  # noqa: BLE001 - told in its place; other maps are kept
                panel.progress, panel.work = None, None
                panel.failure = failure_reason(error)
            else:
                yield panel.progress

    def _work(self, panel: Panel) -> Generator[Progress, None, None]:
        """Take the next step that is missing: the map, its figures, randomised weights."""
        if panel.explanation is None:
            panel.explanation = yield from explanation_steps(
                self.setup, self._run_for(panel), panel.target, panel.request
            )
        if panel.figures is None:
            if self._audit is None:
                self._audit = audit_run(self.setup, panel.explanation, self.fill)
            mask = self.mask if panel.target == self._mask_target else None
            panel.figures = yield from audit_steps(
                self.setup, self._audit, panel.explanation, panel.request, mask=mask
            )
            return
        panel.randomised = yield from add_randomisation(
            self.setup, panel.explanation, panel.request, panel.figures
        )

    def shown(self, panel: Panel, *, randomise: bool) -> dict[str, Any]:
        """Tell what is known of a map, for the screen."""
        done = panel.done(randomise=randomise)
        begun = panel.progress is not None
        status = "failed" if panel.failure else "done" if done else "pending"
        if begun and not done:
            status = "running"
        if panel.explanation is not None:
            shown = map_of(panel.explanation, panel.audit(randomise=randomise))
        elif begun and panel.request.method.ask is None:
            shown = self._cells_so_far(panel)
        else:
            shown = empty_map(panel.request)
        return {**shown, "status": status, "error": panel.failure}

    def comparison(self, panels: Sequence[Panel], *, randomise: bool) -> Comparison:
        """Freeze the maps that are finished."""
        made = [(panel.explanation, panel.audit(randomise=randomise)) for panel in panels]
        both = [(one, figures) for one, figures in made if one and figures]
        return Comparison(
            tuple(one for one, _ in both),
            tuple(figures for _, figures in both),
            tuple(Failure(panel.request, panel.failure) for panel in panels if panel.failure),
        )

    def _cells_so_far(self, panel: Panel) -> dict[str, Any]:
        """Tell occlusion's cells as they come; of many cells, not each time."""
        until, before = self._partial
        now = time.monotonic()
        if before.get("target") == panel.target and now < until:
            return dict(before["shown"])
        shown = map_of(self.setup.freeze(self.run, panel.target), None)
        size = len(shown["values"]) * max(1, len(self._panels))
        self._partial = (
            now + size / SECONDS_BETWEEN_UPDATES,
            {"target": panel.target, "shown": shown},
        )
        return shown

    def _run_for(self, panel: Panel) -> Run:
        """Occlusion shares its answers with the clicks; what another method costs is its own."""
        if panel.request.method.ask is None:
            return self.run
        return self.setup.start_run(self.picture)

    def _known(self, entry: MethodRequestLike) -> MethodRequest | None:
        """Find what Python gave before and the front end names again."""
        pair = tuple(entry) if isinstance(entry, (list, tuple)) and len(entry) == 2 else ()
        if all(isinstance(part, str) for part in pair) and len(pair) == 2:
            return self._given.get((str(pair[0]), str(pair[1])))
        return None
