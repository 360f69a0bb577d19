"""What the model says while cells are hidden in order, and how far random orders get."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

CURVES: Final = ("deletion_curve", "insertion_curve")

ORDER_METRICS: Final = ("deletion", "insertion", "srg")

FLAT_SHARE: Final = 0.9
"""A curve that ends above this share of its start has hardly been changed by hiding everything."""


class Band(NamedTuple):
    """Where nine of ten random orders lie: their 5th and 95th percentile."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Tell whether a value lies within."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Chance:
    """What random orders of the cells reach under one fill.

    An order and its reverse hide the same sets: the deletion of one is the insertion of the other,
    and its SRG is exactly the negative. So deletion and insertion have one band, and SRG's lies
    evenly about 0.

    Parameters
    ----------
    area : Band
        Of deletion and of insertion.
    srg : Band
    counts : tuple of int
        Numbers of cells along the orders' curves; a few are enough for the areas.
    curve : tuple of float
        Their mean deletion curve; the mean insertion curve is the same read backwards.
    orders : int
        Random orders drawn; their reverses come on top.
    calls : int
        Pictures given to the model for them: once for all maps of a picture and class.
    """

    area: Band
    srg: Band
    counts: tuple[int, ...] = field(repr=False)
    curve: tuple[float, ...] = field(repr=False)
    orders: int
    calls: int = 0

    @classmethod
    def of(cls, curves: Sequence[OrderCurves], calls: int = 0) -> Chance:
        """Take the bands of random orders and their reverses."""
        areas = np.array([area for one in curves for area in (one.deletion, one.insertion)])
        gain = float(np.quantile([abs(one.srg) for one in curves], 0.9))
        hidden = [way for one in curves for way in (one.deletion_curve, one.insertion_curve[::-1])]
        return cls(
            Band(*map(float, np.quantile(areas, (0.05, 0.95)))),
            Band(-gain, gain),
            curves[0].counts,
            tuple(map(float, np.array(hidden, np.float64).mean(axis=0))),
            len(curves),
            calls,
        )

    def band(self, metric: str) -> Band:
        """Return the band of "deletion", "insertion" or "srg"."""
        return self.srg if metric == "srg" else self.area

    @property
    def record(self) -> dict[str, Any]:
        """All fields as plain values."""
        lists = {name: list(getattr(self, name)) for name in ("area", "srg", "counts", "curve")}
        return {**vars(self), **lists}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Chance:
        """Read a :attr:`record`."""
        area, srg = (Band(*map(float, record[name])) for name in ("area", "srg"))
        counts, curve = tuple(map(int, record["counts"])), tuple(map(float, record["curve"]))
        if not counts or len(counts) != len(curve):
            raise ValueError("its random orders have no curve, or not as many points as counts")
        return cls(area, srg, counts, curve, int(record["orders"]), int(record["calls"]))


@dataclass(frozen=True, eq=False)
class OrderCurves:
    """The deletion and the insertion curve of an order under one fill.

    Parameters
    ----------
    counts : tuple of int
        Numbers of cells k along the curves, from 0 to all.
    deletion_curve : float32 array (points,), 0..1
        Probability with the first k cells hidden.
    insertion_curve : float32 array (points,), 0..1
        Probability with all other cells hidden.
    fill : str
    chance : Chance, optional
        What random orders reach.
    """

    counts: tuple[int, ...]
    deletion_curve: NDArray[np.float32] = field(repr=False)
    insertion_curve: NDArray[np.float32] = field(repr=False)
    fill: str
    chance: Chance | None = None

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

    @property
    def metrics(self) -> dict[str, float]:
        """Each metric's value by name."""
        return {name: getattr(self, name) for name in ORDER_METRICS}

    @property
    def flat(self) -> bool:
        """Whether the probability stays with everything hidden: no order can then be told good."""
        start, end = float(self.deletion_curve[0]), float(self.deletion_curve[-1])
        return end > FLAT_SHARE * start

    def by_chance(self, metric: str) -> bool:
        """Tell whether "deletion", "insertion" or "srg" is one that random orders reach."""
        return self.chance is not None and self.chance.band(metric).holds(getattr(self, metric))

    @property
    def record(self) -> dict[str, Any]:
        """All fields as plain values."""
        curves = {name: getattr(self, name).tolist() for name in CURVES}
        chance = self.chance.record if self.chance else None
        return {**vars(self), **curves, "counts": list(self.counts), "chance": chance}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> OrderCurves:
        """Read a :attr:`record`.

        Raises
        ------
        ValueError
            It holds no curves that begin with the whole picture.
        """
        known: dict[str, Any] = {name: read(record[name]) for name, read in RECORD_TYPES.items()}
        points = len(known["counts"])
        if known["counts"][:1] != (0,) or any(known[name].shape != (points,) for name in CURVES):
            raise ValueError("it holds no curves that begin with the whole picture")
        chance = None if record["chance"] is None else Chance.of_record(record["chance"])
        return cls(**known, chance=chance)

    def _area(self, curve: NDArray[np.float32]) -> float:
        shares = np.array(self.counts) / self.counts[-1]
        heights = curve.astype(np.float64)
        return float(np.diff(shares) @ (heights[1:] + heights[:-1]) / 2)


RECORD_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "counts": lambda counts: tuple(map(int, counts)),
    **dict.fromkeys(CURVES, lambda curve: np.array(curve, np.float32)),
    "fill": str,
}
"""How to read each value of a record."""
