"""Class probabilities → drops, in probability or log-odds; js/src/cells/scores.ts writes them."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import Probabilities

Score: TypeAlias = Literal["probability", "log-odds"]
Unit: TypeAlias = Literal["probability", "log-odds", ""]
"""The unit of a map; "" where only the order of its numbers means anything."""
SCORES: tuple[Score, ...] = ("probability", "log-odds")


def parse_score(score: str) -> Score:
    """Return `score` if there is such a score.

    Raises
    ------
    ValueError
        There is not.
    """
    if score not in SCORES:
        wanted = " or ".join(map(repr, SCORES))
        raise ValueError(f"score={score!r} is unknown. Wanted is {wanted}.")
    return score


def drops_of(
    vectors: Probabilities, baseline: Probabilities, target: int, score: Score, output: str
) -> NDArray[np.float32]:
    """Return the baseline minus the probabilities with cells hidden, or the same of log-odds.

    Parameters
    ----------
    vectors : float32 array (..., classes), 0..1
    baseline : float32 array (classes,), 0..1
    target : int
    score : {"probability", "log-odds"}
        Log-odds are ln(p / (1 − p)).
    output : OutputKind
        The model's raw output, which limits how close to 0 and 1 probabilities are exact.

    Returns
    -------
    float32 array (...)
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
    """Return p and 1 − p of the target, the latter as the sum of the other classes, if any.

    A softmax holds small probabilities to seven digits; 1 − p would lose them near p = 1.
    """
    values = vectors.astype(np.float64)
    probability = values[..., target]
    if output == "sigmoids" or values.shape[-1] == 1:
        return probability, 1 - probability
    return probability, np.delete(values, target, axis=-1).sum(axis=-1)


def floors_of(target: int, output: str) -> tuple[float, float]:
    """Return the smallest p and 1 − p that a model's float32 output can tell from 0."""
    tiny, coarse = float(np.finfo(np.float32).tiny), 2.0**-25
    if output == "sigmoid" and target == 0:
        return coarse, tiny
    return tiny, coarse if output in {"sigmoid", "sigmoids"} else tiny
