"""The explorer widget."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.fills import FILL_TEXTS, Fill, unavailable_fills
from gridexplainer_widget.core.grid import Grid, is_whole, parse_grid_size
from gridexplainer_widget.core.picture import Picture, PictureLike, png_bytes, read_picture
from gridexplainer_widget.core.shown import quoted
from gridexplainer_widget.inference.cell_sets import Selection
from gridexplainer_widget.live.files import upload_of
from gridexplainer_widget.live.fill_names import FillNames
from gridexplainer_widget.methods.registry import parse_method
from gridexplainer_widget.results.comparison_record import offered_of
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.wire.document import STATIC
from gridexplainer_widget.wire.explorer import APPEARANCE, FRONT_END_TRAITS, KERNEL_TRAITS

from .files import saved_file
from .publisher import ExplorerPublisher
from .questions import ExplorerQuestions
from .session import ExplorerSession


class GridExplainerWidget(ExplorerQuestions):
    """A picture whose cells are scored live; made by :meth:`GridExplainer.explore`.

    Parameters
    ----------
    explainer : GridExplainer
    img : path, bytes, PIL image or array
        See :func:`gridexplainer_widget.read_picture`.
    **traits
        Initial traits (docs/traits.md) and `layout`.

    Raises
    ------
    TypeError
        Not an explainer, or not a trait that can be set.
    """

    _publisher: ExplorerPublisher
    _kernel_traits = KERNEL_TRAITS
    _shared_traits = tuple(name for name in FRONT_END_TRAITS if name not in APPEARANCE)
    # As text: anywidget watches paths, and the watch keeps every widget alive.
    _esm = (STATIC / "explorer.js").read_text(encoding="utf-8")
    _css = (STATIC / "explorer.css").read_text(encoding="utf-8")

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
        self._session = ExplorerSession(explainer, read_picture(img))
        self._fill_names = FillNames(explainer.seed)
        layout = {"layout": traits.pop("layout")} if "layout" in traits else {}
        if "layer" in traits:  # after the method, whichever is given first
            traits["layer"] = traits.pop("layer")
        super().__init__(explainer, ExplorerPublisher(self, self._session), **layout)
        initial = {name: getattr(explainer, name) for name in ("fill", "score")}
        initial["grid_size"] = self._session.grid_for(self._session.picture)
        with self._publisher.publishing():
            self.set_trait("picture", png_bytes(self._session.picture.displayed))
            self.set_trait("fill_texts", FILL_TEXTS)
            self.set_trait("offered", offered_of(explainer.classifier))
            self.set_trait("unavailable_fills", unavailable_fills())
            self.set_trait("quantity", explainer.classifier.quantity.record)
            self._list_fill(explainer.fill)
            for name, value in {**initial, **traits}.items():
                setattr(self, name, value)
            self._list_fill(self.fill)
            self._measure_contrast()
        self._listen()
        self.observe(self._on_grid, ["grid_size", "fill"])
        self.observe(self._on_target, ["target", "contrast", "score"])
        self.observe(self._on_map, "map")
        self.observe(self._on_method, ["method", "layer"])
        self.observe(self._on_selection, ["value", "keep"])
        self._on_selection(None)
        self.start()

    @property
    def explanation(self) -> Explanation | None:
        """The scores so far, or the map of :attr:`method`; None before there is one."""
        return self._publisher.shown

    def select(self, cells: Iterable[tuple[int, int]], *, keep: bool = False) -> None:
        """Select cells to hide together; :attr:`evidence` gets the prediction.

        Parameters
        ----------
        cells : iterable of (row, column)
            Counted from 0.
        keep : bool
            Hide all other cells instead.
        """
        cells = list(cells)
        with self.hold_trait_notifications():
            self.value = cells
            self.keep = keep

    def select_top(self, k: int, *, keep: bool = False) -> None:
        """Select the `k` scored cells with the largest drops.

        Raises
        ------
        ValueError
            `k` is not a whole number of at least 0.
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
        """Restore the previous selection, if any."""
        before = self._session.undo()
        if before is not None:
            with self._publisher.publishing():
                self.select(before.cells, keep=before.keep)
                self._publish_evidence()

    def _replace_picture(self, picture: Picture) -> None:
        png = png_bytes(picture.displayed)
        with self._publisher.publishing():
            grid = self._session.grid_after(picture, parse_grid_size(self.grid_size))
            self._session.replace_picture(picture, grid, self.fill)
            self.clear()
            self.grid_size = grid
            self.contrast = self.target = None  # the new picture's own top class
            self.set_trait("picture", png)
            self.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until all work is done; return False after `timeout` seconds.

        Raises
        ------
        ExplanationError
            The run failed; ``explanation`` of the error holds the scores so far.
        RuntimeError
            Called by an observer in the scoring thread.
        """
        return self._publisher.wait(timeout)

    def to_html(self, path: str | Path | None = None) -> str | Path:
        """Write what is shown as a standalone page; see :meth:`Explanation.to_html`.

        Raises
        ------
        RuntimeError
            Nothing is scored yet.
        """
        from gridexplainer_widget.results.page import to_html  # noqa: PLC0415 - reads a bundle

        explanation = self._explanation_so_far()
        if explanation.attribution is not None:
            return explanation.to_html(path)
        state = {name: getattr(self, name) for name in ("value", "keep", *APPEARANCE)}
        known = self._session.cached_answer()
        return to_html(explanation, path, state=state, selection=known)

    def _png(self) -> bytes:
        explanation = self.explanation
        return explanation._repr_png_() if explanation else super()._png()

    def __repr__(self) -> str:
        explanation = self.explanation
        what = f", {quoted(explanation.label)} {explanation.baseline_text}" if explanation else ""
        run = self._session.run
        grid, done = (run.grid, int(run.scored.sum())) if run else (Grid(1, 1, 1, 1), 0)
        return (
            f"GridExplainerWidget({self._setup.classifier.name}{what}, "
            f"{grid.rows}×{grid.columns}, {self.status}, {done} of {len(grid)} cells)"
        )

    def _obey(self, command: dict[str, Any], buffers: Any) -> None:
        kind = command.get("type")
        if kind == "explain":
            upload = upload_of(command, buffers)
            self._publisher.read(upload, self._session.size_of, self._replace_picture)
        elif kind == "save":
            name, data = saved_file(self._explanation_so_far(), command, self.to_html)
            self.send({"type": "saved", "id": command["id"], "name": name}, buffers=[data])
        else:
            super()._obey(command, buffers)

    def _on_grid(self, change: Any) -> None:
        with self._publisher.publishing():
            try:
                run = self._session.prepare(parse_grid_size(self.grid_size), self.fill)
            except BaseException:
                self._take_back(change)
                raise
            if change.name == "grid_size":
                refitted = self._session.refit(run.grid)
                self.select(refitted.cells, keep=refitted.keep)
            else:
                self._list_fill(self.fill)
            self.start()

    def _on_target(self, change: Any) -> None:
        with self._publisher.publishing():
            if change.name == "contrast":
                self._measure_contrast(change.old)
            self._clear_error()
            self._publisher.forget_curve()
            self._publisher.forget_sets()
            if self._publisher.lacks_map:
                self.start()
                return
            self._publisher.publish_scores()
            self._publisher.publish_evidence()

    def _on_map(self, _: Any) -> None:
        with self._publisher.publishing():
            self._clear_error()
            self._publisher.forget_curve()

    def _on_method(self, _: Any) -> None:
        with self._publisher.publishing():
            self._publisher.forget_curve()
            if "layer" not in parse_method(self.method).options:
                self.layer = ""
            self.start()

    def _on_selection(self, _: Any) -> None:
        if self._session.select(Selection(self.value, self.keep)):
            self._publish_evidence()

    def _publish_evidence(self) -> None:
        with self._publisher.publishing():
            self._clear_error()
            self._publisher.publish_evidence()

    def _clear_error(self) -> None:
        if self.status != "error":
            self.set_trait("error", "")

    def _explanation_so_far(self) -> Explanation:
        explanation = self.explanation
        if explanation is None:
            raise RuntimeError("Nothing has been scored yet, so there is nothing to save.")
        return explanation

    def _list_fill(self, fill: Fill) -> None:
        self.set_trait("fills", self._fill_names.remember(fill))
