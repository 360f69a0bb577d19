"""Noise in place of a Keras model's weights, layer by layer, the model itself left alone."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from gridexplainer_widget.core.errors import MethodError

from .graph import TracedModel

Owned: TypeAlias = tuple[str, list[Any]]
"""A layer's name, and those of its weights that are noise's to replace."""


def weighted_layers(graph: TracedModel) -> list[Owned]:
    """Return the layers with a kernel, in the order in which they are called first.

    A kernel is a weight of two axes or more; with it go the layer's other weights, such as the
    bias. Batch normalisation has none. Layers that the answer does not depend on are left out.

    Raises
    ------
    MethodError
        There is none.
    """
    model = graph.source.model
    taken: set[int] = set()
    found: list[Owned] = []
    calls = [(call.name, call.layer, graph.matters(call.output)) for call in graph.calls]
    for name, layer, matters in [*calls, (model.name, model, True)]:
        # Inner calls end before outer ones: what is left belongs to the outer layer itself.
        own = [weight for weight in getattr(layer, "weights", ()) if id(weight) not in taken]
        taken.update(map(id, own))
        if matters and any(len(weight.shape) > 1 for weight in own):
            found.append((name, own))
    if not found:
        raise MethodError(f"{model.name} has no layer with weights that could be randomised.")
    return found


def substitutes(graph: TracedModel, layers: list[Owned]) -> list[tuple[Any, Any]]:
    """Return pairs of a model's variable and a copy of it."""
    tf = graph.tf
    return [
        (weight, tf.Variable(tf.convert_to_tensor(weight), trainable=False))
        for _, weights in layers
        for weight in weights
    ]


def check_all_read(graph: TracedModel) -> None:
    """Make sure that a graph reads the copies, and no weights but those that Keras knows.

    Raises
    ------
    MethodError
        It reads others.
    """
    replaced = {id(variable) for variable, _ in graph.replaced}
    model = graph.source.model
    left = [variable for variable in model.variables if id(variable) not in replaced]
    known = {id(variable.handle) for variable in (*left, *(copy for _, copy in graph.replaced))}
    if any(id(handle) not in known for handle in graph.resources):
        raise MethodError(
            f"{model.name} has weights that Keras does not know, so that it cannot be copied with "
            "all of them randomised. Make them with add_weight, or as layers."
        )


def randomise(copy: Any, rng: np.random.Generator) -> None:
    """Draw a variable's values anew, from a normal distribution of their mean and deviation."""
    values = np.asarray(copy.numpy(), np.float64)
    drawn = rng.normal(values.mean(), values.std(), values.shape)
    copy.assign(drawn.astype(np.float32).astype(copy.dtype.as_numpy_dtype))
