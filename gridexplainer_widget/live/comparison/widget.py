"""The widget of several maps side by side: traits, and who answers them."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import traitlets as t
from numpy.typing import ArrayLike

from gridexplainer_widget.analysis.object_mask import as_mask
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.core.fills import FillLike
from gridexplainer_widget.core.picture import PictureLike, png_bytes, read_picture
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.live.base_widget import BaseWidget
from gridexplainer_widget.live.explorer.traits import accepted, kernel_trait
from gridexplainer_widget.live.ipykernel import route_clicks_to_the_subshell
from gridexplainer_widget.live.runner import Job, Outcome, Runner
from gridexplainer_widget.methods.requests import default_methods
from gridexplainer_widget.results.comparison import Comparison
from gridexplainer_widget.results.comparison_record import (
    empty_map,
    offered_of,
    prediction_of,
)
from gridexplainer_widget.results.document import STATIC
from gridexplainer_widget.results.metrics import metric_records
from gridexplainer_widget.wire.comparison import KERNEL_TRAITS, STATUSES, accepted_methods
from gridexplainer_widget.wire.explorer import accepted_value

from .session import ComparisonSession, Panel
from .trait_values import evidence_of

QUESTION, RUN = 0, 1
"""Turns of the runner: a click is answered first."""


class ComparisonWidget(BaseWidget):
    """A picture under several methods, each map audited.

    Made by ``GridExplainer.explore(img, methods=[…])``. Maps are made one after the other in the
    background; those that were made are kept, so that going back is instant.

    Parameters
    ----------
    explainer : GridExplainer
    img : path, bytes, PIL image or array
    methods : sequence, optional
        As for :meth:`GridExplainer.compare`.
    target : int or str, optional
        The class asked about; by default the most probable one.
    fill, mask, randomise
        Of the audit; as for :meth:`GridExplainer.compare`. The mask is that of the class that is
        asked about first: of others, pointing and inside stay unknown.

    Attributes
    ----------
    methods : list of (str, str)
        Each map's method and what is said about it; set it, as for
        :meth:`GridExplainer.compare`, to compare others.
    value : tuple of (row, column)
        The cell that is asked about, one or none.
    """

    _kernels = KERNEL_TRAITS
    _esm = (STATIC / "compare.js").read_text(encoding="utf-8")
    _css = (STATIC / "compare.css").read_text(encoding="utf-8")
    # ipywidgets 7 displays through this and would leave out the picture in _repr_mimebundle_.
    _ipython_display_ = None

    picture = kernel_trait(t.Bytes(help="The picture, PNG."))
    labels = kernel_trait(t.List(t.Unicode(), help="A name for each class."))
    prediction = kernel_trait(t.Dict(help="`target`, `probability`, `top`."))
    grid = kernel_trait(t.Dict(help="`rows`, `columns`, `height`, `width`."))
    offered = kernel_trait(
        t.List(help="Methods: [name, title, whether it takes a layer, why it cannot be had].")
    )
    layers = kernel_trait(t.List(t.Unicode(), help="The network's layers that have maps."))
    maps = kernel_trait(t.List(help="One for each of `methods`: see js/src/compare_protocol.ts."))
    progress = kernel_trait(
        t.List(help="How far each map is: [done, of how much], or None where it is not at work.")
    )
    evidence = kernel_trait(
        t.Dict(help="What hiding the chosen cell did: `cell`, `drop`, `classes`.")
    )
    fill = kernel_trait(t.Unicode(help="What stands in for hidden cells in the audit."))
    status = kernel_trait(t.Enum(STATUSES, "stopped", help="The run's state."))
    error = kernel_trait(t.Unicode(help="What went wrong and what to do about it."))
    metrics = kernel_trait(
        t.List(
            help="What an audit measures: [{`name`, `title`, `better`, `meaning`, `signed`}, …]."
        )
    )

    methods = t.Any(
        (), help="Each map's method and what is said about it: [(name, layer or options), …]."
    ).tag(sync=True)
    target = t.Any(None, allow_none=True, help="The class asked about.").tag(sync=True)
    value = t.Any((), help="The chosen cell: [(row, column)] or [].").tag(sync=True)
    randomise = t.Bool(default_value=False, help="Whether weights are randomised, too.").tag(
        sync=True
    )

    def __init__(  # noqa: PLR0913 - the picture and the question, and keywords with defaults
        self,
        explainer: Setup,
        img: PictureLike,
        methods: Sequence[Any] | None = None,
        *,
        target: int | str | None = None,
        fill: FillLike | None = None,
        mask: ArrayLike | None = None,
        randomise: bool = False,
        value: Sequence[Any] = (),
        **layout: Any,
    ) -> None:
        unknown = [name for name in layout if name != "layout"]
        if unknown:
            raise TypeError(
                f"A comparison has no {unknown[0]!r} to be set. Wanted are methods, target, fill, "
                "mask, randomise, value and layout."
            )
        self._runner = Runner()
        self.lock = self._runner.lock
        self._session = ComparisonSession(explainer, read_picture(img), fill, as_mask(mask))
        self._closed = threading.Event()
        super().__init__(**layout)
        given = default_methods(explainer.classifier) if methods is None else methods
        with self._publishing():
            self.set_trait("picture", png_bytes(self._session.picture.displayed))
            self.set_trait("grid", dict(vars(self._session.run.grid)))
            self.set_trait("metrics", metric_records())
            self.set_trait("offered", offered_of(explainer.classifier))
            self.set_trait("fill", explainer.fill.name if fill is None else str(fill))
            self.methods, self.target, self.randomise = given, target, randomise
            self.value = value
        route_clicks_to_the_subshell(self)
        self.on_msg(self._on_message)
        self.observe(self._on_question, ["methods", "target", "randomise"])
        self.observe(self._on_cell, "value")
        self.start()

    @property
    def comparison(self) -> Comparison:
        """The maps that are finished."""
        with self.lock:
            return self._session.comparison(self._panels(), randomise=self.randomise)

    def start(self) -> None:
        """Make the maps that are missing."""
        with self._publishing():
            if self._closed.is_set():
                return
            self.set_trait("error", "")
            self.set_trait("status", "running")
            self._session.forget_failures()
            self._publish()
            self._ask_about_cell()
            self._runner.submit(Job(self._steps, self._update, self._finish), RUN)

    def stop(self) -> None:
        """End the work within a step; maps that are finished stay."""
        self._runner.stop(RUN)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until every map is made; False where `timeout` seconds were not enough."""
        return self._runner.wait(timeout)

    def to_html(self, path: str | Path | None = None) -> str | Path:
        """Make a page of the finished maps that needs no kernel; see :meth:`Comparison.to_html`."""
        return self.comparison.to_html(path)

    def close(self) -> None:
        """End all work and remove the view."""
        if hasattr(self, "_closed"):  # not where the picture was refused
            self._closed.set()
            self._runner.stop()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the widget, and a picture of it where no widget can run."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        made = self.comparison
        png = made._repr_png_() if made.explanations else self.picture
        return {**(data or {}), "image/png": b64encode(png).decode()}, metadata or {}

    def __repr__(self) -> str:
        names = ", ".join(name for name, _ in self.methods)
        return f"ComparisonWidget({names}; {self.status})"

    # What is done in the background

    def _steps(self) -> Generator[Progress, None, None]:
        yield from self._session.begin(self.target)
        with self.lock:
            panels, randomise = self._panels(), self.randomise
        for panel in panels:
            yield from self._session.steps(panel, randomise=randomise)

    def _panels(self) -> list[Panel]:
        target = self._target()
        if target is None:
            return []
        return [self._session.panel(name, said, target) for name, said in self.methods]

    def _target(self) -> int | None:
        """Find the target; one that was given before the labels were known may not exist."""
        try:
            return self._session.target(self.target)
        except ValueError as error:
            self.target = None
            self.set_trait("error", str(error))
            return self._session.target(None)

    def _update(self) -> None:
        if self._closed.is_set():
            return
        with self._publishing():
            self._publish()
            if self.value and not self.evidence:
                self._ask_about_cell()

    def _finish(self, outcome: Outcome) -> None:
        if self._closed.is_set():
            return
        with self._publishing():
            failed = isinstance(outcome, BaseException)
            if failed:
                self.set_trait("error", f"{type(outcome).__name__}: {outcome}")
            self.set_trait("status", "error" if failed else outcome)
            self._publish()

    def _publish(self) -> None:
        baseline, target = self._session.run.baseline, self._target()
        if baseline is None or target is None:
            maps = [empty_map(self._session.entry(*one)) for one in self.methods]
            progress: list[list[int] | None] = [None for _ in maps]
        else:
            names = self._session.run.classifier.names(len(baseline))
            self.set_trait("labels", list(names))
            self.set_trait("prediction", prediction_of(baseline, target))
            panels = self._panels()
            maps = [self._session.shown(panel, randomise=self.randomise) for panel in panels]
            progress = [list(panel.progress) if panel.progress else None for panel in panels]
        self.set_trait("layers", self._session.layers)
        self.set_trait("maps", maps)
        self.set_trait("progress", progress)

    # What is asked

    def _ask_about_cell(self) -> None:
        run = self._session.run
        target = self._target()
        if not self.value or run.baseline is None or target is None:
            self.set_trait("evidence", {})
            return
        hidden = (run.grid.index(*self.value[0]),)
        known = run.cached_probabilities(hidden)
        self.set_trait("evidence", evidence_of(self.value[0], run.baseline, known, target))
        if known is None:
            self._runner.submit(
                Job(partial(run.ask, [hidden]), lambda: None, self._on_answer), QUESTION
            )

    def _on_answer(self, outcome: Outcome) -> None:
        if self._closed.is_set():
            return
        with self._publishing():
            if isinstance(outcome, BaseException):
                self.set_trait("error", f"{type(outcome).__name__}: {outcome}")
            elif outcome == "done":
                self._ask_about_cell()

    def _on_question(self, _: Any) -> None:
        self.start()

    def _on_cell(self, _: Any) -> None:
        with self._publishing():
            self._ask_about_cell()

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        kind = content.get("type") if isinstance(content, dict) else content
        if kind == "start":
            self.start()
        elif kind == "stop":
            self.stop()
        else:
            self.set_trait("error", f"The front end sent {content!r:.200}, which is no command.")

    @contextmanager
    def _publishing(self) -> Iterator[None]:
        with self.lock, self.hold_sync():
            yield

    @t.validate("methods")
    def _valid_methods(self, proposal: Any) -> Any:
        return accepted(self._accepted_methods, proposal.value)

    def _accepted_methods(self, methods: Any) -> list[tuple[str, str]]:
        return self._session.take(accepted_methods(methods))

    @t.validate("target")
    def _valid_target(self, proposal: Any) -> Any:
        if proposal.value is None or not self.labels:
            return proposal.value
        return accepted(find_class, proposal.value, self.labels)

    @t.validate("value")
    def _valid_value(self, proposal: Any) -> Any:
        return accepted(accepted_value, proposal.value, self._session.run.grid)[-1:]
