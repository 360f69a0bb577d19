"""What is left of an answer when no cell is hidden, and when all are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.classifiers.quantities import Quantity
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.shown import shown

from .checks import PROBABILITY_TOLERANCE, Check, ProbeProbabilities, is_above_chance

NAME = "Hiding"

MAX_LEFT = 0.9
"""Share of a probability that is left with all cells hidden from which that is reported."""

NOT_ASKED = Check(NAME, "ok", "Hiding nothing changes nothing.")
"""Where nobody has asked what is left with all cells hidden."""


@dataclass(frozen=True)
class MapEnds:
    """The two ends of a map: what the model says with no cell hidden, and with all.

    `how` names fill and grid; `plain` tells whether all cells hidden are one colour.
    """

    whole: Probabilities
    hidden: Probabilities
    target: int
    label: str
    how: str
    quantity: Quantity
    plain: bool


def fault_check(probabilities: ProbeProbabilities) -> Check:
    """Check that hiding no cell changes nothing, and that the model looks at the picture."""
    whole = probabilities.alone
    others = (
        *(probabilities.shuffled, probabilities.flat, probabilities.negative),
        probabilities.half_hidden,
    )
    moved = float(np.abs(whole - probabilities.nothing_hidden).max())
    if moved > PROBABILITY_TOLERANCE:
        return Check(
            NAME, "wrong", f"With no cell hidden the answer moves by {100 * moved:.2g} points.",
            "Drops of this size mean nothing until the answers can be repeated.",
        )  # fmt: skip
    if max(_log_odds_apart(whole, other) for other in others) < 0.01:
        return Check(
            NAME, "wrong",
            "The model gives the same probabilities to the picture, half of it, its negative and "
            "its pixels shuffled.",
            "It is untrained or does not look at the picture, or its input range is far off: see "
            "preprocess=.",
        )  # fmt: skip
    return NOT_ASKED


def hiding_check(ends: MapEnds) -> Check:
    """Check that hiding all cells takes the answer away."""
    label, quantity = shown(ends.label), ends.quantity
    before, after = float(ends.whole[ends.target]), float(ends.hidden[ends.target])
    if quantity.is_value:
        return Check(
            NAME, "ok",
            f"With every cell hidden by {ends.how} “{label}” is {quantity.text(after)} instead of "
            f"{quantity.text(before)}.",
        )  # fmt: skip
    left = f"With every cell hidden by {ends.how} “{label}”"
    unmoved = _log_odds_apart(ends.whole, ends.hidden) < 0.01
    told = is_above_chance(before, len(ends.whole))
    if not (unmoved or (told and after > MAX_LEFT * before)):
        return Check(
            NAME, "ok",
            f"Hiding nothing changes nothing; {left[0].lower()}{left[1:]} has {percent(after)} "
            f"instead of {percent(before)}.",
        )  # fmt: skip
    seen = f"{left} still has {percent(after)}, and {percent(before)} with none."
    if ends.plain:  # no fault: what is absent may be the evidence, or the cells agree
        return Check(NAME, "ok", f"{seen} It is also the answer to a picture of one colour.")
    return Check(
        NAME, "warning", seen,
        "Take fewer cells or another fill, if what is left still tells it.",
    )  # fmt: skip


def _log_odds_apart(one: Probabilities, other: Probabilities) -> float:
    clipped = (np.clip(vector.astype(np.float64), 1e-12, 1 - 1e-12) for vector in (one, other))
    odds = [np.log(vector) - np.log1p(-vector) for vector in clipped]
    return float(np.abs(odds[0] - odds[1]).max())
