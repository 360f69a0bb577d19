"""The data of an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import Cost, over_pixels
from gridexplainer_widget.classifiers.labels import find_class, find_contrast
from gridexplainer_widget.core.fills import is_of_whole
from gridexplainer_widget.core.hardly_changed import hardly_changed
from gridexplainer_widget.core.picture import to_uint8
from gridexplainer_widget.core.scores import Score, Unit, drops_of, parse_score
from gridexplainer_widget.core.shown import quoted
from gridexplainer_widget.inference.cell_sets import ranking
from gridexplainer_widget.inference.foretells import Foretells
from gridexplainer_widget.inference.two_maps import MapName, TwoMaps
from gridexplainer_widget.methods.registry import METHODS
from gridexplainer_widget.methods.requests import MethodRequest, parse_request, titled
from gridexplainer_widget.results.data.attribution_record import RESOLUTION_NOUNS
from gridexplainer_widget.results.data.explanation_fields import ExplanationFields

if TYPE_CHECKING:
    from typing_extensions import Self


class Cell(NamedTuple):
    """A cell and its value; with occlusion, its drop."""

    row: int
    column: int
    value: float


@dataclass(frozen=True, eq=False)
class ExplanationData(ExplanationFields):
    """What each cell contributes to the classifier's answer."""

    @cached_property
    def seen(self) -> NDArray[np.uint8]:
        """The model's input for display: uint8 (height, width, 3)."""
        seen = to_uint8(self.pixels)
        seen.setflags(write=False)
        return seen

    @property
    def method(self) -> str:
        """Such as "occlusion" or "grad-cam"."""
        return self.attribution.method if self.attribution else "occlusion"

    @property
    def request(self) -> MethodRequest:
        """The method and its options, without a background, which is not kept."""
        names = ("layer", "samples", "channels")
        return parse_request((self.method, {name: self.settings.get(name) for name in names}))

    @property
    def title(self) -> str:
        """The method's title and options: "RISE, samples=300"."""
        return titled(METHODS[self.method].title, self.settings)

    @property
    def native(self) -> str:
        """The method's own resolution, and how pixels and cells derive from it."""
        found = self.attribution
        if found is None:
            return (
                f"{self.grid.rows}×{self.grid.columns} cells, {self.hiding} {self.fill}; "
                "pixels: each has its cell's number"
            )
        maps = f"{'×'.join(map(str, found.native.shape))} {RESOLUTION_NOUNS[found.resolution]}"
        layers = f" of {' and '.join(map(quoted, found.layers))}" if found.layers else ""
        return f"{maps}{layers}; {found.derived}"

    @property
    def hiding(self) -> str:
        """How the cells of the map shown were hidden; the fill follows."""
        if "together" not in self.maps:
            return "each hidden by"
        return "each hidden alone by" if self.map == "alone" else "hidden together in handfuls by"

    @property
    def values(self) -> NDArray[np.float32]:
        """Each cell's number in :attr:`map`, or by another method: float32 (rows, columns).

        Positive where the cell supports the target; NaN where not scored.
        """
        return self.attribution.cells if self.attribution else self.maps[self.map]

    @cached_property
    def two_maps(self) -> TwoMaps:
        """Both maps of occlusion, or another method's, and what they foretell."""
        output = str(self.settings.get("output"))
        return TwoMaps(
            self.attribution.cells if self.attribution else self.drops,
            self.handfuls,
            self.whole,
            self.target,
            self.score,
            output,
            fitted=self.attribution is None,
            contrast=self.contrast,
        )

    @property
    def maps(self) -> Mapping[MapName, NDArray[np.float32]]:
        """The maps of occlusion, float32 (rows, columns).

        ``"alone"``: :attr:`drops`. ``"together"``, if handfuls are known: fitted to these, so that
        the numbers of hidden cells add up to their drop; see
        :func:`~gridexplainer_widget.inference.joint_fit.joint_fit`.
        """
        return self.two_maps.maps

    @property
    def foretold(self) -> Mapping[MapName, Foretells]:
        """How well each of :attr:`maps`, or another method's map, foretells unseen hidings."""
        return self.two_maps.foretold

    @property
    def map(self) -> MapName:
        """The map shown: the chosen one, or ``"together"`` where it has earned that."""
        if self.chosen is not None and self.chosen in self.maps:
            return self.chosen
        return self.earned

    @property
    def earned(self) -> MapName:
        """The map to show unless one is chosen."""
        return self.two_maps.shown

    @property
    def foretells(self) -> Foretells | None:
        """How well the map foretells what hiding does; None where that was not measured."""
        return self.foretold.get(self.map)

    @property
    def pixel_values(self) -> NDArray[np.float32]:
        """Each pixel's value: float32 (height, width); see :attr:`native`."""
        found = self.attribution
        return found.pixels if found else over_pixels(self.values, self.grid)

    @property
    def unit(self) -> Unit:
        """Unit of `values`; "" if only their order has meaning."""
        return self.score if self.attribution is None else self.attribution.unit

    @property
    def cost(self) -> Cost:
        """Pictures given to the model, and seconds."""
        handfuls = len(self.handfuls) if self.handfuls else 0
        alone = Cost(self.done + 1 + handfuls, 0, self.seconds)
        return self.attribution.cost if self.attribution else alone

    @cached_property
    def drops(self) -> NDArray[np.float32]:
        """Baseline minus hidden, signed: float32 (rows, columns), NaN where not scored."""
        output = str(self.settings.get("output"))
        what = self.target, self.score, output, self.contrast
        drops = drops_of(self.answers, self.whole, *what)
        drops.setflags(write=False)
        return drops

    @cached_property
    def hardly_changed(self) -> NDArray[np.bool_]:
        """Where hiding hardly changes the picture, so that 0 says nothing: bool (rows, columns).

        False where that is not known, as for methods that do not hide single cells by the fill.
        """
        changes = hardly_changed(self.seen, self.replacement, self.grid)
        if self.attribution is None:
            return changes & np.isfinite(self.drops)
        hides = not METHODS[self.method].white_box and is_of_whole(self.fill)
        return changes & hides

    @property
    def unit_text(self) -> str:
        """The unit as it is written; "" if only the order of values has meaning."""
        return self.quantity.noun if self.unit == "value" else self.unit

    @property
    def done(self) -> int:
        """Number of cells with a value."""
        return len(self.grid) if self.attribution else len(self.scored_vectors)

    @property
    def complete(self) -> bool:
        """Whether every cell has a value."""
        return self.done == len(self.grid)

    @property
    def set_notes(self) -> tuple[str, ...]:
        """What the smallest sets tell; nothing where none were looked for."""
        return self.minimal_sets.told if self.minimal_sets else ()

    def top(self, k: int = 5) -> list[Cell]:
        """Return up to `k` scored cells, largest values first."""
        flat = self.values.ravel()
        best = ranking(flat)[: max(0, k)].tolist()
        return [Cell(*self.grid.position(index), float(flat[index])) for index in best]

    def normalized(self) -> NDArray[np.float32]:
        """Scale the values to 0 (smallest) … 100 (largest): float32 (rows, columns).

        NaN where not scored; all 0 if all are equal. The sign is lost: 0 may speak against the
        target.
        """
        if not self.done:
            return np.full(self.grid.shape, np.nan, np.float32)
        values = self.values
        low, high = np.nanmin(values), np.nanmax(values)
        shares = (values - low) / (high - low or 1)  # the largest is exactly 1
        scaled: NDArray[np.float32] = (100 * shares).astype(np.float32)
        return scaled

    def for_target(self, target: int | str) -> Self:
        """Return the explanation of another class; no model call.

        It is held against the same class as before, unless it is that class.

        Raises
        ------
        ValueError
            There is no such class, or the method explains one class at a time.
        """
        index = find_class(target, self.labels)
        if self.attribution is not None and index != self.target:
            raise ValueError(
                f"This map of {self.title} is of {quoted(self.label)} alone. Ask again: "
                f"explainer.explain(img, {quoted(self.labels[index])}, method={self.method!r})."
            )
        if index == self.target:
            return self
        contrast = None if index == self.contrast else self.contrast
        return replace(self, target=index, contrast=contrast, minimal_sets=None)

    def for_contrast(self, contrast: int | str | None) -> Self:
        """Return why the target rather than another class, in log-odds; no model call.

        None is all other classes, as before; the score stays log-odds.

        Raises
        ------
        ValueError
            There is no such class, it is the target, or the method explains one question at a time.
        """
        index = find_contrast(contrast, self.target, self.labels, self.settings.get("output"))
        if self.attribution is not None and index != self.contrast:
            against = None if index is None else self.labels[index]
            raise ValueError(
                f"This map of {self.title} is of {self.question} alone. Ask again: "
                f"explainer.explain(img, {quoted(self.label)}, method={self.method!r}, "
                f"contrast={quoted(against)})."
            )
        return replace(self, contrast=index)

    def with_map(self, name: MapName | None) -> Self:
        """Return the explanation showing a map of occlusion; None for what has earned it.

        Raises
        ------
        ValueError
            There is no such map.
        """
        if name is not None and (self.attribution or name not in self.maps):
            maps = "none" if self.attribution else ", ".join(self.maps)
            raise ValueError(f"There is no map {name!r} here; there is {maps}.")
        return replace(self, chosen=name)

    def for_score(self, score: Score) -> Self:
        """Return the explanation in probability or log-odds; no model call.

        Raises
        ------
        ValueError
            It is neither, or the method's map is in the other.
        """
        wanted = parse_score(score, self.settings.get("output"))
        if self.contrast is not None and wanted != "log-odds":
            raise ValueError(
                f"{self.question} is measured in log-odds, not in {wanted}: two classes are held "
                f"against each other. explanation.for_contrast(None).for_score({wanted!r}) asks "
                "against all others."
            )
        if self.attribution is not None and self.unit and wanted != self.unit:
            raise ValueError(
                f"This map of {self.title} is in {self.unit}. Ask again with "
                f"GridExplainer(…, score={wanted!r})."
            )
        return replace(self, score=wanted)
