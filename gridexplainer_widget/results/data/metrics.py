"""The metrics of an audit; browsers receive their texts over the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity, value_text
from gridexplainer_widget.inference.order_curves import ORDER_METRICS, OrderCurves

MetricValues: TypeAlias = "Mapping[str, float | bool | None]"
"""A map's value of each of `METRICS`; None if unknown."""


@dataclass(frozen=True)
class Metric:
    """One metric of a map.

    `name` is an attribute of :class:`Faithfulness`, `meaning` one to three sentences; with
    `signed`, plus signs are written, and `value` is for numbers in the unit of a model's values.
    """

    name: str
    title: str
    better: Literal["higher", "lower"]
    meaning: str
    signed: bool = False
    value: bool = False

    @property
    def short(self) -> str:
        """The title with an arrow towards better values."""
        return f"{self.title} {ARROWS[self.better]}"

    def text(self, value: float) -> str:
        """Write a value; a bool as hit or miss."""
        if isinstance(value, bool):
            return "hit" if value else "miss"
        if self.value:
            return f"{'+' if self.signed and value > 0 else ''}{value_text(value)}"
        digits = 2 if abs(value) >= 0.01 else 4
        text = f"{value:{'+' if self.signed else ''}.{digits}f}".replace("-", "−")
        return text if any(digit in text for digit in "123456789") else "0.00"

    def worth(self, value: float) -> float:
        """Return the value, negated where lower is better."""
        return value if self.better == "higher" else -value


ARROWS: Final = {"higher": "↑", "lower": "↓"}

METRICS: Final = {
    metric.name: metric
    for metric in (
        Metric(
            "deletion",
            "Deletion",
            "lower",
            "The mean probability of the class that is left while cells are hidden, the map's most "
            "important first. Lower is better: the map has found what the model needs.",
        ),
        Metric(
            "insertion",
            "Insertion",
            "higher",
            "The mean probability while hidden cells are shown again, the map's most important "
            "first. Higher is better: what the map has found is enough for the model.",
        ),
        Metric(
            "srg",
            "SRG",
            "higher",
            "Insertion minus deletion, −1 to 1. A random order reaches 0 on average, and nine of "
            "ten lie in the band beside it: what lies there, too, says nothing. Higher is better.",
            signed=True,
        ),
        Metric(
            "foretells",
            "Foretells",
            "higher",
            "How well the map foretells what the model loses when handfuls of cells are hidden "
            "that it was not made from: 1 all of it, 0 nothing. Higher is better: nine of ten maps "
            "of random numbers lie in the band beside it.",
        ),
        Metric(
            "randomised",
            "Randomised",
            "lower",
            "The mean rank correlation, its sign left out, with the maps of the same network while "
            "its weights are randomised layer by layer. Lower is better: a map that stays does not "
            "show what the model has learned. Maps that have nothing in common reach chance.",
        ),
        Metric(
            "pointing",
            "Pointing",
            "higher",
            "Whether the map's most important cell touches the object.",
        ),
        Metric(
            "inside",
            "Inside",
            "higher",
            "The share of the map's positive values that lies inside the object. Higher is better: "
            "a map without a clue reaches the object's share of the picture, and the object "
            "itself, drawn in these cells, less than 1, since some lie partly inside.",
        ),
    )
}
"""In display order."""

WHOLE_METRICS: Final = tuple(name for name in METRICS if name not in ORDER_METRICS)
"""Those that are of no fill."""


def metrics_of(quantity: Quantity) -> Mapping[str, Metric]:
    """Return the metrics of a model's numbers, in display order.

    Values have no bounds, so that their curves cannot be normalised: areas are in the value's unit.
    """
    if not quantity.is_value:
        return METRICS
    unit = f" ({quantity.unit})" if quantity.unit else ""
    meanings = {
        "deletion": f"The mean value{unit} that is left while cells are hidden, the map's most "
        "important first. Lower is better: the map has found what the value rests on.",
        "insertion": f"The mean value{unit} while hidden cells are shown again, the map's most "
        "important first. Higher is better: what the map has found is enough for the model.",
        "srg": f"Insertion minus deletion, in the value itself{unit}: as a value has no bounds, "
        "maps of the same picture and model alone compare. A random order reaches 0 on average, "
        "and nine of ten lie in the band beside it. Higher is better.",
    }
    return {
        name: replace(metric, meaning=meanings[name], value=True) if name in meanings else metric
        for name, metric in METRICS.items()
    }


def metric_records(quantity: Quantity = PROBABILITY) -> list[dict[str, Any]]:
    """Return the metrics as plain values, for browsers; `value` only where it is true."""
    records = [asdict(metric) for metric in metrics_of(quantity).values()]
    return [
        {name: told for name, told in record.items() if name != "value" or told}
        for record in records
    ]


def row_of(values: MetricValues, quantity: Quantity = PROBABILITY) -> str:
    """Write the known metrics of some in one line."""
    return ", ".join(
        f"{metric.short} {metric.text(value)}"
        for name, metric in metrics_of(quantity).items()
        if (value := values.get(name)) is not None
    )


def under_text(one: OrderCurves, metric: Metric) -> str:
    """Write one of `ORDER_METRICS` under a fill: "+0.41 under blur (random −0.09 to +0.09)"."""
    text = f"{metric.text(getattr(one, metric.name))} under {one.fill}"
    return f"{text} (random {band_text(one, metric)})" if one.chance else text


def band_text(one: OrderCurves, metric: Metric) -> str:
    """Write what random orders reach: "−0.09 to +0.09", or "" if unknown."""
    if one.chance is None:
        return ""
    return " to ".join(map(metric.text, one.chance.band(metric.name)))


def best_of(maps: Sequence[MetricValues], quantity: Quantity = PROBABILITY) -> dict[str, float]:
    """Find each metric's best value among maps, unless all read the same."""
    best = {}
    for name, metric in metrics_of(quantity).items():
        known = [value for one in maps if (value := one.get(name)) is not None]
        if len({metric.text(value) for value in known}) > 1:
            best[name] = max(known, key=metric.worth)
    return best
