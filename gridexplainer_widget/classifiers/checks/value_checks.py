"""Checks of a model that returns values, which know neither chance nor certainty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridexplainer_widget.classifiers.quantities import Quantity
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.shown import shown

from .checks import Check, ProbeProbabilities

TOLERANCE = 1e-3
"""Differences below this share of what the probes differ by count as none."""

ROUNDING = 1e-5
"""So do those below this share of the values: float32 holds seven digits."""


def value_checks(
    values: ProbeProbabilities, quantity: Quantity, target: int, labels: Sequence[str], how: str
) -> tuple[Check, ...]:
    """Check that answers can be repeated, alone and among others, and look at the picture.

    `values` (values,) are of a picture and its variants; what range it was trained on, no value
    tells.
    """
    everything = np.stack(values).astype(np.float64)
    spread = np.ptp(everything, axis=0)
    allowed = TOLERANCE * spread + ROUNDING * np.abs(everything).max(axis=0)

    def apart(one: Probabilities, other: Probabilities) -> float | None:
        """Return the largest difference that counts, None without one."""
        difference = np.abs(one.astype(np.float64) - other)
        beyond = difference > allowed
        return float(difference[beyond].max()) if beyond.any() else None

    def differs(name: str, by: float | None, fine: str, wrong: str, advice: str) -> Check:
        if by is None:
            return Check(name, "ok", fine)
        return Check(name, "wrong", wrong.format(quantity.text(by)), advice)

    return (
        Check("Input range", "unknown", "No value tells in which range its model was trained.",
              "Say which by preprocess=…"),
        differs(
            "Repeatable", apart(values.alone, values.again),
            "The same picture gets the same answer twice.",
            "The same picture gets two answers, {} apart.",
            "Something in the model is random: put it into inference mode (model.eval(), "
            "training=False). Until then drops of this size mean nothing.",
        ),
        differs(
            "Batch", apart(values.alone, values.nothing_hidden),
            "A picture gets the same answer alone and among others.",
            "The answer depends on who else is in the batch, by {}.",
            "Batch normalisation in training mode does that: put the model into inference mode, or "
            "say batch_size=1.",
        ),
        _hiding_check(values, quantity, target, labels, how, looks=bool((spread > allowed).any())),
    )  # fmt: skip


def _hiding_check(  # noqa: PLR0913 - what is said of the picture, and how
    values: ProbeProbabilities,
    quantity: Quantity,
    target: int,
    labels: Sequence[str],
    how: str,
    *,
    looks: bool,
) -> Check:
    if not looks:
        return Check(
            "Hiding", "wrong",
            "The model gives the same value to the picture, its negative and its pixels shuffled.",
            "It is untrained or does not look at the picture, or its input range is far off: see "
            "preprocess=.",
        )  # fmt: skip
    before, after = values.alone[target], values.everything_hidden[target]
    return Check(
        "Hiding", "ok",
        f"With every cell hidden by {how} “{shown(labels[target])}” is "
        f"{quantity.text(float(after))} instead of {quantity.text(float(before))}.",
    )  # fmt: skip
