"""The metrics of an audit; browsers receive their texts over the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

MetricValues: TypeAlias = "Mapping[str, float | bool | None]"
"""A map's value of each of `METRICS`; None if unknown."""


@dataclass(frozen=True)
class Metric:
    """One metric of a map.

    `name` is an attribute of :class:`Faithfulness`, `meaning` one to three sentences; with
    `signed`, plus signs are written.
    """

    name: str
    title: str
    better: Literal["higher", "lower"]
    meaning: str
    signed: bool = False

    @property
    def short(self) -> str:
        """The title with an arrow towards better values."""
        return f"{self.title} {ARROWS[self.better]}"

    def text(self, value: float) -> str:
        """Write a value; a bool as hit or miss."""
        if isinstance(value, bool):
            return "hit" if value else "miss"
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
            "Insertion minus deletion, −1 to 1. A random order reaches 0 on average. Higher is "
            "better.",
            signed=True,
        ),
        Metric(
            "randomised",
            "Randomised",
            "lower",
            "The mean rank correlation, its sign left out, with the maps of the same network while "
            "its weights are randomised layer by layer. Lower is better: a map that stays does not "
            "show what the model has learned.",
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
            "a map without a clue reaches the object's share of the picture.",
        ),
    )
}
"""In display order."""


def metric_records() -> list[dict[str, Any]]:
    """Return `METRICS` as plain values, for browsers."""
    return [asdict(metric) for metric in METRICS.values()]


def row_of(values: MetricValues) -> str:
    """Write a map's known metrics in one line."""
    return ", ".join(f"{metric.short} {text}" for metric, text in _known(values))


def table_of(values: MetricValues) -> str:
    """Write a map's known metrics with their meanings, a line each."""
    return "\n".join(f"{metric.short} {text}: {metric.meaning}" for metric, text in _known(values))


def best_of(maps: Sequence[MetricValues]) -> dict[str, float]:
    """Find each metric's best value among maps, unless all read the same."""
    best = {}
    for name, metric in METRICS.items():
        known = [value for one in maps if (value := one[name]) is not None]
        if len({metric.text(value) for value in known}) > 1:
            best[name] = max(known, key=metric.worth)
    return best


def _known(values: MetricValues) -> list[tuple[Metric, str]]:
    return [
        (metric, metric.text(value))
        for name, metric in METRICS.items()
        if (value := values[name]) is not None
    ]
