"""Convert raw outputs to probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.errors import ClassifierError

OutputKind: TypeAlias = Literal[
    "softmax", "percent", "logits", "sigmoid", "sigmoids", "multilabel-logits", "value"
]
"""softmax: probabilities that sum to 1; percent: these times 100; logits: any numbers, of which a
softmax is taken, or of a single one a sigmoid; sigmoid: one probability; sigmoids: one for each
class, of which several may be true; multilabel-logits: any numbers, a sigmoid is taken of each;
value: numbers of a regression, each on its own.
"""

LOGITS: Final = frozenset({"logits", "multilabel-logits"})
"""Kinds of raw logits."""

CLASS_OUTPUT_NAMES = ("logits", "probabilities", "probs", "scores", "predictions", "outputs")
"""Names of the output with the classes, by preference."""


def parse_output(output: Any) -> OutputKind | None:
    """Check the user's output kind; raise ValueError if unknown."""
    if output is None or output in get_args(OutputKind):
        kind: OutputKind | None = output
        return kind
    kinds = ", ".join(repr(kind) for kind in get_args(OutputKind))
    raise ValueError(
        f"output={output!r} is unknown. Wanted is one of {kinds}, or None to find out."
    )


def read_answer(
    raw: Any, batch: int, name: str, output: str | None = None
) -> tuple[NDArray[np.floating[Any]], bool]:
    """Find the numbers (batch, classes) in a raw output, and whether they are named logits.

    Axes of length 1 may be missing, as after ``squeeze()``. Whole numbers, one for each picture,
    are classes unless `output` is "value".

    Raises
    ------
    ClassifierError
        There are none, or they are numbers of classes.
    """
    found, key = named_answer(raw)
    array = _array(found)
    if array is not None:
        array = _as_rows(array, batch)
        if output != "value":
            _refuse_class_numbers(array, batch, name)
    if array is None or array.ndim != 2 or len(array) != batch or array.shape[1] < 1:
        raise ClassifierError(
            f"{name} returned {_described(raw, array)} for a batch of {batch} pictures; wanted "
            f"are numbers of shape ({batch}, classes). If they are in it, {_advice(raw)}give a "
            "function of a batch that returns them."
        )
    numbers = array if array.dtype.kind == "f" else array.astype(np.float32)
    return numbers, key == "logits"


def which_answer(outputs: Sequence[tuple[str, tuple[Any, ...] | None]], model: str) -> int:
    """Choose the output that holds the classes, by name, else the only one that fits.

    `outputs` are names and shapes (None: unknown); axes of length 1 may follow the classes.

    Raises
    ------
    ClassifierError
        None is (batch, classes), several are and no name decides, or there are boxes.
    """
    fitting = [
        index
        for index, (_, shape) in enumerate(outputs)
        if shape is None or (len(shape) >= 2 and all(side == 1 for side in shape[2:]))
    ]
    boxes = any(
        "box" in name.lower() or (shape is not None and len(shape) == 3 and shape[2] == 4)
        for name, shape in outputs
    )
    given = ", ".join(f"{name} {shape or '(unknown)'}" for name, shape in outputs)
    if boxes or not fitting:
        what = "finds boxes" if boxes else "is no classifier"
        raise ClassifierError(
            f"{model} {what}: it returns {given}; wanted are numbers of shape (batch, classes). "
            "Wrap it in a function of a batch (n, H, W, 3) in 0..255 that returns such."
        )
    for word in CLASS_OUTPUT_NAMES:
        for index in fitting:
            if word in outputs[index][0].lower():
                return index
    if len(fitting) > 1:
        raise ClassifierError(
            f"{model} returns several things, and no name tells which are the classes: {given}. "
            "Say output_index=… by place or name, or wrap it in a function of a batch "
            "(n, H, W, 3) in 0..255 that returns them."
        )
    return fitting[0]


def to_probabilities(
    raw: NDArray[Any], output: OutputKind, name: str = "The model"
) -> Probabilities:
    """Convert raw outputs (batch, classes) to probabilities, float32.

    Raises
    ------
    ClassifierError
        `output` promises probabilities and `raw` leaves 0..1.
    """
    if output == "value":
        return raw.astype(np.float32)
    values = raw.astype(np.float64)
    if output in LOGITS:
        if values.shape[1] == 1:
            return _logistic(np.concatenate([-values, values], axis=1))
        return _softmax(values) if output == "logits" else _logistic(values)
    if output == "percent":
        values = values / 100
    if np.nanmin(values, initial=0) < -1e-3 or np.nanmax(values, initial=0) > 1 + 1e-3:
        raise ClassifierError(
            f"{name} returned values from {np.nanmin(raw):g} to {np.nanmax(raw):g} where "
            f"output={output!r}, or its last layer, promised probabilities. Let it always return "
            "the same; say output='logits' if they are logits, or 'multilabel-logits' if several "
            "classes may be true at once."
        )
    if output == "sigmoid":
        if values.shape[1] != 1:
            raise ClassifierError(
                f"{name} returned {values.shape[1]} values for a picture, and output='sigmoid' "
                "is one probability. Say output='sigmoids' or 'softmax'."
            )
        return np.concatenate([1 - values, values], axis=1).astype(np.float32)
    return values.astype(np.float32)


