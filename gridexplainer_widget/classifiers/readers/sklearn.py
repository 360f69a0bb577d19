"""A classifier from a scikit-learn model, or from one that behaves alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides, Shape
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.keras.applications import NOT_FOUND
from gridexplainer_widget.classifiers.layouts import SAY_SHAPE, read_rows
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import ClassifierError


def sklearn_classifier(model: Any, said: Overrides) -> Classifier:
    """Wrap what has `predict_proba`, or `decision_function` where it has not.

    A model that counts its features (`n_features_in_`) is handed rows of float32, the
    pixels in the order height, width, channels; any other is handed (n, H, W, C).

    Raises
    ------
    ClassifierError
        Its number of features does not tell the picture's size, and none was said.
    """
    name = type(model).__name__
    features = getattr(model, "n_features_in_", None)
    if features is None:
        shape, description = _said_shape(said, name), ""
    else:
        shape, description = read_rows(int(features), said, name)
    preprocessing = said.preprocessing or NOT_FOUND
    return Classifier(
        name=name,
        input_shape=shape,
        forward=_forward(model, name, as_rows=features is not None),
        preprocessing=replace(preprocessing, description=preprocessing.description + description),
        output=said.output,
        labels=said.labels or _labels(model),
    )


def _said_shape(said: Overrides, name: str) -> Shape:
    if None in said.input_shape[:2]:
        raise ClassifierError(
            f"{name} does not tell the size of its pictures (it has no n_features_in_: fit it "
            f"first if it is not). {SAY_SHAPE}; it is handed batches (n, H, W, C) then."
        )
    return said.shape()


def _forward(model: Any, name: str, *, as_rows: bool) -> Callable[[PreparedBatch], Any]:
    # Where a model has the method only under some settings, as SVC, asking for it tells.
    has_probabilities = hasattr(model, "predict_proba")
    ask = model.predict_proba if has_probabilities else model.decision_function
    classes = getattr(model, "classes_", None)

    def forward(batch: PreparedBatch) -> NDArray[Any] | dict[str, NDArray[Any]]:
        raw = ask(_rows(model, batch) if as_rows else batch)
        if isinstance(raw, list):
            raise ClassifierError(
                f"{name} answers {len(raw)} questions at once; wanted is one answer of shape "
                "(batch, classes). Give a function of a batch that returns one of them."
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
    """Lay out pictures in rows; in a table, where the model was fitted to one with names."""
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
