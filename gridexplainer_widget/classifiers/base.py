"""Any model → one classifier: pictures in, probabilities out."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vectors: TypeAlias = NDArray[np.float32]
"""Class probabilities, one row per picture: float32 (n, classes)."""

Preprocess: TypeAlias = "Literal['auto'] | Callable[[NDArray[np.float32]], ArrayLike] | None"
"""'auto' reads it off the model, None hands over 0..255, a callable takes the batch."""

OutputKind: TypeAlias = Literal["softmax", "logits", "sigmoid", "sigmoids"]
"""softmax: probabilities that sum to 1; logits: any numbers; sigmoid: one
probability; sigmoids: one for each class, of which several may be true."""


class ClassifierError(RuntimeError):
    """A model that does not answer as a classifier does."""


@dataclass
class Classifier:
    """A model as the explainer sees it.

    Parameters
    ----------
    name : str
        Shown and stored.
    input_shape : (height or None, width or None, channels)
        None where the model takes any size.
    forward : callable
        float32 (batch, height, width, channels) in 0..255 → the model's raw
        output (batch, classes), preprocessing included.
    preprocessing : str
        What is done to the pixels before the model, in words.
    output : OutputKind, optional
        What `forward` returns; None finds out from the first batch.
    labels : tuple of str, optional
        A name for each class.
    """

    name: str
    input_shape: tuple[int | None, int | None, int]
    forward: Callable[[NDArray[np.float32]], Any]
    preprocessing: str
    output: OutputKind | None = None
    labels: tuple[str, ...] | None = None
    lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    def __call__(self, batch: NDArray[np.float32]) -> Vectors:
        """Classify a batch of pictures; one call at a time, whatever the thread.

        Parameters
        ----------
        batch : float32 array (n, height, width, channels), 0..255

        Returns
        -------
        float32 array (n, classes), 0..1
            NaN where the model gave NaN. A single sigmoid yields two
            classes, the other one first.

        Raises
        ------
        ClassifierError
            The output is not (batch, classes) or changes its kind.
        ValueError
            There are labels, but not as many as classes.
        """
        with self.lock:
            raw = _checked(self.forward(batch), len(batch), self.name)
        if self.output is None:
            self.output = guess_output(raw)
        vectors = to_probabilities(raw, self.output, self.name)
        if self.labels is not None:
            self.names(vectors.shape[1])
        return vectors

    def names(self, classes: int) -> tuple[str, ...]:
        """Return a label for each of `classes` classes; "class 7" where none is known.

        Raises
        ------
        ValueError
            There are labels, but not as many as classes.
        """
        labels = self.labels
        if labels is None:
            return tuple(f"class {index}" for index in range(classes))
        if len(labels) == 1 and classes == 2:
            return (f"not {labels[0]}", labels[0])
        if len(labels) != classes:
            raise ValueError(
                f"{len(labels)} labels were given, but {self.name} has {classes} classes. "
                "Give one label for each class, in the order of the model's outputs."
            )
        return labels


def as_classifier(
    model: Any,
    *,
    preprocess: Preprocess = "auto",
    labels: Sequence[str] | Mapping[int, str] | None = None,
) -> Classifier:
    """Make a classifier of a model.

    Parameters
    ----------
    model : Classifier, Keras model or callable
        A callable takes float32 (batch, H, W, 3) in 0..255 and returns
        (batch, classes): probabilities or logits.
    preprocess : "auto", callable or None
        What is done to a batch in 0..255 before the model sees it. "auto"
        reads it off a Keras model and does nothing for a callable.
    labels : sequence of str, or mapping from index to str, optional

    Raises
    ------
    TypeError
        It is no model of a known kind.
    ValueError
        A keyword has a value that it cannot have.
    """
    if not (preprocess is None or preprocess == "auto" or callable(preprocess)):
        raise ValueError(
            f"preprocess={preprocess!r} is unknown. Wanted is 'auto', None, or a callable that "
            "takes a batch (n, H, W, C) in 0..255 and returns what the model takes."
        )
    names = _label_tuple(labels)
    if isinstance(model, Classifier):
        if preprocess != "auto":
            raise ValueError("A Classifier carries its own preprocessing: leave preprocess out.")
        return model if names is None else replace(model, labels=names)
    family = _family(model)
    if family in {"keras", "tf_keras"}:
        from .keras import keras_classifier  # noqa: PLC0415 - imports its framework

        return keras_classifier(model, preprocess, names)
    if family == "torch":
        raise TypeError(
            "A PyTorch module takes channels first: wrap it in a function of a batch "
            "(n, H, W, 3) in 0..255 that returns (n, classes) as a NumPy array."
        )
    if callable(model):
        from .function import function_classifier  # noqa: PLC0415 - alike

        return function_classifier(model, preprocess, names)
    raise TypeError(
        f"{type(model).__name__} is no model. Wanted is a Keras model or a callable that takes a "
        "batch of pictures (n, H, W, 3) in 0..255 and returns (n, classes)."
    )


def guess_output(raw: NDArray[np.floating[Any]]) -> OutputKind:
    """Tell probabilities from logits by their values.

    Parameters
    ----------
    raw : float array (batch, classes)
    """
    low, high = np.nanmin(raw, initial=np.inf), np.nanmax(raw, initial=-np.inf)
    if low < -1e-6 or high > 1 + 1e-6:
        return "logits"
    if raw.shape[1] == 1:
        return "sigmoid"
    sums = raw.sum(axis=1, dtype=np.float64)
    return "softmax" if np.nanmax(np.abs(sums - 1), initial=0) < 1e-2 else "sigmoids"


def to_probabilities(raw: NDArray[Any], output: OutputKind, name: str = "The model") -> Vectors:
    """Turn raw outputs (batch, classes) into probabilities, float32.

    Raises
    ------
    ClassifierError
        `output` says probabilities and `raw` leaves 0..1.
    """
    values = raw.astype(np.float64)
    if output == "logits":
        if values.shape[1] == 1:
            with np.errstate(over="ignore"):  # exp overflows to infinity, 1 / infinity is 0: right
                pair = np.concatenate([1 / (1 + np.exp(values)), 1 / (1 + np.exp(-values))], axis=1)
            return pair.astype(np.float32)
        exponentials = np.exp(values - values.max(axis=1, keepdims=True))
        softmax: Vectors = (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(
            np.float32
        )
        return softmax
    if np.nanmin(values, initial=0) < -1e-3 or np.nanmax(values, initial=0) > 1 + 1e-3:
        raise ClassifierError(
            f"{name} returned values from {np.nanmin(values):g} to {np.nanmax(values):g} where "
            f"its first answers or its last layer ({output}) promised probabilities. Let it "
            "return probabilities, or logits, always."
        )
    if output == "sigmoid":
        return np.concatenate([1 - values, values], axis=1).astype(np.float32)
    return raw.astype(np.float32)


def find_class(target: int | str, labels: Sequence[str]) -> int:
    """Find the index of a class given by its index or its label.

    Raises
    ------
    ValueError
        There is no such class, or several have this label.
    """
    if isinstance(target, str):
        return _labelled(target, labels)
    if isinstance(target, (bool, np.bool_)) or not isinstance(target, (int, np.integer)):
        message = f"target {target!r} is no class. Wanted is an index or a label."
        raise ValueError(message)  # noqa: TRY004 - as for any other target that does not exist
    if not 0 <= target < len(labels):
        raise ValueError(
            f"target {target} is out of range: the model has {len(labels)} classes, "
            f"0 to {len(labels) - 1}."
        )
    return int(target)


def top_classes(vector: NDArray[np.floating[Any]], k: int) -> list[int]:
    """Return the indices of the `k` most probable classes of a vector (classes,), best first."""
    return [int(index) for index in np.argsort(-vector, kind="stable")[:k]]


def _labelled(label: str, labels: Sequence[str]) -> int:
    places = [index for index, name in enumerate(labels) if name == label]
    if len(places) == 1:
        return places[0]
    if places:
        raise ValueError(f"The label {label!r} names the classes {places}: give the index instead.")
    close = difflib.get_close_matches(label, labels, n=3)
    hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    some = ", ".join(map(repr, labels[:5])) + (", …" if len(labels) > 5 else "")
    raise ValueError(
        f"There is no class {label!r}.{hint} The labels are {some}; an index works too."
    )


def _checked(raw: Any, batch: int, name: str) -> NDArray[Any]:
    try:
        array = np.asarray(raw)
    except (TypeError, ValueError):
        array = np.empty(0, object)
    numbers = array.dtype.kind in "fiub"
    if not numbers or array.ndim != 2 or len(array) != batch or array.shape[1] < 1:
        what = f"shape {array.shape}" if numbers else type(raw).__name__
        raise ClassifierError(
            f"{name} returned {what} for a batch of {batch} pictures; wanted are numbers of "
            f"shape ({batch}, classes)."
        )
    return array if array.dtype.kind == "f" else array.astype(np.float32)


def _label_tuple(labels: Sequence[str] | Mapping[int, str] | None) -> tuple[str, ...] | None:
    if labels is None:
        return None
    if isinstance(labels, Mapping):
        labels = [
            labels.get(index, f"class {index}") for index in range(max(labels, default=-1) + 1)
        ]
    names = () if isinstance(labels, str) else tuple(map(str, labels))
    if not names:
        raise ValueError(
            f"labels={labels!r} names no class. Wanted is a list with one name for each class, "
            "in the order of the model's outputs, or a dict from index to name."
        )
    return names


def _family(model: Any) -> str | None:
    """Name the framework that a model's class comes from, without importing it."""
    roots = {cls.__module__.partition(".")[0] for cls in type(model).__mro__}
    return next((family for family in ("keras", "tf_keras", "torch") if family in roots), None)
