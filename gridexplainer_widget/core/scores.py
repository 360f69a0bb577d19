"""Class probabilities → drops in probability or log-odds."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import Probabilities

Score: TypeAlias = Literal["probability", "log-odds"]
Unit: TypeAlias = Literal["probability", "log-odds", ""]
"""The unit of a map; "" if only the order of values has meaning."""
INDEPENDENT: Final = frozenset({"sigmoids", "multilabel-logits"})
"""Kinds of output of which several classes may be true at once."""
SCORES: tuple[Score, ...] = ("probability", "log-odds")


def parse_score(score: str) -> Score:
    """Return a valid `score`, or raise ValueError."""
    if score not in SCORES:
        wanted = " or ".join(map(repr, SCORES))
        raise ValueError(f"score={score!r} is unknown. Wanted is {wanted}.")
    return score


def drops_of(
    vectors: Probabilities, baseline: Probabilities, target: int, score: Score, output: str
) -> NDArray[np.float32]:
    """Subtract the target's score with cells hidden from that of the whole picture.

    Log-odds are ln(p / (1 − p)), bounded by :func:`floors_of` of the model's `output`.
    """

    def value(vectors: Probabilities) -> NDArray[np.float64]:
        if score == "probability":
            return vectors[..., target].astype(np.float64)
        probability, other = odds_of(vectors, target, output)
        least, least_other = floors_of(target, output)
        return np.log(np.maximum(probability, least)) - np.log(np.maximum(other, least_other))

    drops: NDArray[np.float32] = (value(baseline) - value(vectors)).astype(np.float32)
    return drops


def odds_of(
    vectors: Probabilities, target: int, output: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the target's p and 1 − p, the latter as the sum of any other classes.

    A softmax holds small probabilities to seven digits; 1 − p loses them near p = 1.
    """
    values = vectors.astype(np.float64)
    probability = values[..., target]
    if output in INDEPENDENT or values.shape[-1] == 1:
        return probability, 1 - probability
    return probability, np.delete(values, target, axis=-1).sum(axis=-1)


def floors_of(target: int, output: str) -> tuple[float, float]:
    """Return the smallest p and 1 − p that float32 outputs distinguish from 0."""
    tiny, coarse = float(np.finfo(np.float32).tiny), 2.0**-25
    if output == "sigmoid" and target == 0:
        return coarse, tiny
    return tiny, coarse if output in {"sigmoid", *INDEPENDENT} else tiny
