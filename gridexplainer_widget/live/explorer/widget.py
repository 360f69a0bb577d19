"""The widget: what is asked of it, from Python and from the screen; no maths."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.fills import NAMES, Fill
from gridexplainer_widget.core.grid import Grid, is_whole
from gridexplainer_widget.core.picture import PictureLike, png_bytes, read_picture
from gridexplainer_widget.inference.cell_sets import Selection
from gridexplainer_widget.live.ipykernel import route_clicks_to_the_subshell
from gridexplainer_widget.results.document import STATIC
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.wire.explorer import APPEARANCE, FRONT_END_TRAITS, KERNEL_TRAITS

from .files import saved_file, uploaded_picture
from .publisher import Publisher
from .session import Session
from .traits import ExplainerTraits


class GridExplainerWidget(ExplainerTraits):
    """A picture under a grid that is scored live.

    Made by :meth:`GridExplainer.explore`.

    Parameters
    ----------
    explainer : GridExplainer
    img : path, bytes, PIL image or array
        See :func:`gridexplainer_widget.core.picture.read_picture`.
    **traits
        Traits to begin with (docs/traits.md), and `layout`.

    Raises
    ------
    TypeError
        It is no explainer, or there is no such trait to be set.
    """

    _kernels = KERNEL_TRAITS
    # As text: of a path, anywidget watches the file, and the watch keeps every widget alive.
    _esm = (STATIC / "widget.js").read_text(encoding="utf-8")
    _css = (STATIC / "widget.css").read_text(encoding="utf-8")
    # ipywidgets 7 displays through this and would leave out the picture in _repr_mimebundle_.
    _ipython_display_ = None

    def __init__(self, explainer: Setup, img: PictureLike, **traits: Any) -> None:
        unknown = [name for name in traits if name not in (*FRONT_END_TRAITS, "layout")]
        if unknown:
            raise TypeError(
                f"There is no trait {unknown[0]!r} to be set. Wanted are "
                f"{', '.join((*FRONT_END_TRAITS, 'layout'))}."
            )
        if not isinstance(explainer, Setup):
            raise TypeError(
                f"{type(explainer).__name__} is no GridExplainer. Say "
                "GridExplainer(model).explore(img)."
            )
        self._session = Session(explainer, read_picture(img))
        self._answers = Publisher(self, self._session)
        self.lock = self._answers.runner.lock
        self._known_fills: dict[str, Fill] = {}
        layout = {"layout": traits.pop("layout")} if "layout" in traits else {}
        super().__init__(**layout)
        asked = {
            "grid_size": explainer.grid_size,
            "fill": explainer.fill,
            "score": explainer.score,
            **traits,
        }
        with self._answers.publishing():
            self.set_trait("picture", png_bytes(self._session.picture.displayed))
            self._list_fill(explainer.fill)
            for name, value in asked.items():
                setattr(self, name, value)
            self._list_fill(self.fill)
        route_clicks_to_the_subshell(self)
        self.on_msg(self._on_message)
        self.observe(self._on_grid, ["grid_size", "fill"])
        self.observe(self._on_target, ["target", "score"])
        self.observe(self._on_selection, ["value", "keep"])
        self._on_selection(None)
        self.start()

    # What a click does, too

    @property
    def explanation(self) -> Explanation | None:
        """What has been scored so far; None before the first batch."""
        return self._answers.explanation

    def start(self) -> None:
        """Score what is missing; nothing happens where nothing is."""
        self._answers.start()

    def stop(self) -> None:
        """End the run and the curve within a batch; what was scored stays, `start` goes on."""
        self._answers.stop()

    def select(self, cells: Iterable[tuple[int, int]], *, keep: bool = False) -> None:
        """Ask what the model believes with cells hidden together; see :attr:`evidence`.

        Parameters
        ----------
        cells : iterable of (row, column)
            From 0.
        keep : bool
            Hide everything but them.
        """
        with self.hold_trait_notifications():
            self.value = list(cells)
            self.keep = keep

    def select_top(self, k: int, *, keep: bool = False) -> None:
        """Select the `k` scored cells with the largest drops.

        Raises
        ------
        ValueError
            `k` is no whole number of at least 0.
        """
        if not is_whole(k) or k < 0:
            raise ValueError(f"k={k!r}; wanted is a whole number of at least 0.")
        explanation = self.explanation
        top = explanation.top(k) if explanation else []
        self.select([(cell.row, cell.column) for cell in top], keep=keep)

    def clear(self) -> None:
        """Select nothing."""
        self.select([])

    def undo(self) -> None:
        """Go back to the selection before; nothing happens where there is none."""
        before = self._session.undo()
        if before is not None:
            self.select(before.cells, keep=before.keep)
            self._publish_answer()

    def play(self) -> None:
        """Score the deletion and the insertion curve; see :attr:`curve`.

        Raises
        ------
        RuntimeError
            Some cells have not been scored, so that there is no ranking.
        """
        self._answers.play()

    def explain(self, img: PictureLike) -> None:
        """Go on with another picture.

        Parameters
        ----------
        img : path, bytes, PIL image or array

        Raises
        ------
        ValueError
            It is no picture, or the grid does not fit it; the picture before stays.
        """
        picture = read_picture(img)
        Grid.of(self.grid_size, *self._session.size_of(picture))
        with self._answers.publishing():
            self._session.take(picture)
            self.clear()
            self.set_trait("picture", png_bytes(picture.displayed))
            self.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing is left to be scored, what a click asked included.

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
        RuntimeError
            An observer calls it that runs in the thread which scores.
        """
        return self._answers.wait(timeout)

    def to_html(self, path: str | Path | None = None) -> str | Path:
        """Make a page of what is shown that needs no kernel; see :meth:`Explanation.to_html`.

        Raises
        ------
        RuntimeError
            Nothing has been scored yet.
        """
        from gridexplainer_widget.results.page import to_html  # noqa: PLC0415 - the page reads its bundle

        explanation = self._explanation_so_far()
        shown = {name: getattr(self, name) for name in ("value", "keep", *APPEARANCE)}
        return to_html(
            explanation,
            path,
            state=shown,
            selection_probabilities=self._session.cached_probabilities(),
        )

    def close(self) -> None:
        """End all work, give its memory back and remove the view."""
        if hasattr(self, "_answers"):  # not where the picture was refused
            self._answers.close()
        super().close()

    # How it is shown

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the widget, and a picture of it where no widget can run."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        from gridexplainer_widget.results.plot import figure_png  # noqa: PLC0415 - Matplotlib takes its time

        explanation = self.explanation
        png = figure_png(explanation.plot()) if explanation else self.picture
        return {**(data or {}), "image/png": b64encode(png).decode()}, metadata or {}

    def __repr__(self) -> str:
        explanation = self.explanation
        what = f", {explanation.label!r} {percent(explanation.baseline)}" if explanation else ""
        run = self._session.run
        grid, done = (run.grid, int(run.scored.sum())) if run else (Grid(1, 1, 1, 1), 0)
        return (
            f"GridExplainerWidget({self._session.setup.classifier.name}{what}, "
            f"{grid.rows}×{grid.columns}, {self.status}, {done} of {len(grid)} cells)"
        )

    # What comes from the front end

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        try:
            self._obey(content if isinstance(content, dict) else {"sent": content}, buffers)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
            self.set_trait("error", str(error))

    def _obey(self, command: dict[str, Any], buffers: Any) -> None:
        kind = command.get("type")
        if kind == "start":
            self.start()
        elif kind == "stop":
            self.stop()
        elif kind == "play":
            self.play()
        elif kind == "explain":
            self.explain(uploaded_picture(command, buffers))
        elif kind == "save":
            name, data = saved_file(self._explanation_so_far(), command, self.to_html)
            self.send({"type": "saved", "id": command["id"], "name": name}, buffers=[data])
        else:
            raise ValueError(f"The front end sent {command!r:.200}, which is no command.")

    def _on_grid(self, change: Any) -> None:
        with self._answers.publishing():
            if change.name == "grid_size":
                self._session.forget_selections()
                self.clear()
            else:
                self._list_fill(self.fill)
            self.start()

    def _on_target(self, _: Any) -> None:
        with self._answers.publishing():
            self._forgive()
            self._answers.forget_curve()
            self._answers.publish_scores()
            self._answers.publish_evidence()

    def _on_selection(self, _: Any) -> None:
        if self._session.select(Selection(self.value, self.keep)):
            self._publish_answer()

    def _publish_answer(self) -> None:
        with self._answers.publishing():
            self._forgive()
            self._answers.publish_evidence()

    def _forgive(self) -> None:
        """Forget what was refused before, now that something was accepted."""
        if self.status != "error":
            self.set_trait("error", "")

    def _explanation_so_far(self) -> Explanation:
        explanation = self.explanation
        if explanation is None:
            raise RuntimeError("Nothing has been scored yet, so there is nothing to save.")
        return explanation

    def _list_fill(self, fill: Fill) -> None:
        """Keep a fill that Python gave, so that the front end can go back to it."""
        offered = (*NAMES, "gray")
        if fill.name not in offered:
            self._known_fills[fill.name] = fill
        self.set_trait("fills", [*self._known_fills, *offered])
