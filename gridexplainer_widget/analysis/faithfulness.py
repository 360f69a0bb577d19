"""How well a map tells what the model does: the measures that methods are compared by."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.inference.cell_sets import Curves, ranking
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribution import Map

from .object_mask import Mask, checked_map, fit_mask, on_mask

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cells: TypeAlias = "tuple[int, ...]"

MANY_TIES = 0.25
"""Share of the cells from which on it is said that their values do not tell them apart."""

CURVES: Final = ("deletion_curve", "insertion_curve")
KINDS: Final[dict[str, Callable[[Any], Any]]] = {
    "counts": lambda counts: tuple(map(int, counts)),
    **dict.fromkeys(CURVES, lambda curve: np.array(curve, np.float32)),
    "fill": str,
    "calls": int,
    "seconds": float,
    "notes": lambda notes: tuple(map(str, notes)),
}
"""What a record holds, and how it is read."""

FIGURES: Final[dict[str, Callable[[Any], Any]]] = {
    "pointing": bool,
    "inside": float,
    "mask_area": float,
    "touched": int,
    "randomised": float,
}
"""The same of what may be None."""


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """What the measures say of one map for one class.

    The curves are of probabilities, whatever the map is in. Hidden cells make pictures such as
    the model may never have seen, so compare maps under the same fill only.

    Parameters
    ----------
    counts : tuple of int
        The k at which the curves are known, from 0 to all cells.
    deletion_curve : float32 array (points,), 0..1
        The class's probability with the k cells of the largest values hidden.
    insertion_curve : float32 array (points,), 0..1
        The same with all but these hidden.
    fill : str
        What stood in for hidden cells.
    pointing, inside, mask_area, touched : bool, float, float and int, optional
        See :class:`~.object_mask.OnMask`; None where there is no mask.
    randomised : float, optional
        Correlation with the maps of the scrambled model, 0..1: `Randomisation.similarity`.
    calls : int
        Pictures that the model was asked about.
    seconds : float
    notes : tuple of str
        What a reader of the figures should know, a sentence each.
    """

    counts: tuple[int, ...]
    deletion_curve: NDArray[np.float32] = field(repr=False)
    insertion_curve: NDArray[np.float32] = field(repr=False)
    fill: str
    pointing: bool | None = None
    inside: float | None = None
    mask_area: float | None = None
    touched: int | None = None
    randomised: float | None = None
    calls: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in CURVES:
            getattr(self, name).setflags(write=False)

    @property
    def deletion(self) -> float:
        """Area under the deletion curve over the share of cells, 0..1; lower is better.

        V. Petsiuk, A. Das and K. Saenko, "RISE: Randomized Input Sampling for Explanation of
        Black-box Models", BMVC 2018; cells stand for pixels.
        """
        return self._area(self.deletion_curve)

    @property
    def insertion(self) -> float:
        """Area under the insertion curve over the share of cells, 0..1; higher is better.

        As :attr:`deletion`.
        """
        return self._area(self.insertion_curve)

    @property
    def srg(self) -> float:
        """Symmetric relevance gain, −1..1; higher is better, and random orders average 0.

        S. Blücher, J. Vielhaben and N. Strodthoff, "Decoupling Pixel Flipping and Occlusion
        Strategy for Consistent XAI Benchmarks", TMLR 2024: the area under the curve that hides
        the least important cells first, minus that which hides the most important ones first.
        Of n cells, hiding the k least important leaves the n − k most important: insertion at
        n − k. So the former curve is the insertion curve read backwards, which has the same
        area, and the gain is insertion minus deletion, at no further call.
        """
        return self.insertion - self.deletion

    def plot(self) -> Figure:
        """Draw the deletion and the insertion curve."""
        from gridexplainer_widget.results.faithfulness_plot import curves_figure  # noqa: PLC0415 - Matplotlib takes its time

        return curves_figure(self)

    def _repr_png_(self) -> bytes:
        from gridexplainer_widget.results.plot import figure_png  # noqa: PLC0415 - alike

        return figure_png(self.plot())

    def __str__(self) -> str:
        from gridexplainer_widget.results.metrics import table_of  # noqa: PLC0415 - the measures know us

        return "\n".join([table_of(self), *self.notes])

    @property
    def record(self) -> dict[str, Any]:
        """The same in plain values, for the wire and for files."""
        curves = {name: getattr(self, name).tolist() for name in CURVES}
        return {**vars(self), **curves, "counts": list(self.counts), "notes": list(self.notes)}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Faithfulness:
        """Read what :attr:`record` gave.

        Raises
        ------
        ValueError
            It is nothing of the kind.
        """
        known: dict[str, Any] = {name: kind(record[name]) for name, kind in KINDS.items()}
        for name, kind in FIGURES.items():
            known[name] = None if record[name] is None else kind(record[name])
        points = len(known["counts"])
        if known["counts"][:1] != (0,) or any(known[name].shape != (points,) for name in CURVES):
            raise ValueError("it holds no curves that begin with the whole picture")
        return cls(**known)

    def _area(self, curve: NDArray[np.float32]) -> float:
        shares = np.array(self.counts) / self.counts[-1]
        heights = curve.astype(np.float64)
        return float(np.diff(shares) @ (heights[1:] + heights[:-1]) / 2)


def faithfulness_steps(
    run: Run, values: ArrayLike, target: int, mask: Mask | None = None
) -> Generator[tuple[int, int], None, Faithfulness]:
    """Measure a map; yields how many pictures are done and of how many.

    Parameters
    ----------
    run : Run
        Of the map's picture, grid and fill. What it has scored already is not asked again.
    values : float array (rows, columns)
        The map; cells without a finite value rank last.
    target : int
        The class that it is of.
    mask : bool array (H, W), optional
        Where the object is; see :func:`~.object_mask.fit_mask`.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity.
    ValueError
        The map is not one of the run's grid or holds no number; the mask does not fit.
    """
    values = checked_map(values, run.grid)
    notes = _notes(values)
    measured: dict[str, Any] = {}
    if mask is not None:
        fitted = fit_mask(mask, run.grid, run.picture.size)
        measured = vars(on_mask(values, fitted, run.grid))
        if measured["inside"] is None:
            notes.append("No value is positive, so none lies inside the mask or outside.")
    curves = Curves(_order(values), values.size)
    known, calls, seconds = yield from _asked(run, curves.sets, target)
    deletion, insertion = (
        np.array([known[hidden(k)] for k in curves.counts], np.float32).clip(0, 1)
        for hidden in (curves.deletion, curves.insertion)
    )
    return Faithfulness(
        curves.counts,
        deletion,
        insertion,
        run.masker.fill.name,
        calls=calls,
        seconds=seconds,
        notes=tuple(notes),
        **measured,
    )


def _order(values: Map) -> tuple[int, ...]:
    """Return all cells, those without a finite value last: the curves end with all hidden."""
    ranked = ranking(values)
    rest = np.setdiff1d(np.arange(values.size), ranked)
    return tuple(map(int, (*ranked, *rest)))


def _asked(
    run: Run, sets: Iterable[Cells], target: int
) -> Generator[tuple[int, int], None, tuple[dict[Cells, float], int, float]]:
    """Return the target's probability for each set, the pictures asked and the seconds spent."""
    missing = list(dict.fromkeys(sets))
    known: dict[Cells, float] = {}

    def read() -> None:  # at once: the run may forget what it was asked long ago
        for cells in missing.copy():
            vector = run.believed(cells)
            if vector is not None:
                known[cells] = float(vector[target])
                missing.remove(cells)

    read()
    total, calls, seconds = len(missing), 0, 0.0
    since = time.perf_counter()
    for pictures in run.ask(missing.copy()):
        read()
        calls += pictures
        seconds += time.perf_counter() - since
        yield calls, total
        since = time.perf_counter()
    read()
    return known, calls, seconds


def _notes(values: Map) -> list[str]:
    numbers = values[np.isfinite(values)]
    notes = []
    if len(numbers) < values.size:
        lacking = values.size - len(numbers)
        notes.append(f"{lacking} of {values.size} cells have no value; they rank last.")
    _, alike = np.unique(numbers, return_counts=True)
    tied = int(alike[alike > 1].sum())
    if len(alike) == 1:
        notes.append(
            "Every cell has the same value: they rank by their places, from the top left, and "
            "the curves tell nothing of the map."
        )
    elif tied > MANY_TIES * values.size:
        notes.append(
            f"{tied} of {values.size} cells share their value with others; among these they rank "
            "by their places, from the top left."
        )
    return notes
