"""Checks of a model that returns values, which know neither chance nor certainty."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.classifiers.quantities import Quantity
from gridexplainer_widget.core.arrays import Probabilities

from .checks import Check, ProbeProbabilities
from .hiding import NAME, NOT_ASKED

TOLERANCE = 1e-3
"""Differences below this share of what the probes differ by count as none."""

ROUNDING = 1e-5
"""So do those below this share of the values: float32 holds seven digits."""

DOES_NOT_LOOK = Check(
    NAME, "wrong",
    "The model gives the same value to the picture, half of it, its negative and its pixels "
    "shuffled.",
    "It is untrained or does not look at the picture, or its input range is far off: see "
    "preprocess=.",
)  # fmt: skip


def value_checks(values: ProbeProbabilities, quantity: Quantity) -> tuple[Check, ...]:
    """Check that answers can be repeated, alone and among others, and look at the picture.

    `values` (values,) are of a picture and its variants.
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
        NOT_ASKED if (spread > allowed).any() else DOES_NOT_LOOK,
    )  # fmt: skip
