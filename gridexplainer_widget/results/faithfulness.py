"""The result of an audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity
from gridexplainer_widget.inference.foretells import Foretells
from gridexplainer_widget.inference.order_curves import ORDER_METRICS, OrderCurves

from .data.metrics import (
    METRICS,
    WHOLE_METRICS,
    Metric,
    band_text,
    metrics_of,
    row_of,
    under_text,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OPTIONAL_RECORD_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "pointing": bool,
    "inside": float,
    "mask_area": float,
    "touched": int,
    "inside_itself": float,
    "inside_most": float,
    "randomised": float,
}
"""How to read values of a record that may be None."""


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """How faithful a map is to the model, for one class.

    The curves are of probabilities, whatever the map's unit, or of the model's values. Masked
    pictures may be unlike any that the model was trained on, and the order of maps can turn around
    with what stands in for hidden cells: so there are curves under several fills.

    Parameters
    ----------
    under : tuple of OrderCurves
        One for each fill; ``faithfulness["blur"]`` is one of them.
    pointing, inside, mask_area, touched, inside_itself, inside_most : optional
        See :class:`gridexplainer_widget.analysis.object_mask.OnMask`; None without a mask.
    randomised : float, optional
        `Randomisation.similarity`, 0..1.
    foretold : Foretells, optional
        How well the map foretells what hiding does, by the fill that made it.
    calls : int
        Pictures given to the model, those of random orders left out.
    seconds : float
    notes : tuple of str
        A sentence each.
    quantity : Quantity
        Of the curves; deletion, insertion and SRG of values are in their unit.
    """

    under: tuple[OrderCurves, ...]
    pointing: bool | None = None
    inside: float | None = None
    mask_area: float | None = None
    touched: int | None = None
    inside_itself: float | None = None
    inside_most: float | None = None
    randomised: float | None = None
    foretold: Foretells | None = None
    calls: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    quantity: Quantity = PROBABILITY

    def __getitem__(self, fill: str) -> OrderCurves:
        """Return the curves under a fill.

        Raises
        ------
        KeyError
            The map was not audited under it.
        """
        for one in self.under:
            if one.fill == fill:
                return one
        known = ", ".join(map(repr, self.fills))
        raise KeyError(f"There are no curves under {fill!r} here; there are under {known}.")

    @property
    def fills(self) -> tuple[str, ...]:
        """What stood in for hidden cells."""
        return tuple(one.fill for one in self.under)

    @property
    def deletion(self) -> float:
        """The mean of :attr:`OrderCurves.deletion` over the fills."""
        return self._mean("deletion")

    @property
    def insertion(self) -> float:
        """The mean of :attr:`OrderCurves.insertion` over the fills."""
        return self._mean("insertion")

    @property
    def srg(self) -> float:
        """The mean of :attr:`OrderCurves.srg` over the fills."""
        return self._mean("srg")

    @property
    def foretells(self) -> float | None:
        """How well the map foretells what hiding does, −1..1; None if not measured."""
        return self.foretold.value if self.foretold else None

    @property
    def randomised_chance(self) -> float:
        """What :attr:`randomised` is of maps that have nothing to do with each other, about.

        The correlation of two random rankings of n cells has the variance 1 / (n − 1), and is
        nearly normal.
        """
        cells = self.under[0].counts[-1]
        return float(np.sqrt(2 / (np.pi * (cells - 1)))) if cells > 1 else 1.0

    @property
    def chance_calls(self) -> int:
        """Pictures given to the model for random orders, once for all maps of a comparison."""
        return sum(one.chance.calls for one in self.under if one.chance)

    def ranks(self, one: OrderCurves) -> bool:
        """Tell whether the curves under a fill can tell maps apart; those of values always may."""
        return self.quantity.is_value or not one.flat

    @property
    def verdicts(self) -> tuple[str, ...]:
        """What to keep in mind of each fill: a sentence, or "" where nothing."""
        return tuple(map(self._verdict, self.under))

    @property
    def doubt(self) -> str:
        """Say that the map foretells nothing reliable, or ""."""
        return self.foretold.sentence if self.foretold and not self.foretold.reliable else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The doubt and the verdicts, where there are any."""
        return tuple(filter(None, (self.doubt, *self.verdicts)))

    @property
    def ranked(self) -> dict[str, float | bool | None]:
        """:attr:`whole`, without what a map of which there is doubt foretells."""
        return {**self.whole, "foretells": None if self.doubt else self.foretells}

    def plot(self) -> Figure:
        """Draw the deletion and insertion curves under each fill."""
        from .faithfulness_plot import curves_figure  # noqa: PLC0415 - Matplotlib is slow to import

        srg = metrics_of(self.quantity)["srg"]
        sentences = (f"{srg.short}: {srg.meaning}", *self.warnings, *self.notes)
        return curves_figure(self.under, sentences, self.quantity)

    def _repr_png_(self) -> bytes:
        from .plot import figure_png  # noqa: PLC0415 - Matplotlib is slow to import

        return figure_png(self.plot())

    def __str__(self) -> str:
        lines = [f"{text}: {metric.meaning}" for metric, text in self.texts()]
        return "\n".join([*lines, *self.warnings, *self.notes])

    def texts(self) -> list[tuple[Metric, str]]:
        """Write each known metric with what to compare it with."""
        metrics = metrics_of(self.quantity)
        texts = []
        for name, metric in metrics.items():
            if name in ORDER_METRICS:
                parts = [under_text(one, metric) for one in self.under]
                texts.append((metric, f"{metric.short} {', '.join(parts)}"))
            elif (value := getattr(self, name)) is not None:
                beside = self.beside(name)
                known = f"{metric.text(value)} ({beside})" if beside else metric.text(value)
                texts.append((metric, f"{metric.short} {known}"))
        return texts

    @property
    def rows(self) -> list[str]:
        """Write the known metrics, a part for each fill and one for those of none."""
        under = [f"under {one.fill} {row_of(one.metrics, self.quantity)}" for one in self.under]
        whole = row_of(self.whole, self.quantity)
        return [*under, whole] if whole else under

    @property
    def whole(self) -> dict[str, float | bool | None]:
        """The metrics that are of no fill; None if unknown."""
        return {name: getattr(self, name) for name in WHOLE_METRICS}

    @property
    def chance_rows(self) -> list[str]:
        """Write what random orders reach, a sentence for each fill."""
        area, srg = (metrics_of(self.quantity)[name] for name in ("deletion", "srg"))
        return [
            f"Nine of ten random orders under {one.fill}: deletion and insertion "
            f"{band_text(one, area)}, SRG {band_text(one, srg)}."
            for one in self.under
            if one.chance
        ]

    def beside(self, name: str) -> str:
        """Write what a metric that is of no fill is to be compared with, or ""."""
        if name == "foretells" and self.foretold is not None:
            ends = map(METRICS[name].text, (self.foretold.low, self.foretold.high))
            return f"random {' to '.join(ends)}"
        if name == "randomised":
            return f"chance {METRICS[name].text(self.randomised_chance)}"
        known = {"chance": self.mask_area, "the object itself": self.inside_itself}
        if self.inside_most is not None and self.inside_most < 1:
            known["at most"] = self.inside_most
        if name != "inside":
            return ""
        texts = {what: METRICS[name].text(value) for what, value in known.items() if value}
        return ", ".join(f"{what} {text}" for what, text in texts.items())

    @property
    def metrics(self) -> dict[str, float | bool | None]:
        """Each metric's value by name, the mean over the fills; None if unknown."""
        return {name: getattr(self, name) for name in METRICS}

    @property
    def record(self) -> dict[str, Any]:
        """All fields as plain values, for files."""
        under = [one.record for one in self.under]
        lists = {"under": under, "notes": list(self.notes), "quantity": self.quantity.record}
        foretold = self.foretold.record if self.foretold else None
        return {**vars(self), **lists, "foretold": foretold}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Faithfulness:
        """Read a :attr:`record`.

        Raises
        ------
        ValueError
            It holds no curves that begin with the whole picture.
        """
        if not record["under"]:
            raise ValueError("it holds no curves")
        known = {
            name: None if record[name] is None else read(record[name])
            for name, read in OPTIONAL_RECORD_TYPES.items()
        }
        return cls(
            under=tuple(map(OrderCurves.of_record, record["under"])),
            calls=int(record["calls"]),
            seconds=float(record["seconds"]),
            notes=tuple(map(str, record["notes"])),
            quantity=Quantity(**record["quantity"]),
            foretold=Foretells(**record["foretold"]) if record["foretold"] else None,
            **known,
        )

    def _mean(self, name: str) -> float:
        return float(np.mean([getattr(one, name) for one in self.under]))

    def _verdict(self, one: OrderCurves) -> str:
        metric = metrics_of(self.quantity)["srg"]
        if not self.ranks(one):
            start, end = (self.quantity.text(float(one.deletion_curve[at])) for at in (0, -1))
            return (
                f"Cannot tell maps apart under {one.fill}: with every cell hidden the model gives "
                f"{end}, with none {start}."
            )
        if one.chance is None or one.srg > one.chance.srg.high:
            return ""
        reach = "no better than" if one.by_chance("srg") else "worse than"
        return (
            f"Under {one.fill} this map orders the cells {reach} random orders: its SRG is "
            f"{metric.text(one.srg)}, and nine of ten random orders lie from "
            f"{band_text(one, metric)}."
        )
