"""The result of an audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity

from .metrics import METRICS, metrics_of, table_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVES: Final = ("deletion_curve", "insertion_curve")
RECORD_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "counts": lambda counts: tuple(map(int, counts)),
    **dict.fromkeys(CURVES, lambda curve: np.array(curve, np.float32)),
    "fill": str,
    "calls": int,
    "seconds": float,
    "notes": lambda notes: tuple(map(str, notes)),
}
"""How to read each value of a record."""

OPTIONAL_RECORD_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "pointing": bool,
    "inside": float,
    "mask_area": float,
    "touched": int,
    "randomised": float,
}
"""How to read values that may be None."""


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """How faithful a map is to the model, for one class.

    The curves are of probabilities, whatever the map's unit, or of the model's values. Masked
    pictures may be unlike any that the model was trained on, so compare maps under the same fill
    only.

    Parameters
    ----------
    counts : tuple of int
        Numbers of cells k along the curves, from 0 to all.
    deletion_curve : float32 array (points,), 0..1
        Probability with the k cells of the largest values hidden.
    insertion_curve : float32 array (points,), 0..1
        Probability with all other cells hidden.
    fill : str
    pointing, inside, mask_area, touched : bool, float, float and int, optional
        See :class:`gridexplainer_widget.analysis.object_mask.OnMask`; None without a mask.
    randomised : float, optional
        `Randomisation.similarity`, 0..1.
    calls : int
        Pictures given to the model.
    seconds : float
    notes : tuple of str
        A sentence each.
    quantity : Quantity
        Of the curves; deletion, insertion and SRG of values are in their unit.
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
    quantity: Quantity = PROBABILITY

    def __post_init__(self) -> None:
        for name in CURVES:
            getattr(self, name).setflags(write=False)

    @property
    def deletion(self) -> float:
        """Area under the deletion curve over the share of cells, 0..1; lower is better.

        V. Petsiuk, A. Das and K. Saenko, "RISE: Randomized Input Sampling for Explanation of
        Black-box Models", BMVC 2018, with cells for pixels.
        """
        return self._area(self.deletion_curve)

    @property
    def insertion(self) -> float:
        """Area under the insertion curve, as :attr:`deletion`; higher is better."""
        return self._area(self.insertion_curve)

    @property
    def srg(self) -> float:
        """Symmetric relevance gain, −1..1; higher is better, and random orders average 0.

        S. Blücher, J. Vielhaben and N. Strodthoff, "Decoupling Pixel Flipping and Occlusion
        Strategy for Consistent XAI Benchmarks", TMLR 2024: the area under the curve that hides
        the least important cells first, minus deletion. Hiding the k least important of n cells
        leaves the n − k most important: that curve is the insertion curve read backwards. So the
        gain is insertion minus deletion and costs no further call.
        """
        return self.insertion - self.deletion

    def plot(self) -> Figure:
        """Draw the deletion and insertion curves."""
        from .faithfulness_plot import curves_figure  # noqa: PLC0415 - Matplotlib is slow to import

        meaning = metrics_of(self.quantity)["srg"].meaning
        return curves_figure(
            self.counts,
            self.deletion_curve,
            self.insertion_curve,
            (
                f"{self._heading('deletion')}: cells hidden in this order",
                f"{self._heading('insertion')}: cells shown in this order",
            ),
            (
                f"{self._heading('srg')}: {meaning} Hidden by {self.fill}.",
                *self.notes,
            ),
            self.quantity,
        )

    def _repr_png_(self) -> bytes:
        from .plot import figure_png  # noqa: PLC0415 - Matplotlib is slow to import

        return figure_png(self.plot())

    def __str__(self) -> str:
        return "\n".join([table_of(self.metrics, self.quantity), *self.notes])

    @property
    def metrics(self) -> dict[str, float | bool | None]:
        """Each metric's value by name; None if unknown."""
        return {name: getattr(self, name) for name in METRICS}

    @property
    def record(self) -> dict[str, Any]:
        """All fields as plain values, for files."""
        curves = {name: getattr(self, name).tolist() for name in CURVES}
        lists = {"counts": list(self.counts), "notes": list(self.notes)}
        return {**vars(self), **curves, **lists, "quantity": self.quantity.record}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Faithfulness:
        """Read a :attr:`record`.

        Raises
        ------
        ValueError
            It holds no curves that begin with the whole picture.
        """
        known: dict[str, Any] = {name: read(record[name]) for name, read in RECORD_TYPES.items()}
        for name, read in OPTIONAL_RECORD_TYPES.items():
            known[name] = None if record[name] is None else read(record[name])
        points = len(known["counts"])
        if known["counts"][:1] != (0,) or any(known[name].shape != (points,) for name in CURVES):
            raise ValueError("it holds no curves that begin with the whole picture")
        quantity = Quantity(**record["quantity"]) if "quantity" in record else PROBABILITY
        return cls(**known, quantity=quantity)

    def _area(self, curve: NDArray[np.float32]) -> float:
        shares = np.array(self.counts) / self.counts[-1]
        heights = curve.astype(np.float64)
        return float(np.diff(shares) @ (heights[1:] + heights[:-1]) / 2)

    def _heading(self, name: str) -> str:
        metric = metrics_of(self.quantity)[name]
        return f"{metric.short} {metric.text(getattr(self, name))}"
