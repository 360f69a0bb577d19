"""Read a TensorFlow SavedModel."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.layouts import as_dtype, only_input, picture_shape
from gridexplainer_widget.classifiers.model_lock import lock_of
from gridexplainer_widget.classifiers.pieces import in_pieces
from gridexplainer_widget.classifiers.preprocessing import NOT_FOUND
from gridexplainer_widget.classifiers.several import picker
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import ClassifierError

DEFAULT_SIGNATURE = "serving_default"
"""Usual in Keras, TensorFlow Serving and converters."""


def saved_model_classifier(model: Any, overrides: Overrides) -> Classifier:
    """Wrap a SavedModel: its folder, or the result of `tf.saved_model.load`.

    Call signature "serving_default", else the only one, else the object itself.
    """
    is_path = isinstance(model, (str, os.PathLike))
    name = Path(model).expanduser().resolve().name if is_path else "the SavedModel"
    tf = framework("tensorflow", name, "tensorflow")
    loaded = _load(tf, model, name) if is_path else model
    function, taken = _function(loaded, name)
    specs = [spec for spec in tf.nest.flatten(taken) if isinstance(spec, tf.TensorSpec)]
    spec = _picture(specs, name)
    sides = None if spec.shape.rank is None else tuple(spec.shape)
    found, flat = ((None, None, 3), False) if sides is None else picture_shape(sides, name)

    picked = picker(overrides.output_index, name)

    def ask(batch: PreparedBatch) -> Any:
        given = as_dtype(batch[..., 0] if flat else batch, spec.dtype.name)
        # `function` holds only part of `loaded`, which must live as long.
        answer = function(spec.name, tf.cast(given, spec.dtype), loaded)
        return picked(tf.nest.map_structure(lambda tensor: tensor.numpy(), answer))

    return Classifier(
        name=name,
        input_shape=overrides.shape(found),
        forward=in_pieces(ask, sides[0] if sides else None, name),
        preprocessing=overrides.preprocessing or NOT_FOUND,
        output=overrides.output,
        labels=overrides.labels,
        lock=lock_of(loaded),
    )


def _load(tf: Any, path: str | os.PathLike[str], name: str) -> Any:
    try:
        return tf.saved_model.load(os.fspath(Path(path).expanduser()))
    except Exception as error:
        raise ValueError(f"{name} cannot be read as a SavedModel: {error}") from error


def _function(loaded: Any, name: str) -> tuple[Callable[[str, Any, Any], Any], Any]:
    """Return a function of (input name, batch, object), and its input signature."""
    signatures = loaded.signatures
    if DEFAULT_SIGNATURE in signatures or len(signatures) == 1:
        signature = signatures[
            DEFAULT_SIGNATURE if DEFAULT_SIGNATURE in signatures else next(iter(signatures))
        ]

        def ask(key: str, batch: Any, _: Any) -> Any:
            # Loaded, they come in any order, and each time in another.
            return dict(sorted(signature(**{key: batch}).items()))

        return ask, signature.structured_input_signature
    traces = getattr(getattr(loaded, "__call__", None), "concrete_functions", [])  # noqa: B004
    if not traces:
        known = f"has the signatures {', '.join(signatures)}" if signatures else "has no signature"
        raise ClassifierError(
            f"{name} {known} and cannot be called itself; wanted is one named "
            f"{DEFAULT_SIGNATURE!r}. Give a callable instead: "
            "lambda batch: loaded.signatures['…'](…)['…']."
        )
    return (lambda _, batch, whole: whole(batch)), traces[0].structured_input_signature


def _picture(specs: list[Any], name: str) -> Any:
    spec = only_input(specs, (spec.name for spec in specs), name)
    if not (spec.dtype.is_floating or spec.dtype.is_integer):
        raise ClassifierError(
            f"{name} takes {spec.dtype.name} ({spec.name}), such as pictures in a file's bytes; "
            "wanted are pixels. Wrap it in a function of a batch (n, H, W, 3) in 0..255 that "
            "encodes them."
        )
    return spec
