"""What Keras layers keep of a trace or a call, such as their last activations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.network import Result

from .source import tensorflow

MAX_DEPTH = 4
"""Of lists and mappings in each other, in which tensors are looked for."""

WRITES = ("Assign", "ResourceScatter", "ResourceApply")
"""How the names of operations that write to variables start."""

SEED = "seed_generator_state"


def without_symbols(model: Any, trace: Callable[[], Result]) -> Result:
    """Trace a model, then put back the attributes in which layers kept tensors of the trace.

    Outside of its graph such a tensor is of no use to anyone.
    """
    layers = getattr(model, "_flatten_layers", lambda: [model])()
    before = [
        (vars(layer), {key: _opened(item) for key, item in vars(layer).items()}) for layer in layers
    ]
    try:
        return trace()
    finally:
        for attributes, known in before:
            for key, value in list(attributes.items()):
                if _has_symbols(value, MAX_DEPTH):
                    _put_back(attributes, key, known)


def _opened(value: Any) -> tuple[Any, Any]:
    """Return a value and, of a list or mapping, a copy: it may be written to."""
    return value, value.copy() if isinstance(value, dict | list) else None


def _put_back(attributes: dict[str, Any], key: str, known: dict[str, tuple[Any, Any]]) -> None:
    if key not in known:
        del attributes[key]
        return
    value, items = known[key]
    attributes[key] = value
    # Bypass what Keras tracks.
    if isinstance(value, dict):
        dict.clear(value)
        dict.update(value, items)
    elif isinstance(value, list):
        list.clear(value)
        list.extend(value, items)


def _has_symbols(value: Any, depth: int) -> bool:
    if tensorflow().is_symbolic_tensor(value):
        return True
    items = value.values() if isinstance(value, dict) else value
    nested = isinstance(value, dict | list | tuple) and depth > 0
    return nested and any(_has_symbols(item, depth - 1) for item in items)


def written_variables(function: Any, model: Any) -> list[Any]:
    """Return what of a model a traced function may write to, such as a layer's count of its calls.

    Leave out seeds: with the same one each time, a model would seem to leave nothing to chance.
    """
    graph = getattr(function, "graph", None)
    if graph is None:  # run eagerly
        return []
    definition = graph.as_graph_def()
    inner = (node for function in definition.library.function for node in function.node_def)
    if not any(node.op.startswith(WRITES) for node in chain(definition.node, inner)):
        return []
    return [one for one in model.non_trainable_variables if SEED not in one.name]


def with_variables_kept(variables: Sequence[Any], call: Callable[[], Result]) -> Result:
    """Call, then put back the variables that this changed."""
    values = [variable.numpy() for variable in variables]
    try:
        return call()
    finally:
        for variable, value in zip(variables, values, strict=True):
            if not np.array_equal(variable.numpy(), value):
                variable.assign(value)
