"""Whether the most probable class is an answer, or all are near alike."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

CLEAR_ODDS: Final = 2.0
"""Times chance, or MIN_LEAD above it, from which an answer is clear."""

MIN_LEAD: Final = 0.04


def is_clear(probabilities: NDArray[np.floating[Any]]) -> bool:
    """Tell whether the most probable class of a softmax (classes,) is well above chance.

    As isClear in evidence_text.ts.
    """
    most, chance = float(probabilities.max()), 1 / max(2, len(probabilities))
    return most >= CLEAR_ODDS * chance or most >= chance + MIN_LEAD
