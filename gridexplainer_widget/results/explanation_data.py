"""The result: one immutable explanation of one picture."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.classifiers.outputs import Vectors, percent
from gridexplainer_widget.core.fills import Pixels
from gridexplainer_widget.core.grid import Box, Grid
from gridexplainer_widget.core.picture import to_uint8
from gridexplainer_widget.core.scores import Score, Unit, drops_of, parse_score
from gridexplainer_widget.inference.cell_sets import ranking
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import target_of
from gridexplainer_widget.methods.attribution import Attribution, Cost, over_pixels
from gridexplainer_widget.methods.registry import METHODS, titled

from .notes import is_saturated, notes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


NATIVE: Final = {"cells": "cells", "pixels": "pixels", "layer": "maps"}
"""What a method gives, by its attribution's resolution."""


class Cell(NamedTuple):
    """One cell and its number: with occlusion its drop."""

    row: int
    column: int
    value: float


@dataclass(frozen=True, eq=False)
class Explanation:
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
    vectors: Vectors = field(repr=False)
    failed: NDArray[np.bool_] = field(repr=False)
    baseline_vector: Vectors = field(repr=False)
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
        return partial(Explanation, **{**values, "settings": dict(self.settings)}), ()

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - a run, the question, and what else is known
        cls,
        run: Run,
        target: int | str | None,
        score: Score,
        settings: Mapping[str, Any],
        checked: Preflight | None = None,
        attribution: Attribution | None = None,
    ) -> Explanation:
        """Freeze what a run has scored so far, or what another method found of its picture.

        Parameters
        ----------
        run : Run
            With its baseline scored.
        target : int, str or None
            None is the most probable class.

        Raises
        ------
        ValueError
            Nothing has been scored, or there is no such class.
        """
        index = target_of(run, target)
        if run.baseline is None or run.vectors is None:  # target_of has told already
            raise ValueError("Nothing has been scored yet.")
        labels = run.classifier.names(len(run.baseline))
        vectors, failed = run.vectors, run.failed
        if attribution is not None:  # what it asked on its way are no cells hidden one by one
            vectors, failed = np.full_like(vectors, np.nan), np.zeros_like(failed)
        return cls(
            picture=run.picture.displayed,
            pixels=run.masker.pixels.view(),
            replacement=run.masker.replacement,
            grid=run.grid,
            vectors=vectors.reshape(*run.grid.shape, -1).copy(),
            failed=failed.reshape(run.grid.shape).copy(),
            baseline_vector=run.baseline.copy(),
            target=index,
            labels=labels,
            score=score,
            fill=run.masker.fill.name,
            model=run.classifier.name,
            preprocessing=run.classifier.preprocessing.words,
            seconds=run.seconds if attribution is None else attribution.cost.seconds,
            settings={
                **settings,
                "output": run.classifier.output,
                "batch_size": run.given_batch_size,
            },
            checked=checked,
            attribution=attribution,
        )

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

    @property
    def saturated(self) -> bool:
        """Whether every drop is small because the probability is near 1; log-odds tell more."""
        return is_saturated(self)

    @cached_property
    def scored_vectors(self) -> Vectors:
        """Class probabilities of the scored cells: float32 (done, classes)."""
        return self.vectors[np.isfinite(self.vectors[..., 0])]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know, a sentence each."""
        concerns = self.checked.concerns if self.checked else ()
        return (*notes_of(self), *(f"Technical check: {concern}" for concern in concerns))

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

    def for_target(self, target: int | str) -> Explanation:
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

    def for_score(self, score: Score) -> Explanation:
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

    def to_shap(self) -> Any:
        """Return a `shap.Explanation` of the pixels, for SHAP's own plots and colours.

        ``shap.image_plot(explanation.to_shap())`` draws it.

        Returns
        -------
        shap.Explanation
            values: float64 (1, height, width, 3, 1), a cell's number spread evenly over its
            pixels and channels where cells are what the method gives; data: (1, height,
            width, 3) in 0..255.
        """
        from .to_shap import to_shap  # noqa: PLC0415 - SHAP takes its time

        return to_shap(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write everything to one ``.npz`` file (arrays and JSON, no pickle).

        Returns
        -------
        Path
            Where it was written; ``.npz`` is added where it is missing.
        """
        from .archive import save  # noqa: PLC0415 - the archive knows the explanation

        return save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Explanation:
        """Read what :meth:`save` wrote; nothing in the file is executed.

        Raises
        ------
        FileNotFoundError
            There is no such file.
        ValueError
            It is no explanation, damaged, or unreasonably large.
        """
        from .archive import load  # noqa: PLC0415 - alike

        return load(path)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str | Path:
        """Make one HTML file of everything: the widget without a kernel, and without a network.

        Of another method than occlusion, the page of a comparison that holds it alone.

        Pictures of cells hidden are exact, but where what stands in for them takes more
        than 384 KB, as noise on a large picture does: these are JPEG of quality 80.

        Parameters
        ----------
        path : path, optional
            Where to write it.

        Returns
        -------
        str or Path
            The HTML, or where it was written.
        """
        if self.attribution is not None:
            from .comparison_data import Comparison  # noqa: PLC0415 - it is made of explanations

            return Comparison((self,)).to_html(path)
        from .page import to_html  # noqa: PLC0415 - the page knows the explanation

        return to_html(self, path)

    def plot(self, ax: Axes | None = None, style: str = "signed") -> Figure:
        """Draw the explanation; see :func:`gridexplainer_widget.results.plot.plot`."""
        from .plot import plot  # noqa: PLC0415 - Matplotlib takes its time

        return plot(self, ax=ax, style=style)

    def _repr_png_(self) -> bytes:
        from .plot import figure_png  # noqa: PLC0415 - alike

        return figure_png(self.plot())

    def __str__(self) -> str:
        unit = f" in {self.unit}" if self.unit else ""
        cells = ", ".join(f"({c.row}, {c.column}) {c.value:+.3g}" for c in self.top(3))
        what = "drops" if self.attribution is None else "values"
        summary = (
            f"{self.label}: {percent(self.baseline)} on the whole picture; {self.title}: "
            f"{self.native}; largest {what}{unit} at (row, column): {cells or 'none yet'}. "
            f"Preprocessing: {self.preprocessing}."
        )
        return "\n".join([summary, *self.notes])

    def __repr__(self) -> str:
        notes = "".join(f"\n  {note}" for note in self.notes)
        how = f"fill={self.fill!r}" if self.attribution is None else f"method={self.method!r}"
        return (
            f"Explanation({self.label!r} {percent(self.baseline)}, "
            f"{self.grid.rows}×{self.grid.columns}, {how}, score={self.score!r}, "
            f"model={self.model!r}, preprocessing={self.preprocessing!r}){notes}"
        )

    @property
    def _output(self) -> str:
        return str(self.settings.get("output"))