def percent(probability: float) -> str:
    """Format a probability (0..1), never rounded to certainty."""
    if 0 < probability < 0.0005:
        return "<0.1%"
    if 0.9995 <= probability < 1:
        return ">99.9%"
    return f"{probability:.1%}"


def _softmax(values: NDArray[np.float64]) -> Probabilities:
    with np.errstate(invalid="ignore"):  # ∞ − ∞ is NaN, which the run reports
        exponentials = np.exp(values - values.max(axis=1, keepdims=True))
    softmax: Probabilities = (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(
        np.float32
    )
    return softmax


def _logistic(values: NDArray[np.float64]) -> Probabilities:
    with np.errstate(over="ignore"):  # 1 / ∞ is 0, as it should be
        logistic: Probabilities = (1 / (1 + np.exp(-values))).astype(np.float32)
    return logistic


def named_answer(raw: Any) -> tuple[Any, str]:
    """Pick the classes and their name from a mapping, named tuple or list of one."""
    if isinstance(raw, Mapping):
        named = dict(raw)
    elif isinstance(raw, tuple) and hasattr(raw, "_asdict"):
        named = raw._asdict()
    elif is_dataclass(raw) and not isinstance(raw, type):
        named = dict(vars(raw))
    else:
        alone = isinstance(raw, (list, tuple)) and len(raw) == 1 and np.ndim(raw[0]) == 2
        return (raw[0] if alone else raw), ""
    named = {key: value for key, value in named.items() if value is not None}
    for key in CLASS_OUTPUT_NAMES:
        if key in named:
            return named[key], key
    if len(named) == 1:
        key, value = next(iter(named.items()))
        return value, str(key)
    return raw, ""


def _advice(raw: Any) -> str:
    several = is_dataclass(raw) or (isinstance(raw, (Mapping, tuple, list)) and len(raw) > 1)
    return "say output_index=… by place or name, or " if several else ""


def _as_rows(array: NDArray[Any], batch: int) -> NDArray[Any]:
    """Give an answer its axes back: (batch,), or (classes,) or () for a batch of one."""
    if array.shape == (batch,):
        return array[:, np.newaxis]
    if batch == 1 and array.ndim < 2:
        return array.reshape(1, -1)
    return array


def _refuse_class_numbers(array: NDArray[Any], batch: int, name: str) -> None:
    if array.dtype.kind != "f" and array.shape == (batch, 1):
        raise ClassifierError(
            f"{name} returned {array.dtype} numbers, one for each picture ({array[0, 0]} first): "
            "numbers of classes, as argmax gives them, which do not tell how sure it is. Let it "
            "return probabilities or logits of shape (batch, classes), such as predict_proba does. "
            "If it is a regression, say output='value'."
        )


def _array(found: Any) -> NDArray[Any] | None:
    if hasattr(found, "detach"):
        found = found.detach().cpu()
        found = found.float() if found.is_floating_point() else found
    if isinstance(found, tuple) and all(getattr(part, "ndim", 0) > 1 for part in found):
        return None  # several outputs
    try:
        array = np.asarray(found)
    except (TypeError, ValueError):
        return None
    if array.dtype.name == "bfloat16":
        return array.astype(np.float32)
    return array if array.dtype.kind in "fiub" else None


def _described(raw: Any, array: NDArray[Any] | None) -> str:
    if array is not None:
        return f"shape {array.shape}"
    if isinstance(raw, Mapping):
        return f"a dictionary of {', '.join(map(repr, raw)) or 'nothing'}"
    if is_dataclass(raw) or hasattr(raw, "_fields"):
        named = getattr(raw, "_fields", None) or vars(raw)
        return f"{type(raw).__name__} of {', '.join(map(repr, named))}"
    if isinstance(raw, (list, tuple)) and all(hasattr(part, "shape") for part in raw):
        return (
            f"a {type(raw).__name__} of shapes {', '.join(str(tuple(part.shape)) for part in raw)}"
        )
    return type(raw).__name__
