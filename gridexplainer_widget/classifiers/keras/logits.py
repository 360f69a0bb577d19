"""Derive the scores to differentiate from a Keras model's output tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.log_odds import BeforeSigmoid, BeforeSoftmax
from gridexplainer_widget.classifiers.network import Asked
from gridexplainer_widget.classifiers.outputs import LOGITS, OutputKind
from gridexplainer_widget.core.scores import INDEPENDENT

from .source import tensorflow

ROUNDING = 1e-2
"""By which share of itself half precision may round an answer."""

PASS_THROUGH = {"Identity", "Cast", "Reshape", "Squeeze"}
FINAL_OPERATION: dict[OutputKind, str] = {
    "softmax": "Softmax",
    "sigmoid": "Sigmoid",
    "sigmoids": "Sigmoid",
}


def linear_of(answer: Any, output: OutputKind) -> Any:
    """Return the logits (n, outputs): the input of the last softmax or sigmoid.

    None if another operation comes last, or the softmax has another width.
    """
    tf = tensorflow()
    if output in LOGITS or output == "value":
        return answer
    tensor = answer
    while tensor.op.type in PASS_THROUGH:
        tensor = tensor.op.inputs[0]
    if tensor.op.type != FINAL_OPERATION.get(output):
        return None
    if tensor.op.type == "Softmax" and tensor.shape[-1] != answer.shape[-1]:
        return None
    return tf.reshape(tf.cast(tensor.op.inputs[0], tf.float32), tf.shape(answer))


def with_logits(raw: Any) -> Any:
    """Add to a raw output the logits of which its last operation takes a softmax or sigmoids."""
    tf = tensorflow()
    tensors = tf.nest.flatten(raw)
    if len(tensors) != 1:
        return raw
    tensor = tensors[0]
    while tensor.op.type in PASS_THROUGH:
        tensor = tensor.op.inputs[0]
    kinds = {"Softmax": BeforeSoftmax, "Sigmoid": BeforeSigmoid}
    flat = all(side == 1 for side in tuple(tensor.shape)[2:]) if tensor.shape.rank else False
    if tensor.op.type not in kinds or not flat:
        return raw
    return kinds[tensor.op.type](raw, tf.cast(tensor.op.inputs[0], tf.float32))


def with_kept_logits(raw: Any) -> Any:
    """Add to an eager raw output the logits that Keras's own softmax or sigmoid left on it."""
    tf = tensorflow()
    tensors = tf.nest.flatten(raw)
    logits = getattr(tensors[0], "_keras_logits", None) if len(tensors) == 1 else None
    if logits is None or logits.shape != tensors[0].shape:
        return raw
    for kind, function in ((BeforeSoftmax, tf.nn.softmax), (BeforeSigmoid, tf.nn.sigmoid)):
        if np.allclose(function(logits), tensors[0], rtol=ROUNDING, atol=1e-6):
            return kind(raw, tf.cast(logits, tf.float32))
    return raw


def log_odds_of(answer: Any, output: OutputKind) -> Any:
    """Return ln p − ln(1 − p); a softmax's 1 − p is the sum of the other outputs."""
    tf = tensorflow()
    tiny = float(np.finfo(np.float32).tiny)
    if output in {"sigmoid", "sigmoids"}:
        chances, others, least = answer, 1 - answer, 2.0**-25
    else:
        chances, least = answer / (100 if output == "percent" else 1), tiny
        before = tf.cumsum(chances, axis=1, exclusive=True)
        others = before + tf.cumsum(chances, axis=1, exclusive=True, reverse=True)
    return tf.math.log(tf.maximum(chances, tiny)) - tf.math.log(tf.maximum(others, least))


def for_each_class(scores: Any, output: OutputKind) -> Any:
    """Return scores (n, classes); a single sigmoid's other class is its negation."""
    tf = tensorflow()
    if output == "sigmoid" or (output in LOGITS and scores.shape[1] == 1):
        return tf.concat([-scores, scores], axis=1)
    return scores


def heights_of(answer: Any, linear: Any, each: Any, output: OutputKind) -> Any:
    """Return what a class has over another, (n, classes): only differences have a meaning.

    They are logits, else log-odds of classes that may be true at once, else ln p.
    """
    tf = tensorflow()
    if answer.shape[1] == 1 and output not in INDEPENDENT:
        return each / 2  # the log-odds of two classes, −z and z, are 2z apart
    if linear is not None or output in INDEPENDENT:
        return each
    return tf.math.log(tf.maximum(answer, float(np.finfo(np.float32).tiny)))


def lead_of(heights: Any, target: Any) -> Any:
    """Return how far the first of two classes is above the second: (n,)."""
    tf = tensorflow()
    classes = tf.math.floormod(target, tf.shape(heights)[1])  # −1 is none, and not looked at
    both = tf.gather(heights, classes, axis=1)
    return both[:, 0] - both[:, 1]


def pair_of(target: Asked) -> tuple[int, int]:
    """Return a class and the one that it is held against, or −1."""
    return target if isinstance(target, tuple) else (target, -1)
