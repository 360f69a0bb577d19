"""Check that raw outputs are of the assumed kind."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.guess import MAX_SANE_LOGIT
from gridexplainer_widget.classifiers.outputs import LOGITS, OutputKind, to_probabilities
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.errors import ClassifierError

from .checks import PROBABILITY_TOLERANCE, Check

RawOutputs: TypeAlias = NDArray[np.floating[Any]]
"""Float (pictures, classes)."""

NAN_ADVICE = "Look at its weights and its preprocessing."


def outputs_check(  # noqa: PLR0911 - one return for each fault
    raw: RawOutputs, output: OutputKind
) -> Check:
    """Check that raw outputs are of kind `output`."""
    name = "Outputs"
    if not np.isfinite(raw).all():
        bad = int((~np.isfinite(raw)).any(axis=1).sum())
        return Check(
            name, "wrong", f"{bad} of {len(raw)} answers hold NaN or infinity.", NAN_ADVICE
        )
    low, high = float(raw.min()), float(raw.max())
    span = f"{low:.3g} to {high:.3g}"
    if output == "value":
        return Check(name, "ok", _described(raw, output, span))
    if raw.shape[1] == 1 and output in {"softmax", "percent"}:
        return Check(name, "wrong", "There is one class only, and a softmax over one is always 1.",
                     "Give the model a sigmoid, or an output for each class.")  # fmt: skip
    try:
        vectors = to_probabilities(raw, output)
    except ClassifierError:
        return Check(name, "wrong", f"Taken for {output}, but the values run from {span}.",
                     'They look like logits: say output="logits", or "multilabel-logits" if '
                     "several classes may be true.")  # fmt: skip
    if raw.shape[1] == 1 and output in LOGITS and np.abs(raw).min() > MAX_SANE_LOGIT:
        return Check(name, "wrong",
                     f"Taken for logits, but the values run from {span}: each would be certainty.",
                     'If they are values of a regression, say output="value".')  # fmt: skip
    if output in LOGITS and low >= 0 and high <= 1 + PROBABILITY_TOLERANCE:
        return _logits_within_one(raw, span)
    if output == "softmax" and softmaxed_twice(vectors):
        return Check(
            name, "wrong",
            f"The probabilities look softmaxed twice: none is above {high:.2f}, though the model "
            "is sure of itself.",
            "Leave out one softmax: of the function around the model, or of the model.",
        )  # fmt: skip
    return _sums_check(raw, output) or Check(name, "ok", _described(raw, output, span))


def _sums_check(raw: RawOutputs, output: OutputKind) -> Check | None:
    if output != "sigmoids" or not np.allclose(raw.sum(axis=1), 1, atol=1e-3):
        return None
    return Check(
        "Outputs",
        "warning",
        "Taken for sigmoids of their own, but every row sums to 1.",
        'They look like one softmax: say output="softmax".',
    )


def _logits_within_one(raw: RawOutputs, span: str) -> Check:
    if raw.shape[1] > 1 and np.allclose(raw.sum(axis=1), 1, atol=1e-2):
        return Check(
            "Outputs", "wrong",
            "Taken for logits, but every row is in 0..1 and sums to 1: probabilities, softmaxed "
            "once more.",
            'Say output="softmax".',
        )  # fmt: skip
    kind = "sigmoid" if raw.shape[1] == 1 else "sigmoids"
    return Check(
        "Outputs", "warning",
        f"Taken for logits, but all values are in 0..1 ({span}).",
        f'If they are probabilities already, say output="{kind}".',
    )  # fmt: skip


def softmaxed_twice(vectors: Probabilities) -> bool:
    """Tell whether probabilities (pictures, classes) are a softmax of probabilities.

    A softmax q of p has log q = p − log Σ exp p. With Σ p = 1 this gives p, which must lie in 0..1.
    An unsure sound model passes as well, so p must be sure of something, and not always the same:
    a constant model, and a weak one of two classes, can look just so.
    """
    classes = vectors.shape[1]
    if classes < 2 or (vectors <= 0).any():
        return False
    logs = np.log(vectors.astype(np.float64))
    inner = logs + (1 - logs.sum(axis=1, keepdims=True)) / classes
    sure = inner > 0.9
    varied = np.ptp(inner, axis=0).max() > 0.3
    enough = sure.any(axis=0).all() if classes == 2 else sure.any(axis=1).sum() >= 2
    return bool(inner.min() > -0.01 and inner.max() < 1.01 and varied and enough)


def _described(raw: RawOutputs, output: OutputKind, span: str) -> str:
    classes = raw.shape[1]
    return {
        "softmax": f"Probabilities of {classes} classes; every row sums to 1.",
        "percent": f"Percents of {classes} classes; every row sums to 100.",
        "logits": f"Logits of {max(classes, 2)} classes, {span}; a softmax is taken of them.",
        "multilabel-logits": f"Logits of {classes} classes, {span}; several may be true, and a "
        "sigmoid is taken of each.",
        "value": f"{'A value' if classes == 1 else f'{classes} values'}, {span}.",
        "sigmoid": f"One probability, {span}; the other class has the rest.",
        "sigmoids": f"{classes} probabilities that do not sum to 1, {span}: several may be true.",
    }[output]
