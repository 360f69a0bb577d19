"""Log-odds of logits, which hold where probabilities are rounded to 0 or 1."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.scores import INDEPENDENT


class BeforeSoftmax(NamedTuple):
    """A raw output, and the logits of which the model took a softmax at its end."""

    answer: Any
    logits: Any


class BeforeSigmoid(NamedTuple):
    """A raw output, and the logits of which the model took sigmoids at its end."""

    answer: Any
    logits: Any


WITH_LOGITS: Final = (BeforeSoftmax, BeforeSigmoid)


def split(raw: Any) -> tuple[Any, Any]:
    """Return a raw output, and its logits or None."""
    return raw if isinstance(raw, WITH_LOGITS) else (raw, None)


def fits(raw: Any, output: str) -> bool:
    """Tell whether a raw output's logits are those of its kind."""
    kinds = {BeforeSoftmax: {"softmax", "percent"}, BeforeSigmoid: {"sigmoid", "sigmoids"}}
    return output in kinds.get(type(raw), ())


def log_odds_of(logits: NDArray[np.floating[Any]], output: str) -> NDArray[np.float32]:
    """Return each class's log-odds, (n, classes), of logits (n, outputs).

    A single logit has two classes, its own second.
    """
    values = logits.astype(np.float64)
    if values.shape[1] == 1 and output != "sigmoids":
        return np.concatenate([-values, values], axis=1).astype(np.float32)
    if output in INDEPENDENT:
        return values.astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):  # ±∞ is no log-odds, which is seen later
        return (values - _log_sum_of_others(values)).astype(np.float32)


def _log_sum_of_others(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln Σ exp of all other columns, for each column.

    The largest is left out of the sum only where it is its own: no digits are lost.
    """
    rows = np.arange(len(values))
    best = values.argmax(axis=1)
    powers = np.exp(values - values[rows, best, np.newaxis])
    others: NDArray[np.float64] = np.log(powers.sum(axis=1, keepdims=True) - powers)
    others += values[rows, best, np.newaxis]
    rest = values.copy()
    rest[rows, best] = -np.inf
    second = rest.max(axis=1)
    others[rows, best] = second + np.log(np.exp(rest - second[:, np.newaxis]).sum(axis=1))
    return others
