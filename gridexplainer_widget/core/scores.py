"""Class probabilities → drops, in probability or log-odds; js/src/cells/scores.ts writes them."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import Probabilities

Score: TypeAlias = Literal["probability", "log-odds"]
Unit: TypeAlias = Literal["probability", "log-odds", ""]
"""What a map is measured in; "" where it tells more from less and no more."""
SCORES: tuple[Score, ...] = ("probability", "log-odds")


def parse_score(score: str) -> Score:
    """Return `score` if it is one.

    Raises
    ------
    ValueError
        It is not.
    """
    if score not in SCORES:
        wanted = " or ".join(map(repr, SCORES))
        raise ValueError(f"score={score!r} is unknown. Wanted is {wanted}.")
    return score


def drops_of(
    vectors: Probabilities, baseline: Probabilities, target: int, score: Score, output: str
) -> NDArray[np.float32]:
    """Baseline minus hidden, in probability or in log-odds.

    Parameters
    ----------
    vectors : float32 array (..., classes), 0..1
    baseline : float32 array (classes,), 0..1
    target : int
    score : {"probability", "log-odds"}
        Log-odds are ln(p / (1 − p)).
    output : OutputKind
        What the probabilities were made of; it tells how close to 0 and 1 they can be trusted.

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
    """Return p and 1 − p of the target, the latter as the sum of the others where there are such.

    A softmax holds small probabilities to seven digits; 1 − p would lose them near p = 1.
    """
    values = vectors.astype(np.float64)
    probability = values[..., target]
    if output == "sigmoids" or values.shape[-1] == 1:
        return probability, 1 - probability
    return probability, np.delete(values, target, axis=-1).sum(axis=-1)


def floors_of(target: int, output: str) -> tuple[float, float]:
    """Smallest p and 1 − p that a model's float32 output can tell from 0."""
    tiny, coarse = float(np.finfo(np.float32).tiny), 2.0**-25
    if output == "sigmoid" and target == 0:
        return coarse, tiny
    return tiny, coarse if output in {"sigmoid", "sigmoids"} else tiny
