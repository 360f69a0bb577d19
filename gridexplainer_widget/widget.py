"""The widget: traits and routing, no maths."""

from __future__ import annotations

import time
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from .classifiers.base import find_class, top_classes
from .explainer import ExplanationError, GridExplainer
from .explanation import Explanation
from .fills import NAMES, Fill, parse_fill
from .grid import Grid, parse_grid_size
from .occlusion import Run
from .picture import PictureLike, png_bytes, read_picture
from .protocol import KERNEL_TRAITS, STATUSES, accepted_grid_size, accepted_value
from .runner import Job, Outcome, Runner
from .scores import SCORES, percent
from .state import about_of, evidence_of, prediction_of, progress_of, scores_of

STATIC = Path(__file__).parent / "static"

KEPT_RUNS = 6
"""Runs that are kept, so that going back to a grid or a fill is instant."""


class _Asked(t.Any):
    """A trait that the widget's validators check; None is for them to refuse, too."""

    allow_none = False


def _kernel(trait: t.TraitType[Any, Any], **tags: Any) -> Any:
    """Mark a trait that the kernel alone writes."""
    trait.read_only = True
    return trait.tag(sync=True, **tags)


class GridExplainerWidget(anywidget.AnyWidget):
    """A picture under a grid that is scored live.

    Made by :meth:`GridExplainer.explore`.

    Parameters
    ----------
    explainer : GridExplainer
    img : path, bytes, PIL image or array
        See :func:`gridexplainer_widget.picture.read_picture`.
    target : int or str, optional
        Index or label; by default the most probable class.
    """

    # As text: of a path, anywidget watches the file, and the watch keeps every widget alive.
    _esm = (STATIC / "widget.js").read_text(encoding="utf-8")
    _css = (STATIC / "widget.css").read_text(encoding="utf-8")
    # ipywidgets 7 displays through this and would leave out the picture in _repr_mimebundle_.
    _ipython_display_ = None

    picture = _kernel(t.Bytes(help="The picture, PNG."))
    labels = _kernel(t.List(t.Unicode(), help="A name for each class."))
    prediction = _kernel(
        t.Dict(help="target, probability (its), saturated, top ([index, probability], …).")
    )
    grid = _kernel(t.Dict(help="rows, columns, height, width: the grid that `scores` belongs to."))
    scores = _kernel(
        t.Bytes(help="Drops, little-endian float32, row by row; NaN where pending."),
        echo_update=False,
    )
    status = _kernel(t.Enum(STATUSES, "stopped", help="The run's state."))
    progress = _kernel(t.Dict(help="done, total, rate (cells a second), left (seconds)."))
    evidence = _kernel(t.Dict(help="What the model believed with the selected cell hidden."))
    error = _kernel(t.Unicode(help="What went wrong and what to do about it."))
    notes = _kernel(t.List(t.Unicode(), help="What a reader of the numbers should know."))
    about = _kernel(t.Dict(help="model, preprocessing, output: what was chosen."))
    fills = _kernel(t.List(t.Unicode(), help="Fills to choose from."))

    grid_size = _Asked(8, help="N, or (rows, columns); 1 to 64.").tag(sync=True)
    fill = _Asked("cell-mean", help="What stands in for a hidden cell.").tag(
        sync=True, to_json=lambda fill, _: fill.name if isinstance(fill, Fill) else fill
    )
    target = t.Any(None, allow_none=True, help="Class asked about; None is the top one.").tag(
        sync=True
    )
    score = t.Enum(SCORES, "probability", help="What drops are differences of.").tag(sync=True)
    value = _Asked((), help="The selected cells: [(row, column)], or [].").tag(sync=True)

    def __init__(
        self, explainer: GridExplainer, img: PictureLike, *, target: int | str | None = None
    ) -> None:
        self._runner = Runner()
        self._runs: OrderedDict[Any, Run] = OrderedDict()
        self._explainer = explainer
        self._source = read_picture(img)
        self._size = self._source.fitted(*explainer.classifier.input_shape).shape[:2]
        self._run: Run | None = None
        self._since = (time.monotonic(), 0)
        self._closed = False
        super().__init__()
        names = [*NAMES, "gray"]
        own = explainer.fill.name
        with self._publishing():
            self.set_trait("picture", png_bytes(self._source.displayed))
            self.set_trait("fills", names if own in names else [own, *names])
            self.grid_size = explainer.grid_size
            self.fill = explainer.fill
            self.score = explainer.score
            self.target = target
        self._route_clicks_to_the_subshell()
        self.on_msg(self._on_message)
        self.observe(self._on_grid, ["grid_size", "fill"])
        self.observe(self._on_question, ["target", "score"])
        self.observe(self._on_value, ["value"])
        self.start()

    @property
    def explanation(self) -> Explanation | None:
        """What has been scored so far; None before the first batch."""
        with self._runner.lock:
            run = self._run
            if run is None or run.baseline is None:
                return None
            return self._explainer.freeze(run, self.target, self.score)

    def start(self) -> None:
        """Score what is missing; nothing happens where nothing is."""
        with self._publishing():
            if self._closed:
                return
            run = self._run = self._run_for(parse_grid_size(self.grid_size), self._fill())
            self._since = (time.monotonic(), int(run.scored.sum()))
            self.set_trait("error", "")
            self.set_trait("status", "running")
            self._publish_scores()
            self._publish_evidence()
            self._runner.submit(Job(run.steps, self._on_update, self._on_finish))

    def stop(self) -> None:
        """End the run within one batch; what was scored stays, and :meth:`start` goes on."""
        self._runner.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the run is done.

        Parameters
        ----------
        timeout : float, optional
            Seconds.

        Returns
        -------
        bool
            False where the time was not enough.

        Raises
        ------
        ExplanationError
            The run failed; what had been scored is in its ``explanation``.
        """
        finished = self._runner.wait(timeout)
        if self.status == "error":
            raise ExplanationError(self.error, self.explanation)
        return finished

    def close(self) -> None:
        """End the run, give its memory back and remove the view."""
        with self._runner.lock:
            self._closed = True
            self._runner.stop()
            self._runs.clear()
        super().close()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the front end writes; refuse what it may not, and say so on the screen."""
        allowed = {name: value for name, value in sync_data.items() if name not in KERNEL_TRAITS}
        with self._runner.lock:
            try:
                super().set_state(allowed)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
                self.set_trait("error", str(error))
                self.send_state(list(allowed))

    def notify_change(self, change: Any) -> None:
        """Send changes from one thread at a time."""
        with self._runner.lock:
            super().notify_change(change)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the widget, and a picture of it where no widget can run."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        from .plot import figure_png  # noqa: PLC0415 - Matplotlib takes its time

        explanation = self.explanation
        png = figure_png(explanation.plot()) if explanation else self.picture
        return {**(data or {}), "image/png": b64encode(png).decode()}, metadata or {}

    def __repr__(self) -> str:
        explanation = self.explanation
        what = f", {explanation.label!r} {percent(explanation.baseline)}" if explanation else ""
        grid = self._run.grid if self._run else Grid(1, 1, *self._size)
        done = int(self._run.scored.sum()) if self._run else 0
        return (
            f"GridExplainerWidget({self._explainer.classifier.name}{what}, "
            f"{grid.rows}×{grid.columns}, {self.status}, {done} of {len(grid)} cells)"
        )

    # What is asked

    @t.validate("grid_size")
    def _valid_grid_size(self, proposal: Any) -> Any:
        return _trait_value(accepted_grid_size, proposal.value, *self._size)

    @t.validate("fill")
    def _valid_fill(self, proposal: Any) -> Any:
        own = self._explainer.fill
        return (
            own
            if proposal.value == own.name
            else _trait_value(parse_fill, proposal.value, self._explainer.seed)
        )

    @t.validate("target")
    def _valid_target(self, proposal: Any) -> Any:
        if proposal.value is None or not self.labels:
            return proposal.value
        return _trait_value(find_class, proposal.value, self.labels)

    @t.validate("value")
    def _valid_value(self, proposal: Any) -> Any:
        grid = Grid.of(self.grid_size, *self._size)
        return _trait_value(accepted_value, proposal.value, grid)

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        command = content.get("type") if isinstance(content, dict) else None
        if command == "start":
            self.start()
        elif command == "stop":
            self.stop()
        else:
            self.set_trait("error", f"The front end sent {content!r}, which is no command.")

    def _on_grid(self, change: Any) -> None:
        with self._publishing():
            if change.name == "grid_size":
                self.value = ()  # cells of another grid
            self.start()

    def _on_question(self, _: Any) -> None:
        with self._publishing():
            self._forgive()
            self._publish_scores()
            self._publish_evidence()

    def _on_value(self, _: Any) -> None:
        with self._publishing():
            self._forgive()
            self._publish_evidence()

    def _forgive(self) -> None:
        """Forget what was refused before, now that something was accepted."""
        if self.status != "error":
            self.set_trait("error", "")

    # What is answered

    def _on_update(self) -> None:
        if self._closed:
            return
        with self._publishing():
            self._publish_scores()
            if self.value and self.evidence.get("drop") is None:
                self._publish_evidence()

    def _on_finish(self, outcome: Outcome) -> None:
        if self._closed:
            return
        with self._publishing():
            if isinstance(outcome, Exception):
                self.set_trait("error", f"{type(outcome).__name__}: {outcome}")
                self.set_trait("status", "error")
            else:
                self.set_trait("status", outcome)
            self._publish_scores()
            self._publish_evidence()

    def _publish_scores(self) -> None:
        run = self._run
        if run is None:
            return
        if run.baseline is not None and not self.labels:
            self.set_trait("labels", list(run.classifier.names(len(run.baseline))))
        target = self._target_index(run)
        explanation = self.explanation if self.status != "running" else None
        started, before = self._since
        self.set_trait("grid", dict(vars(run.grid)))
        self.set_trait("scores", scores_of(run, target, self.score))
        self.set_trait("progress", progress_of(run, before, time.monotonic() - started))
        self.set_trait("about", about_of(run))
        self.set_trait("notes", list(explanation.notes) if explanation else [])
        saturated = explanation is not None and explanation.saturated
        self.set_trait("prediction", prediction_of(run, target, saturated=saturated))

    def _publish_evidence(self) -> None:
        run, evidence = self._run, {}
        if run is not None and self.value:
            ((row, column),) = self.value
            try:
                evidence = evidence_of(run, row, column, self._target_index(run), self.score)
            except Exception as error:  # noqa: BLE001 - a fill of the user's may raise anything
                self.set_trait("error", f"{type(error).__name__}: {error}")
        self.set_trait("evidence", evidence)

    def _target_index(self, run: Run) -> int:
        """Find the target; one that was given before the labels were known may not exist."""
        if run.baseline is None:
            return 0
        if self.target is not None:
            try:
                return find_class(self.target, self.labels)
            except ValueError as error:
                self.target = None
                self.set_trait("error", str(error))
        return top_classes(run.baseline, 1)[0]

    @contextmanager
    def _publishing(self) -> Iterator[None]:
        """Hold the lock and send all that changes in one message."""
        with self._runner.lock, self.hold_sync():
            yield

    def _fill(self) -> Fill:
        return self.fill if isinstance(self.fill, Fill) else parse_fill(self.fill)

    def _run_for(self, grid_size: tuple[int, int], fill: Fill) -> Run:
        key = (grid_size, fill.name, fill.local if fill.name not in NAMES else None)
        run = self._runs.pop(key, None)
        if run is None:
            run = self._explainer.start_run(self._source, grid_size, fill)
        self._runs[key] = run
        while len(self._runs) > KEPT_RUNS:
            self._runs.popitem(last=False)
        return run

    def _route_clicks_to_the_subshell(self) -> None:
        """Let a click be answered while a notebook cell runs.

        ipykernel 7.4 sends the front end's messages to whichever thread
        published last, the busy main one after a run was started from a
        cell. The attribute is private: where it is missing, nothing changes.
        """
        comm = getattr(self, "comm", None)
        if comm is not None and hasattr(comm, "_reply_subshell_for"):
            comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001


def _trait_value(accept: Callable[..., Any], *arguments: Any) -> Any:
    """Accept a value, or refuse it with the error that traits raise."""
    try:
        return accept(*arguments)
    except (TypeError, ValueError, IndexError, ImportError) as error:
        raise t.TraitError(str(error)) from error
