"""Randomise copies of a Keras model's weights, layer by layer."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from gridexplainer_widget.core.errors import MethodError

from .traced_model import TracedModel

LayerWeights: TypeAlias = tuple[str, list[Any]]
"""A layer's name and its own weights."""


def weighted_layers(traced: TracedModel) -> list[LayerWeights]:
    """Return layers with a kernel (two or more axes) that the output depends on, in call order.

    A layer's other weights, such as a bias, go with its kernel. Batch normalisation has none.

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
        # Inner calls end first: the weights left belong to the outer layer itself.
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
    """Check that a traced model reads the copies, and no weights unknown to Keras."""
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
    """Redraw a variable from a normal distribution with its mean and deviation."""
    values = np.asarray(copy.numpy(), np.float64)
    drawn = rng.normal(values.mean(), values.std(), values.shape)
    copy.assign(drawn.astype(np.float32).astype(copy.dtype.as_numpy_dtype))
