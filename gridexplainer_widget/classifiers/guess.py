"""Guess the kind of a model's outputs, and think again when later ones differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.errors import ClassifierError, ModelChangedError

from .outputs import OutputKind

MAX_SANE_LOGIT = 30
"""Single logits that are all larger leave nothing that float32 tells from certainty."""

PROBABILITIES = frozenset({"softmax", "sigmoid", "sigmoids"})
"""Kinds whose numbers are taken as they are."""


@dataclass(frozen=True)
class Guess:
    """A kind guessed from values; `sure` if any of them told."""

    kind: OutputKind
    sure: bool

    def reads_as(self, other: Guess) -> bool:
        """Tell whether both kinds turn the same numbers into the same probabilities."""
        return self.kind == other.kind or {self.kind, other.kind} <= PROBABILITIES


def guess_output(raw: NDArray[np.floating[Any]]) -> OutputKind:
    """Guess the kind of raw outputs from their values."""
    low, high = np.nanmin(raw, initial=np.inf), np.nanmax(raw, initial=-np.inf)
    several = raw.shape[1] > 1
    if low >= -1e-4 and high > 1 + 1e-6 and several and _sums_to(raw, 100):
        return "percent"
    if low < -1e-6 or high > 1 + 1e-6:
        return "logits"
    if not several:
        return "sigmoid"
    return "softmax" if _sums_to(raw, 1) else "sigmoids"


def guess_again(raw: NDArray[np.floating[Any]], before: Guess | None) -> Guess | None:
    """Guess from another batch, given what was guessed `before`; None if nothing can be read.

    NaN and infinity say nothing, and zeros little: no broken answer settles the kind for good.
    """
    sound = raw[~(np.isnan(raw) | np.isposinf(raw)).any(axis=1)]
    rows = sound[(sound != 0).any(axis=1)]
    if not len(rows):
        return before or (Guess(guess_output(sound), sure=False) if len(sound) else None)
    found = Guess(guess_output(rows), sure=True)
    if before is None or not before.sure:
        return found
    if before.kind == "logits":
        return found if _is_surely_softmax(rows) else before
    return before if before.reads_as(found) else found


def check_same(before: Guess, now: Guess, raw: NDArray[np.floating[Any]], name: str) -> None:
    """Raise ModelChangedError if earlier answers were read otherwise."""
    if before.reads_as(now):
        return
    raise ModelChangedError(
        f"{name} returned values from {np.nanmin(raw):g} to {np.nanmax(raw):g}, where its answers "
        f"so far looked like {before.kind}. From now on they are taken for {now.kind}: ask again. "
        "Say output=… to settle it."
    )


def refuse_values(raw: NDArray[np.floating[Any]], name: str) -> None:
    """Raise ClassifierError if single logits would all be certainty: they are values, likely.

    As probabilities they would all be 1 or 0, and each drop 0.
    """
    if raw.shape[1] == 1 and len(raw) and np.abs(raw).min() > MAX_SANE_LOGIT:
        raise ClassifierError(
            f"{name} returned one number for each picture, such as {raw[0, 0]:.4g}; taken for a "
            "logit, each would be certainty. If it is the value of a regression, say "
            "output='value'; if it is a logit, output='logits'."
        )


def _is_surely_softmax(rows: NDArray[np.floating[Any]]) -> bool:
    """Tell whether different rows all sum to 1: logits hardly do."""
    within = rows.shape[1] > 1 and rows.min() >= 0 and rows.max() <= 1
    return bool(within and np.ptp(rows, axis=0).any() and _sums_to(rows, 1, 1e-5))


def _sums_to(raw: NDArray[np.floating[Any]], total: float, tolerance: float = 1e-2) -> bool:
    sums = raw.sum(axis=1, dtype=np.float64)
    return bool(np.nanmax(np.abs(sums / total - 1), initial=0) < tolerance)
