"""The result: one immutable explanation of one picture."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .classifiers.base import top_classes
from .classifiers.labels import find_class
from .classifiers.outputs import Vectors, percent
from .classifiers.preflight import Preflight
from .grid import Box, Grid
from .notes import is_saturated, notes_of
from .occlusion import Run
from .scores import Score, drops_of, parse_score
from .what_if import ranking

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Cell(NamedTuple):
    """One cell and its drop."""

    row: int
    column: int
    drop: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """What hiding each cell did to the classifier's answer.

    Parameters
    ----------
    picture : uint8 array (h, w, 3)
        For the screen; at most 1024 pixels a side.
    seen : uint8 array (height, width, 3)
        As the model saw it, at the grid's height and width.
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
        output, input_shape, batch_size, picture_size, version.
    checked : Preflight, optional
        What was seen when the model was looked at.
    """

    picture: NDArray[np.uint8] = field(repr=False)
    seen: NDArray[np.uint8] = field(repr=False)
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
    def of(
        cls,
        run: Run,
        target: int | str | None,
        score: Score,
        settings: Mapping[str, Any],
        checked: Preflight | None = None,
    ) -> Explanation:
        """Freeze what a run has scored so far.

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
        if run.baseline is None or run.vectors is None:
            raise ValueError("Nothing has been scored yet, so there is nothing to explain.")
        labels = run.classifier.names(len(run.baseline))
        index = top_classes(run.baseline, 1)[0] if target is None else find_class(target, labels)
        return cls(
            picture=run.picture.displayed,
            seen=run.masker.seen,
            replacement=run.masker.replacement,
            grid=run.grid,
            vectors=run.vectors.reshape(*run.grid.shape, -1).copy(),
            failed=run.failed.reshape(run.grid.shape).copy(),
            baseline_vector=run.baseline.copy(),
            target=index,
            labels=labels,
            score=score,
            fill=run.masker.fill.name,
            model=run.classifier.name,
            preprocessing=run.classifier.preprocessing.words,
            seconds=run.seconds,
            settings={**settings, "output": run.classifier.output, "batch_size": run.batch_size},
            checked=checked,
        )

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
        """How many cells have been scored."""
        return len(self.scored_vectors)

    @property
    def complete(self) -> bool:
        """Whether every cell has been scored."""
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
        """Return the `k` cells with the largest drops, largest first; fewer where not scored."""
        flat = self.drops.ravel()
        return [
            Cell(*self.grid.position(int(index)), float(flat[index]))
            for index in ranking(flat)[: max(0, k)]
        ]

    def normalized(self) -> NDArray[np.float32]:
        """Put drops on the original's scale: 0 for the smallest, 100 for the largest.

        Returns
        -------
        float32 array (rows, columns), 0..100
            NaN where not scored; all 0 where every drop is the same. The
            sign is lost: a cell at 0 may speak against the target.
        """
        if not self.done:
            return np.full(self.grid.shape, np.nan, np.float32)
        low, high = np.nanmin(self.drops), np.nanmax(self.drops)
        if high == low:
            return np.where(np.isnan(self.drops), self.drops, np.float32(0))
        scaled: NDArray[np.float32] = (100 * (self.drops - low) / (high - low)).astype(np.float32)
        return scaled

    def for_target(self, target: int | str) -> Explanation:
        """Return the same, asked about another class; no model call.

        Raises
        ------
        ValueError
            There is no such class.
        """
        return replace(self, target=find_class(target, self.labels))

    def for_score(self, score: Score) -> Explanation:
        """Return the same with drops in probability or in log-odds; no model call.

        Raises
        ------
        ValueError
            It is neither.
        """
        return replace(self, score=parse_score(score))

    def to_dataframe(self) -> Any:
        """Return a pandas table with a row for each cell.

        Returns
        -------
        pandas.DataFrame
            row, column, top, left, bottom, right (pixels of the model's
            input, the last two exclusive), probability (with the cell
            hidden), drop.

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
        table["probability"] = self.vectors[..., self.target].ravel()
        table["drop"] = self.drops.ravel()
        return table

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
        from .page import to_html  # noqa: PLC0415 - the page knows the explanation

        return to_html(self, path)

    def plot(self, ax: Axes | None = None, style: str = "signed") -> Figure:
        """Draw the explanation; see :func:`gridexplainer_widget.plot.plot`."""
        from .plot import plot  # noqa: PLC0415 - Matplotlib takes its time

        return plot(self, ax=ax, style=style)

    def _repr_png_(self) -> bytes:
        from .plot import figure_png  # noqa: PLC0415 - alike

        return figure_png(self.plot())

    def __str__(self) -> str:
        cells = ", ".join(f"({c.row}, {c.column}) {c.drop:+.3g}" for c in self.top(3))
        summary = (
            f"{self.label}: {percent(self.baseline)} on the whole picture; {self.grid.rows}×"
            f"{self.grid.columns} cells hidden by {self.fill}; largest drops in {self.score} at "
            f"(row, column): {cells or 'none yet'}. Preprocessing: {self.preprocessing}."
        )
        return "\n".join([summary, *self.notes])

    def __repr__(self) -> str:
        notes = "".join(f"\n  {note}" for note in self.notes)
        return (
            f"Explanation({self.label!r} {percent(self.baseline)}, "
            f"{self.grid.rows}×{self.grid.columns}, fill={self.fill!r}, score={self.score!r}, "
            f"model={self.model!r}, preprocessing={self.preprocessing!r}){notes}"
        )

    @property
    def _output(self) -> str:
        return str(self.settings.get("output"))
