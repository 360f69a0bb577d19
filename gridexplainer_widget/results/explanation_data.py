"""One frozen explanation of one picture: arrays and facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import Attribution, Cost, over_pixels
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.core.arrays import Pixels, Probabilities
from gridexplainer_widget.core.grid import Box, Grid
from gridexplainer_widget.core.picture import to_uint8
from gridexplainer_widget.core.scores import Score, Unit, drops_of, parse_score
from gridexplainer_widget.inference.cell_sets import ranking
from gridexplainer_widget.methods.registry import METHODS, parse_method
from gridexplainer_widget.methods.requests import MethodRequest, parse_options, titled

if TYPE_CHECKING:
    from typing_extensions import Self

NATIVE: Final = {"cells": "cells", "pixels": "pixels", "layer": "maps"}
"""What a method gives, by its attribution's resolution."""


class Cell(NamedTuple):
    """One cell and its number: with occlusion its drop."""

    row: int
    column: int
    value: float


@dataclass(frozen=True, eq=False)
class ExplanationData:
    """What each cell is worth to the classifier's answer.

    By occlusion, unless an `attribution` tells another method: then no cell was hidden, and
    `vectors` and `drops` are NaN.

    Parameters
    ----------
    picture : uint8 array (h, w, 3)
        For the screen; at most 1024 pixels a side.
    pixels : float32 array (height, width, channels), 0..255
        As the model took it, before preprocessing, at the grid's height and width.
    replacement : uint8 array (height, width, 3)
        What stood in for each cell when it was hidden alone.
    grid : Grid
        Its height and width are those of the model's input.
    vectors : float32 array (rows, columns, classes), 0..1
        Class probabilities with each cell hidden; NaN where not scored.
    failed : bool array (rows, columns)
        Where the model was asked and gave no finite answer.
    baseline_vector : float32 array (classes,), 0..1
        Class probabilities on the whole picture.
    target : int
        The class asked about.
    labels : tuple of str
        A name for each class.
    score : {"probability", "log-odds"}
        What drops are differences of.
    fill, model, preprocessing : str
        What stood in for a hidden cell; what was asked; what was done to the pixels.
    seconds : float
        Time spent scoring.
    settings : mapping
        What reproduces the explanation: grid_size, fill, seed, preprocessing,
        output, input_shape, batch_size (None where it was chosen), picture_size, engine, version.
    checked : Preflight, optional
        What was seen when the model was looked at.
    attribution : Attribution, optional
        What a method other than occlusion found.
    """

    picture: NDArray[np.uint8] = field(repr=False)
    pixels: Pixels = field(repr=False)
    replacement: NDArray[np.uint8] = field(repr=False)
    grid: Grid
    vectors: Probabilities = field(repr=False)
    failed: NDArray[np.bool_] = field(repr=False)
    baseline_vector: Probabilities = field(repr=False)
    target: int
    labels: tuple[str, ...] = field(repr=False)
    score: Score
    fill: str
    model: str
    preprocessing: str
    seconds: float
    settings: Mapping[str, Any] = field(repr=False)
    checked: Preflight | None = field(default=None, repr=False)
    attribution: Attribution | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle through plain values: a mapping proxy can do neither."""
        values = {name.name: getattr(self, name.name) for name in fields(self)}
        return partial(type(self), **{**values, "settings": dict(self.settings)}), ()

    @cached_property
    def seen(self) -> NDArray[np.uint8]:
        """The picture as the model saw it, for the screen: uint8 (height, width, 3)."""
        seen = to_uint8(self.pixels)
        seen.setflags(write=False)
        return seen

    @property
    def method(self) -> str:
        """Such as "occlusion" or "grad-cam"."""
        return self.attribution.method if self.attribution else "occlusion"

    @property
    def request(self) -> MethodRequest:
        """The method and its options; of a background only the number of pictures is kept."""
        options = {name: self.settings.get(name) for name in ("layer", "samples", "channels")}
        method = parse_method(self.method)
        return MethodRequest(method, parse_options(method, **options))

    @property
    def title(self) -> str:
        """The method's name for the screen, with what was said about it: "RISE, samples=300"."""
        return titled(METHODS[self.method].title, self.settings)

    @property
    def native(self) -> str:
        """What the method itself gives, and how the rest was made of it, in words."""
        found = self.attribution
        if found is None:
            return (
                f"{self.grid.rows}×{self.grid.columns} cells, each hidden by {self.fill}; "
                "pixels: each has its cell's number"
            )
        size = "×".join(map(str, found.native.shape))
        of = f" of {' and '.join(map(repr, found.layers))}" if found.layers else ""
        return f"{size} {NATIVE[found.resolution]}{of}; {found.derived}"

    @property
    def values(self) -> NDArray[np.float32]:
        """Each cell's number: float32 (rows, columns), NaN where not known.

        With occlusion its drop; else what the method found, pooled to the cell. A positive
        number means that the cell supports the target.
        """
        return self.drops if self.attribution is None else self.attribution.cells

    @property
    def pixel_values(self) -> NDArray[np.float32]:
        """Each pixel's number: float32 (height, width); see :attr:`native`."""
        if self.attribution is None:
            return over_pixels(self.drops, self.grid)
        return self.attribution.pixels

    @property
    def unit(self) -> Unit:
        """What `values` are measured in; "" where they tell more from less and no more."""
        return self.score if self.attribution is None else self.attribution.unit

    @property
    def cost(self) -> Cost:
        """What the map took of the model and of the time."""
        if self.attribution is not None:
            return self.attribution.cost
        return Cost(self.done + 1, 0, self.seconds)

    @cached_property
    def drops(self) -> NDArray[np.float32]:
        """Baseline minus hidden, signed: float32 (rows, columns), NaN where not scored.

        A positive drop means that the cell supported the target.
        """
        drops = drops_of(self.vectors, self.baseline_vector, self.target, self.score, self._output)
        drops.setflags(write=False)
        return drops

    @property
    def baseline(self) -> float:
        """The target's probability on the whole picture, 0..1."""
        return float(self.baseline_vector[self.target])

    @property
    def label(self) -> str:
        """The target's label."""
        return self.labels[self.target]

    @property
    def done(self) -> int:
        """How many cells have a number."""
        return len(self.grid) if self.attribution else len(self.scored_vectors)

    @property
    def complete(self) -> bool:
        """Whether every cell has a number."""
        return self.done == len(self.grid)

    @cached_property
    def scored_vectors(self) -> Probabilities:
        """Class probabilities of the scored cells: float32 (done, classes)."""
        return self.vectors[np.isfinite(self.vectors[..., 0])]

    def top(self, k: int = 5) -> list[Cell]:
        """Return the `k` cells with the largest numbers, largest first; fewer where not scored."""
        flat = self.values.ravel()
        return [
            Cell(*self.grid.position(int(index)), float(flat[index]))
            for index in ranking(flat)[: max(0, k)]
        ]

    def normalized(self) -> NDArray[np.float32]:
        """Put the values on the original's scale: 0 for the smallest, 100 for the largest.

        Returns
        -------
        float32 array (rows, columns), 0..100
            NaN where not scored; all 0 where every value is the same. The
            sign is lost: a cell at 0 may speak against the target.
        """
        if not self.done:
            return np.full(self.grid.shape, np.nan, np.float32)
        values = self.values
        low, high = np.nanmin(values), np.nanmax(values)
        if high == low:
            return np.where(np.isnan(values), values, np.float32(0))
        scaled: NDArray[np.float32] = (100 * (values - low) / (high - low)).astype(np.float32)
        return scaled

    def for_target(self, target: int | str) -> Self:
        """Return the same, asked about another class; no model call.

        Raises
        ------
        ValueError
            There is no such class, or the method answers for one class at a time.
        """
        index = find_class(target, self.labels)
        if self.attribution is not None and index != self.target:
            raise ValueError(
                f"This map of {self.title} is of {self.label!r} alone. Ask again: "
                f"explainer.explain(img, {self.labels[index]!r}, method={self.method!r})."
            )
        return replace(self, target=index)

    def for_score(self, score: Score) -> Self:
        """Return the same with drops in probability or in log-odds; no model call.

        Raises
        ------
        ValueError
            It is neither, or the method does not tell the other.
        """
        wanted = parse_score(score)
        if self.attribution is not None and self.unit and wanted != self.unit:
            raise ValueError(
                f"This map of {self.title} is in {self.unit}. Ask again with "
                f"GridExplainer(…, score={wanted!r})."
            )
        return replace(self, score=wanted)

    def to_dataframe(self) -> Any:
        """Return a pandas table with a row for each cell.

        Returns
        -------
        pandas.DataFrame
            row, column, top, left, bottom, right (pixels of the model's
            input, the last two exclusive), value; with occlusion also the
            probability with the cell hidden.

        Raises
        ------
        ImportError
            pandas is missing.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - optional
        except ImportError as error:
            raise ImportError("to_dataframe() needs pandas: pip install pandas.") from error
        boxes = self.grid.boxes()
        table = pd.DataFrame(
            [(*self.grid.position(index), *box) for index, box in enumerate(boxes)],
            columns=["row", "column", *Box._fields],
        )
        if self.attribution is None:
            table["probability"] = self.vectors[..., self.target].ravel()
        table["value"] = self.values.ravel()
        return table

    @property
    def _output(self) -> str:
        return str(self.settings.get("output"))
