"""Read a scikit-learn model, or one with its methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides, Shape
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.layouts import SHAPE_ADVICE, read_rows
from gridexplainer_widget.classifiers.model_lock import lock_of
from gridexplainer_widget.classifiers.preprocessing import NOT_FOUND
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import ClassifierError


def sklearn_classifier(model: Any, overrides: Overrides) -> Classifier:
    """Wrap a model with `predict_proba`, else `decision_function`.

    With `n_features_in_` it gets float32 rows of pixels (height, width, channels), else
    (n, H, W, C).
    """
    name = type(model).__name__
    features = getattr(model, "n_features_in_", None)
    if features is None:
        shape, description = _given_shape(overrides, name), ""
    else:
        shape, description = read_rows(int(features), overrides, name)
    preprocessing = overrides.preprocessing or NOT_FOUND
    return Classifier(
        name=name,
        input_shape=shape,
        forward=_forward(model, name, as_rows=features is not None),
        preprocessing=replace(preprocessing, description=preprocessing.description + description),
        output=overrides.output,
        labels=overrides.labels or _labels(model),
        lock=lock_of(model),
    )


def _given_shape(overrides: Overrides, name: str) -> Shape:
    if None in overrides.input_shape[:2]:
        raise ClassifierError(
            f"{name} does not tell the size of its pictures (it has no n_features_in_: fit it "
            f"first if it is not). {SHAPE_ADVICE}; it is handed batches (n, H, W, C) then."
        )
    return overrides.shape()


def _forward(model: Any, name: str, *, as_rows: bool) -> Callable[[PreparedBatch], Any]:
    # SVC, for one, has it only with some settings.
    has_probabilities = hasattr(model, "predict_proba")
    ask = model.predict_proba if has_probabilities else model.decision_function
    classes = getattr(model, "classes_", None)

    def forward(batch: PreparedBatch) -> NDArray[Any] | dict[str, NDArray[Any]]:
        raw = ask(_rows(model, batch) if as_rows else batch)
        if isinstance(raw, list):
            raise ClassifierError(
                f"{name} returns {len(raw)} outputs; wanted is one of shape (batch, classes). "
                "Give a function of a batch that returns one of them."
            )
        if has_probabilities:
            return np.asarray(raw)
        logits = np.asarray(raw)
        logits = logits[:, np.newaxis] if logits.ndim == 1 else logits
        if classes is not None and logits.shape[1] not in {1, len(classes)}:
            raise ClassifierError(
                f"{name}'s decision_function gives {logits.shape[1]} numbers for {len(classes)} "
                "classes. Make it with decision_function_shape='ovr'."
            )
        return {"logits": logits}

    return forward


def _rows(model: Any, batch: PreparedBatch) -> Any:
    """Flatten pictures to rows, as a table if fitted to named columns."""
    rows = batch.reshape(len(batch), -1)
    columns = getattr(model, "feature_names_in_", None)
    if columns is None or len(columns) != rows.shape[1]:
        return rows
    return framework("pandas", type(model).__name__, "pandas").DataFrame(rows, columns=columns)


def _labels(model: Any) -> tuple[str, ...] | None:
    classes = getattr(model, "classes_", None)
    if classes is None or np.ndim(classes) != 1:
        return None
    return tuple(str(label) for label in classes)
