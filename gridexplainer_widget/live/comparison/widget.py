"""The comparison widget."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from gridexplainer_widget.analysis.audit_fills import AuditFills
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.picture import PictureLike, png_bytes, read_picture
from gridexplainer_widget.methods.requests import default_methods
from gridexplainer_widget.results.comparison import Comparison
from gridexplainer_widget.results.comparison_record import offered_of
from gridexplainer_widget.results.data.metrics import metric_records
from gridexplainer_widget.wire.comparison import FRONT_END_TRAITS, KERNEL_TRAITS
from gridexplainer_widget.wire.document import STATIC

from .publisher import ComparisonPublisher
from .session import ComparisonSession
from .traits import ComparisonTraits


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
    fill, mask, randomise
        As for :meth:`GridExplainer.compare`. The mask belongs to the first target: for others,
        pointing and inside stay unknown.

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
        fill: AuditFills = None,
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
        self._session = ComparisonSession(explainer, read_picture(img), fill, mask)
        super().__init__(explainer, ComparisonPublisher(self, self._session), **layout)
        given = default_methods(explainer.classifier) if methods is None else methods
        with self._publisher.publishing():
            self.set_trait("picture", png_bytes(self._session.picture.displayed))
            self.set_trait("grid", dict(vars(self._session.run.grid)))
            self.set_trait("metrics", metric_records(explainer.classifier.quantity))
            self.set_trait("quantity", explainer.classifier.quantity.record)
            self.set_trait("offered", offered_of(explainer.classifier))
            self.set_trait("fills", [one.name for one in self._session.fills])
            self.methods, self.target, self.randomise = given, target, randomise
            self.value = value
        self._listen()
        self.observe(self._on_setting, ["methods", "target", "randomise"])
        self.observe(self._on_cell, "value")
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

    def _on_setting(self, _: Any) -> None:
        self.start()

    def _on_cell(self, _: Any) -> None:
        with self._publisher.publishing():
            self._publisher.publish_evidence()
