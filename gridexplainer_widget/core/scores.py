"""Class probabilities → drops in probability or log-odds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import Probabilities

Score: TypeAlias = Literal["probability", "log-odds", "value"]
Unit: TypeAlias = Literal["probability", "log-odds", "value", ""]
"""The unit of a map; "" if only the order of values has meaning."""
INDEPENDENT: Final = frozenset({"sigmoids", "multilabel-logits"})
"""Kinds of output of which several classes may be true at once."""
SCORES: tuple[Score, ...] = ("probability", "log-odds")
"""Of probabilities, to choose from."""


def parse_score(score: str, output: str | None = None) -> Score:
    """Return a valid `score` of a model's `output`, or raise ValueError.

    Drops in a value have no other score: the usual one stands for it.
    """
    if output == "value" and score in {"probability", "value"}:
        return "value"
    if output == "value" and score == "log-odds":
        raise ValueError(
            'score="log-odds" is of probabilities, and this model returns values (output="value"): '
            "its drops are in the value itself."
        )
    for known in SCORES:
        if score == known:
            return known
    wanted = " or ".join(map(repr, SCORES))
    hint = ' Drops in a value need output="value".' if score == "value" else ""
    raise ValueError(f"score={score!r} is unknown. Wanted is {wanted}.{hint}")


class Answers(NamedTuple):
    """What a model says of one picture, (classes,), or of several, (..., classes).

    `vectors` are probabilities, or values; `log_odds` are those of its logits, NaN where no logit
    is known.
    """

    vectors: Probabilities
    log_odds: NDArray[np.float32]

    @classmethod
    def without_logits(cls, vectors: Probabilities) -> Answers:
        """Wrap probabilities of which no logit is known."""
        return cls(vectors, np.full_like(vectors, np.nan))

    def at(self, index: Any) -> Answers:
        """Return the answers at an index, or several."""
        return Answers(self.vectors[index], self.log_odds[index])

    def finite_log_odds(self, target: int) -> bool:
        """Tell whether the target's log-odds are known and finite wherever there is an answer."""
        known = np.isfinite(self.log_odds[..., target])
        return bool((known | np.isnan(self.vectors[..., target])).all())


def drops_of(  # noqa: PLR0913, PLR0917 - answers, and what is asked of them
    answers: Answers,
    baseline: Answers,
    target: int,
    score: Score,
    output: str,
    contrast: int | None = None,
) -> NDArray[np.float32]:
    """Subtract the target's score with cells hidden from that of the whole picture.

    Log-odds are those of the logits where all are known. Else they are ln(p / (1 − p)), bounded by
    :func:`floors_of` of the model's `output`. Against a `contrast`, the score is always
    ln(p of the target / p of that class); of classes that may be true at once, the difference of
    their log-odds.
    """
    classes = (target,) if contrast is None else (target, contrast)
    both = (baseline, answers)
    exact = all(known.finite_log_odds(index) for known in both for index in classes)

    def value(answers: Answers) -> NDArray[np.float64]:
        if contrast is not None:
            first, second = (_height(answers, index, output, exact=exact) for index in classes)
            return first - second
        if score != "log-odds":
            return answers.vectors[..., target].astype(np.float64)
        return _log_odds(answers, target, output, exact=exact)

    drops: NDArray[np.float32] = (value(baseline) - value(answers)).astype(np.float32)
    return drops


def _log_odds(answers: Answers, index: int, output: str, *, exact: bool) -> NDArray[np.float64]:
    if exact:
        return answers.log_odds[..., index].astype(np.float64)
    probability, other = odds_of(answers.vectors, index, output)
    least, least_other = floors_of(index, output)
    return np.log(np.maximum(probability, least)) - np.log(np.maximum(other, least_other))


def _height(answers: Answers, index: int, output: str, *, exact: bool) -> NDArray[np.float64]:
    """Return a class's term in a difference of two: ln p, or log-odds if each is true by itself."""
    if output in INDEPENDENT:
        return _log_odds(answers, index, output, exact=exact)
    if exact:
        with np.errstate(invalid="ignore"):  # NaN where not asked
            return np.asarray(-np.logaddexp(0, -answers.log_odds[..., index].astype(np.float64)))
    least, _ = floors_of(index, output)
    return np.log(np.maximum(answers.vectors[..., index].astype(np.float64), least))


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


def beyond_float32(answers: Answers, target: int, output: str, contrast: int | None = None) -> bool:
    """Tell whether some log-odds, or differences of two classes', are bounds: no logits tell."""
    classes = (target,) if contrast is None else (target, contrast)
    if all(answers.finite_log_odds(index) for index in classes):
        return False

    def parts(index: int) -> Iterator[tuple[NDArray[np.float64], float]]:
        both = zip(odds_of(answers.vectors, index, output), floors_of(index, output), strict=True)
        whole = contrast is None or output in INDEPENDENT
        yield from both if whole else islice(both, 1)

    return any(bool((p < floor).any()) for index in classes for p, floor in parts(index))
