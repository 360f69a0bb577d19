"""The comparison widget."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from gridexplainer_widget.analysis.audit_fills import AuditFills
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.fills import Fill, FillLike, fill_text, parse_fill, unavailable_fills
from gridexplainer_widget.core.grid import GridSize, parse_grid_size
from gridexplainer_widget.core.picture import Picture, PictureLike, png_bytes, read_picture
from gridexplainer_widget.live.files import upload_of
from gridexplainer_widget.live.fill_names import FillNames
from gridexplainer_widget.methods.requests import default_methods
from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.results.comparison_record import offered_of
from gridexplainer_widget.results.data.metrics import metric_records
from gridexplainer_widget.wire.comparison import FRONT_END_TRAITS, KERNEL_TRAITS
from gridexplainer_widget.wire.document import STATIC

from .files import saved_comparison
from .publisher import ComparisonPublisher
from .session import ComparisonSession
from .traits import ComparisonTraits

KEPT_SESSIONS = 4
"""So that going back to a grid or fill is instant."""


class ComparisonWidget(ComparisonTraits):
    """Audited maps of a picture by several methods.

    Made by ``GridExplainer.explore(img, methods=[…])``. Finished maps are kept, so that going back
    is instant.

    Parameters
    ----------
    explainer : GridExplainer
    img : path, bytes, PIL image or array
    methods : sequence, optional
        As for :meth:`GridExplainer.compare`.
    target : int or str, optional
        By default the most probable class.
    contrast, fill, mask, randomise
        As for :meth:`GridExplainer.compare`. The mask belongs to the first target: for others,
        and on another picture, pointing and inside stay unknown.
    grid_size, map_fill : optional
        By default the explainer's grid, and the fill that it explains with.

    Attributes
    ----------
    methods : list of (str, str)
        Each map's method and options; set as for :meth:`GridExplainer.compare`.
    value : tuple of (row, column)
        At most one cell.
    """

    _publisher: ComparisonPublisher
    _kernel_traits = KERNEL_TRAITS
    _shared_traits = FRONT_END_TRAITS
    _esm = (STATIC / "comparison.js").read_text(encoding="utf-8")
    _css = (STATIC / "comparison.css").read_text(encoding="utf-8")

    def __init__(  # noqa: PLR0913 - keywords with defaults
        self,
        explainer: Setup,
        img: PictureLike,
        methods: Sequence[Any] | None = None,
        *,
        target: int | str | None = None,
        contrast: int | str | None = None,
        fill: AuditFills = None,
        mask: ArrayLike | None = None,
        randomise: bool = False,
        grid_size: GridSize | None = None,
        map_fill: FillLike | None = None,
        value: Sequence[Any] = (),
        **layout: Any,
    ) -> None:
        unknown = [name for name in layout if name != "layout"]
        if unknown:
            raise TypeError(
                f"A comparison has no {unknown[0]!r} to be set. Wanted are methods, target, "
                "contrast, fill, mask, randomise, grid_size, map_fill, value and layout."
            )
        own = None if map_fill is None else parse_fill(map_fill, explainer.seed)
        size = None if grid_size is None else parse_grid_size(grid_size)
        self._session = ComparisonSession(
            explainer, read_picture(img), fill, mask, grid_size=size, map_fill=own
        )
        self._sessions: dict[tuple[tuple[int, int], str], ComparisonSession] = {}
        self._fill_names = FillNames(explainer.seed)
        self._fill_names.remember(explainer.fill)
        super().__init__(explainer, ComparisonPublisher(self, self._session), **layout)
        given = default_methods(explainer.classifier) if methods is None else methods
        with self._publisher.publishing():
            self.set_trait("picture", png_bytes(self._session.picture.displayed))
            self.set_trait("metrics", metric_records(explainer.classifier.quantity))
            self.set_trait("quantity", explainer.classifier.quantity.record)
            self.set_trait("offered", offered_of(explainer.classifier))
            self.grid_size = grid_size or explainer.grid_size
            self.map_fill = self._session.map_fill
            self._use(self._session)
            self.methods, self.target, self.randomise = given, target, randomise
            self.contrast = contrast
            self.value = value
        self._listen()
        self.observe(self._on_setting, ["methods", "target", "contrast", "randomise"])
        self.observe(self._on_cell, "value")
        self.observe(self._on_grid, ["grid_size", "map_fill"])
        self.start()

    @property
    def comparison(self) -> Comparison:
        """The finished maps."""
        return self._publisher.comparison

    def wait(self, timeout: float | None = None) -> bool:
        """Block until all work is done; return False after `timeout` seconds."""
        return self._publisher.runner.wait(timeout)

    def to_html(self, path: str | Path | None = None) -> str | Path:
        """Write the finished maps as a standalone page; see :meth:`Comparison.to_html`."""
        return self.comparison.to_html(path)

    def _png(self) -> bytes:
        comparison = self.comparison
        return comparison._repr_png_() if comparison.explanations else super()._png()

    def __repr__(self) -> str:
        names = ", ".join(name for name, _ in self.methods)
        return f"ComparisonWidget({names}; {self.status})"

    def _obey(self, command: dict[str, Any], buffers: Any) -> None:
        kind = command.get("type")
        if kind == "explain":
            upload = upload_of(command, buffers)
            self._publisher.read(upload, self._session.size_of, self._replace_picture)
        elif kind == "save":
            name, data = saved_comparison(self.comparison, command)
            self.send({"type": "saved", "id": command["id"], "name": name}, buffers=[data])
        else:
            super()._obey(command, buffers)

    def _replace_picture(self, picture: Picture) -> None:
        session = self._session.anew(picture, parse_grid_size(self.grid_size), self.map_fill)
        png = png_bytes(picture.displayed)
        with self._publisher.publishing():
            self._sessions.clear()
            self._use(session)
            self.set_trait("picture", png)
            self.value, self.target, self.contrast = (), None, None
            self.start()

    def _on_grid(self, change: Any) -> None:
        with self._publisher.publishing():
            try:
                session = self._session_of(parse_grid_size(self.grid_size), self.map_fill)
            except BaseException:
                self._take_back(change)
                raise
            self._use(session)
            self.value = ()
            self.start()

    def _session_of(self, grid_size: tuple[int, int], fill: Fill) -> ComparisonSession:
        """Find or begin the maps of a grid and a fill."""
        key = grid_size, fill.name
        self._sessions[self._session.grid_size, self._session.map_fill.name] = self._session
        session = self._sessions.pop(key, None)
        while len(self._sessions) > KEPT_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        return session or self._session.anew(self._session.picture, grid_size, fill)

    def _use(self, session: ComparisonSession) -> None:
        self._session = session
        self._publisher.use(session)
        self.set_trait("grid", dict(vars(session.run.grid)))
        self.set_trait("fills", [one.name for one in session.fills])
        missing = unavailable_fills()
        names = self._fill_names.remember(session.map_fill)
        offered = [[name, fill_text(name), missing.get(name, "")] for name in names]
        self.set_trait("map_fills", offered)

    def _on_setting(self, _: Any) -> None:
        self.start()

    def _on_cell(self, _: Any) -> None:
        with self._publisher.publishing():
            self._publisher.publish_evidence()
