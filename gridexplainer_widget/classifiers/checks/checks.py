"""Single checks of a model and a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.shown import shown

Verdict: TypeAlias = Literal["ok", "unknown", "warning", "wrong"]
"""In ascending weight."""


PROBABILITY_TOLERANCE = 1e-3
"""Smaller differences count as equal: half precision is no finer."""


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Parameters
    ----------
    name : str
    verdict : {"ok", "unknown", "warning", "wrong"}
        "unknown": cannot be told; "warning": may be intended; "wrong": cannot be.
    seen : str
        The finding, a sentence.
    advice : str
        What to do about it, or "".
    of_picture : bool
        Whether an unknown one tells of this picture, and is to be looked at again on the next.
    """

    name: str
    verdict: Verdict
    seen: str
    advice: str = ""
    of_picture: bool = field(default=False, compare=False, repr=False)

    @property
    def sentence(self) -> str:
        """The finding and the advice."""
        return f"{self.seen} {self.advice}".rstrip()


class ProbeProbabilities(NamedTuple):
    """Probabilities (classes,) of a picture and its variants."""

    alone: Probabilities
    again: Probabilities
    nothing_hidden: Probabilities
    shuffled: Probabilities
    flat: Probabilities
    negative: Probabilities
    mirrored: Probabilities
    half_hidden: Probabilities


def repeatable_check(probabilities: ProbeProbabilities) -> Check:
    """Compare two answers to one picture."""
    apart = float(np.abs(probabilities.alone - probabilities.again).max())
    if apart <= PROBABILITY_TOLERANCE:
        return Check("Repeatable", "ok", "The same picture gets the same answer twice.")
    return Check(
        "Repeatable", "wrong",
        f"The same picture gets two answers, {100 * apart:.2g} points apart.",
        "Something in the model is random: put it into inference mode (model.eval(), "
        "training=False). Until then drops of this size mean nothing.",
    )  # fmt: skip


def batch_check(probabilities: ProbeProbabilities) -> Check:
    """Compare the answers to a picture alone and among others."""
    apart = float(np.abs(probabilities.alone - probabilities.nothing_hidden).max())
    random = float(np.abs(probabilities.alone - probabilities.again).max())
    if random > PROBABILITY_TOLERANCE:
        return Check("Batch", "unknown", "Cannot be told while the answers cannot be repeated.")
    if apart <= PROBABILITY_TOLERANCE:
        return Check("Batch", "ok", "A picture gets the same answer alone and among others.")
    return Check(
        "Batch", "wrong",
        f"The answer depends on who else is in the batch, by {100 * apart:.2g} points.",
        "Batch normalisation in training mode does that: put the model into inference mode, or "
        "say batch_size=1.",
    )  # fmt: skip


def is_above_chance(probability: float, classes: int) -> bool:
    """Tell whether the odds of one of `classes` are more than twice chance."""
    chance = 1 / max(classes, 2)
    return probability / max(1 - probability, 1e-9) > 2 * chance / (1 - chance)


def chance_check(probability: float, classes: int, label: str) -> Check:
    """Check that the target's odds are more than twice chance."""
    chance = 1 / max(classes, 2)
    if is_above_chance(probability, classes):
        return Check("Chance", "ok", f"“{shown(label)}” is well above chance.")
    return Check(
        "Chance", "warning",
        f"“{shown(label)}” has {percent(probability)}, and chance is {percent(chance)}: its map "
        "may say little.",
        "Ask about a class that the model sees, or look at its preprocessing.",
    )  # fmt: skip


def size_check(size: tuple[int, int], seen: tuple[int, int]) -> Check:
    """Check that resizing from `size` to `seen` (height, width) keeps shape and detail."""
    (height, width), (high, wide) = size, seen
    times = f"{width}×{height} to {wide}×{high}"
    squeezed = (height / width) / (high / wide)
    factor = float(np.sqrt(height * width / (high * wide)))
    if max(squeezed, 1 / squeezed) > 1.6:
        way = "narrower" if squeezed < 1 else "flatter"
        return Check(
            "Size", "warning",
            f"The picture is squeezed from {times}: things look "
            f"{max(squeezed, 1 / squeezed):.1f} times {way}.",
            "Cut out the part that matters in the model's own shape.",
        )  # fmt: skip
    if factor > 20 or factor < 1 / 3:
        what = f"{factor:.0f} times smaller" if factor > 1 else f"{1 / factor:.1f} times larger"
        return Check(
            "Size", "warning", f"The picture is made {what}, from {times}.",
            "Details are lost: cut out what matters." if factor > 1
            else "It is blurred: the model may never have seen the like.",
        )  # fmt: skip
    if high * wide > 300_000:
        return Check(
            "Size", "warning",
            f"The model takes any size, and sees this picture at {wide}×{high}: slow, and larger "
            "than what models are usually trained on.",
            "Say input_shape=(224, 224), or what it was trained on.",
        )  # fmt: skip
    return Check("Size", "ok", f"The model sees {wide}×{high} pixels of {width}×{height}.")
