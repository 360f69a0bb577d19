"""Read off a Keras model what its output is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gridexplainer_widget.classifiers.keras.applications import operations
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.classifiers.several import OutputIndex, picker

REGRESSION_LOSSES = {
    *("mse", "meansquarederror", "mae", "meanabsoluteerror", "huber", "logcosh"),
    *("mape", "meanabsolutepercentageerror", "msle", "meansquaredlogarithmicerror"),
}
"""Names of losses of values, without underscores."""

BINARY_LOSSES = {"binarycrossentropy", "binaryfocalcrossentropy"}


def output_picker(model: Any, output_index: OutputIndex) -> Callable[[Any], Any]:
    """Return a function that takes the chosen output of a raw one."""
    return picker(output_index, model.name, getattr(model, "output_names", None) or ())


def output_kind(model: Any, output_index: OutputIndex) -> OutputKind | None:
    """Read the last layer's activation; None where values must tell.

    A subclassed model lists layers in order of creation; several outputs have no last layer, but
    the chosen one's.
    """
    if not getattr(model, "inputs", None):
        return None
    if len(model.outputs) == 1:
        last = list(operations(model))[-1]
        shape = getattr(model, "output_shape", None)
    elif output_index is None:
        return None
    else:
        picked = output_picker(model, output_index)(model.output)
        (tensor,) = picked.values() if isinstance(picked, Mapping) else (picked,)
        last, shape = tensor._keras_history[0], tuple(tensor.shape)  # noqa: SLF001 - no public way
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    if type(last).__name__ in {"Softmax", "Sigmoid"}:
        activation = type(last).__name__.lower()
    single = isinstance(shape, tuple) and shape[-1] == 1
    kinds: dict[str | None, OutputKind] = {
        "softmax": "softmax",
        "sigmoid": "sigmoid" if single else "sigmoids",
        "linear": _trained_as(model, single=single) if len(model.outputs) == 1 else "logits",
    }
    return kinds.get(activation)


def _trained_as(model: Any, *, single: bool) -> OutputKind:
    """Tell from the loss that a model was compiled with what its last numbers are."""
    loss = getattr(model, "loss", None)
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    plain = name.replace("_", "").lower()
    if plain in REGRESSION_LOSSES:
        return "value"
    several = plain in BINARY_LOSSES and getattr(loss, "from_logits", False) and not single
    return "multilabel-logits" if several else "logits"
