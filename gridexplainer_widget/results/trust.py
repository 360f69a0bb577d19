"""How far to trust a map: its audit in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from gridexplainer_widget.inference.order_curves import OrderCurves

from .comparison_data import best_under
from .data.metrics import metrics_of
from .faithfulness import Faithfulness

Level: TypeAlias = 'Literal["high", "some", "low", "not known"]'

STAYS: Final = 0.5
"""A map that correlates so much with those of randomised weights shows little of the weights."""

NUMBERS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Trust:
    """How far to trust a map.

    High: under each fill that can tell maps apart it orders the cells better than random orders,
    it foretells what hiding does, and it does not stay when weights are randomised, as far as these
    are measured. Low: it does stay, or it does neither of the others.
    """

    level: Level
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        """One line: "Trust: high; hiding its top cells …"."""
        return "; ".join([f"Trust: {self.level}", *self.reasons])

    @property
    def record(self) -> dict[str, Any]:
        """As plain values, for browsers."""
        return {"level": self.level, "reasons": list(self.reasons)}


def trust_of(figures: Faithfulness, beside: Sequence[Faithfulness] = ()) -> Trust:
    """Judge a map by its audit; `beside` are the audits of all maps that are compared."""
    telling = [one for one in figures.under if figures.ranks(one) and one.chance]
    better = [one for one in telling if _beats_random(one)]
    order = _fastest(figures, beside) if better else ""
    reasons = (order or _order(telling, better), _foretells(figures), _randomised(figures))
    return Trust(_level(figures, telling, better), tuple(filter(None, reasons)))


def trusts(audits: Sequence[Faithfulness | None]) -> list[Trust | None]:
    """Judge all maps of a comparison; None for those without an audit."""
    known = [one for one in audits if one is not None]
    return [None if one is None else trust_of(one, known) for one in audits]


def with_trust(
    maps: Sequence[Mapping[str, Any]], audits: Sequence[Faithfulness | None]
) -> list[dict[str, Any]]:
    """Add to the records of maps how far to trust them."""
    return [
        {**shown, "trust": trust.record if trust else {}}
        for shown, trust in zip(maps, trusts(audits), strict=True)
    ]


def _level(figures: Faithfulness, telling: list[OrderCurves], better: list[OrderCurves]) -> Level:
    foretold = figures.foretold
    if _stays(figures):
        return "low"
    if not telling and foretold is None:
        return "not known"
    if not better and not (foretold and foretold.reliable):
        return "low"
    sound = telling and len(better) == len(telling) and (foretold is None or foretold.reliable)
    return "high" if sound else "some"


def _beats_random(one: OrderCurves) -> bool:
    return one.chance is not None and one.srg > one.chance.srg.high


def _stays(figures: Faithfulness) -> bool:
    return figures.randomised is not None and figures.randomised >= STAYS


def _fastest(figures: Faithfulness, beside: Sequence[Faithfulness]) -> str:
    """Say that of all maps this one's top cells take the answer away fastest, or ""."""
    if len(beside) < 2:
        return ""
    first = [one for one in beside if _is_first(one, beside)]
    if len(first) != 1 or first[0] is not figures:
        return ""
    many = NUMBERS[len(beside) - 2] if len(beside) - 2 < len(NUMBERS) else str(len(beside))
    what = "lowers the value" if figures.quantity.is_value else "removes the answer"
    return f"hiding its top cells {what} fastest of the {many}"


def _is_first(figures: Faithfulness, beside: Sequence[Faithfulness]) -> bool:
    """Whether its deletion reads as the best, under each fill that can tell maps apart."""
    metric = metrics_of(figures.quantity)["deletion"]
    for one in figures.under:
        best = best_under(beside, one.fill).get("deletion")
        if figures.ranks(one) and (best is None or metric.text(best) != metric.text(one.deletion)):
            return False
    return True


def _order(telling: list[OrderCurves], better: list[OrderCurves]) -> str:
    if not telling:
        return "no fill of the audit can tell maps apart"
    if not better:
        return "it orders the cells no better than random orders"
    if len(better) == len(telling):
        return "it orders the cells better than random orders"
    worse = [one for one in telling if one not in better]
    return (
        f"it orders the cells better than random orders by {_fills(better)}, not by {_fills(worse)}"
    )


def _fills(under: list[OrderCurves]) -> str:
    return " and ".join(one.fill for one in under)


def _foretells(figures: Faithfulness) -> str:
    if figures.foretold is None:
        return ""
    reliable = figures.foretold.reliable
    return "it foretells what hiding does" if reliable else "it foretells nothing reliable"


def _randomised(figures: Faithfulness) -> str:
    if not _stays(figures):
        return ""
    return "it stays much the same when the weights are randomised"
