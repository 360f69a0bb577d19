"""Replace a Keras model's weights by noise, layer by layer, in copies of them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from gridexplainer_widget.core.errors import MethodError

from .traced_model import TracedModel

LayerWeights: TypeAlias = tuple[str, list[Any]]
"""A layer's name, and its own weights."""


def weighted_layers(traced: TracedModel) -> list[LayerWeights]:
    """Return the layers with a kernel, in the order of their first calls.

    A kernel is a weight with two axes or more; the layer's other weights, such as the bias, go
    with it. Batch normalisation has none. Layers on which the output does not depend are left out.

    Raises
    ------
    MethodError
        There is none.
    """
    model = traced.source.model
    taken: set[int] = set()
    found: list[LayerWeights] = []
    calls = [(call.name, call.layer, traced.matters(call.output)) for call in traced.calls]
    for name, layer, matters in [*calls, (model.name, model, True)]:
        # Inner calls end before outer ones: what is left belongs to the outer layer itself.
        own = [weight for weight in getattr(layer, "weights", ()) if id(weight) not in taken]
        taken.update(map(id, own))
        if matters and any(len(weight.shape) > 1 for weight in own):
            found.append((name, own))
    if not found:
        raise MethodError(f"{model.name} has no layer with weights that could be randomised.")
    return found


def substitutes(traced: TracedModel, layers: list[LayerWeights]) -> list[tuple[Any, Any]]:
    """Return pairs of a model's variable and a copy of it."""
    tf = traced.tf
    return [
        (weight, tf.Variable(tf.convert_to_tensor(weight), trainable=False))
        for _, weights in layers
        for weight in weights
    ]


def check_all_read(traced: TracedModel) -> None:
    """Make sure that a traced model reads the copies, and no weights unknown to Keras.

    Raises
    ------
    MethodError
        It reads others.
    """
    replaced = {id(variable) for variable, _ in traced.replaced}
    model = traced.source.model
    left = [variable for variable in model.variables if id(variable) not in replaced]
    known = {id(variable.handle) for variable in (*left, *(copy for _, copy in traced.replaced))}
    if any(id(handle) not in known for handle in traced.resources):
        raise MethodError(
            f"{model.name} has weights that Keras does not know, so not all of them can be "
            "randomised in a copy. Make them with add_weight, or as layers."
        )


def randomise(copy: Any, rng: np.random.Generator) -> None:
    """Redraw a variable's values from a normal distribution of their mean and deviation."""
    values = np.asarray(copy.numpy(), np.float64)
    drawn = rng.normal(values.mean(), values.std(), values.shape)
    copy.assign(drawn.astype(np.float32).astype(copy.dtype.as_numpy_dtype))
