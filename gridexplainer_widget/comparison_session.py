"""What a comparison widget is busy with: one picture, its maps; no widget, no thread."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .attribution.asking import Progress, layers_of, target_of
from .attribution.methods import Entry
from .comparison import Comparison, Failure, reason_of
from .comparison_state import empty_map, map_of
from .entries import EntryLike, audit_steps, explanation_steps, parse_entry, run_of
from .explainer import GridExplainer
from .explanation import Explanation
from .faithfulness import Faithfulness
from .fills import FillLike
from .occlusion import Run
from .picture import Picture


@dataclass
class Panel:
    """One map, finished or not."""

    entry: Entry
    target: int
    progress: Progress | None = None
    explanation: Explanation | None = None
    figures: Faithfulness | None = None
    failure: str = ""
    done: bool = field(default=False)


class ComparisonSession:
    """One picture under several methods; remembers every map that was made.

    Parameters
    ----------
    explainer : GridExplainer
    picture : Picture
    fill : str, (r, g, b) or callable, optional
        Of the audit; by default the explainer's own.
    mask : bool array (height, width), optional
        Where the object is.

    Attributes
    ----------
    run : Run
        Hides the cells that are clicked, and those of occlusion.
    layers : list of str
        Names of the network's layers, once they are known.
    """

    def __init__(
        self,
        explainer: GridExplainer,
        picture: Picture,
        fill: FillLike | None = None,
        mask: NDArray[np.bool_] | None = None,
    ) -> None:
        self.explainer, self.picture = explainer, picture
        self.fill, self.mask = fill, mask
        self.run = explainer.start_run(picture)
        self.layers: list[str] = []
        self._audit: Run | None = None
        self._panels: dict[tuple[str, str, int, bool], Panel] = {}
        self._given: dict[tuple[str, str], Entry] = {}

    def take(self, entries: Sequence[EntryLike]) -> list[tuple[str, str]]:
        """Remember what was said about methods; return the names and the layers."""
        parsed = [parse_entry(entry) for entry in entries]
        names = [(entry.method.name, "+".join(entry.options.layer)) for entry in parsed]
        self._given.update(zip(names, parsed, strict=True))
        return names

    def entry(self, name: str, layer: str) -> Entry:
        """Return what is to be made of a name and a layer.

        Raises
        ------
        ValueError
            There is no such method.
        TypeError
            It takes no layer.
        """
        layers = layer.split("+") if layer else ""
        return self._given.get((name, layer)) or parse_entry((name, layers))

    def target(self, asked: int | str | None) -> int | None:
        """Index of the class asked about; None before the model has answered."""
        return None if self.run.baseline is None else target_of(self.run, asked)

    def begin(self) -> Generator[Progress, None, None]:
        """Ask the model about the whole picture, and for its layers."""
        for _ in self.run.ask([()]):
            yield 0, 1
        if not self.layers and self.explainer.classifier.opened is not None:
            with suppress(Exception):  # a method that needs layers tells it in its own place
                self.layers = [layer.name for layer in layers_of(self.run)]
            yield 1, 1

    def panel(self, name: str, layer: str, target: int, *, randomise: bool) -> Panel:
        """Return a map, finished or still to be made."""
        key = (name, layer, target, randomise)
        if key not in self._panels:
            self._panels[key] = Panel(self.entry(name, layer), target)
        return self._panels[key]

    def steps(self, panel: Panel, *, randomise: bool) -> Generator[Progress, None, None]:
        """Make a map and measure it; a failure is told by the panel."""
        if panel.done:
            return
        try:
            explaining = explanation_steps(
                self.explainer, self._run_for(panel), panel.target, panel.entry
            )
            panel.explanation = yield from _told(panel, explaining)
            if self._audit is None:
                self._audit = run_of(self.explainer, panel.explanation, self.fill)
            measuring = audit_steps(
                self.explainer,
                self._audit,
                panel.explanation,
                panel.entry,
                mask=self.mask,
                randomise=randomise,
            )
            panel.figures = yield from _told(panel, measuring)
        except Exception as error:  # noqa: BLE001 - told in its place; the other maps are kept
            panel.failure = reason_of(error)
        panel.done, panel.progress = True, None

    def shown(self, panel: Panel, layer: str) -> dict[str, Any]:
        """Tell what is known of a map, for the screen."""
        empty = empty_map(panel.entry.method.name, layer)
        explanation = panel.explanation
        if explanation is None and panel.entry.method.ask is None and panel.progress:
            explanation = self.explainer.freeze(self.run, panel.target)  # cells as they come
        shown = map_of(explanation, panel.figures) if explanation else empty
        status = "failed" if panel.failure else "done" if panel.done else "running"
        if not panel.done and panel.progress is None:
            status = "pending"
        progress = list(panel.progress) if panel.progress else None
        return {
            **shown,
            "layer": layer,
            "status": status,
            "progress": progress,
            "error": panel.failure,
        }

    def comparison(self, panels: Sequence[Panel]) -> Comparison:
        """Freeze the maps that are finished."""
        made = [panel for panel in panels if panel.explanation and panel.figures]
        return Comparison(
            tuple(panel.explanation for panel in made if panel.explanation),
            tuple(panel.figures for panel in made if panel.figures),
            tuple(Failure(panel.entry, panel.failure) for panel in panels if panel.failure),
        )

    def _run_for(self, panel: Panel) -> Run:
        """Occlusion shares its answers with the clicks; what another method costs is its own."""
        if panel.entry.method.ask is None:
            return self.run
        return self.explainer.start_run(self.picture)


def _told(panel: Panel, steps: Generator[Progress, None, Any]) -> Generator[Progress, None, Any]:
    """Keep a panel's progress."""
    while True:
        try:
            panel.progress = next(steps)
        except StopIteration as end:
            return end.value
        yield panel.progress
