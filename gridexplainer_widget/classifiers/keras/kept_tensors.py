"""What Keras layers keep of a trace or a call, such as their last activations."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from gridexplainer_widget.classifiers.network import Result

from .source import same_values, tensorflow, values_of

MAX_DEPTH = 4
"""Of lists and mappings in each other, in which tensors are looked for."""

WRITES = ("Assign", "ResourceScatter", "ResourceApply")
"""How the names of operations that write to variables start."""

SEED = "seed_generator_state"


def with_attributes_kept(model: Any, call: Callable[[], Result]) -> Result:
    """Trace or call a model, then put back the attributes in which its layers kept tensors of that.

    Outside of its graph a tensor of a trace is of no use to anyone. Other values stay: what a layer
    makes in its first call is for good.
    """
    layers = getattr(model, "_flatten_layers", lambda: [model])()
    before = [
        (vars(layer), {key: _opened(item) for key, item in vars(layer).items()}) for layer in layers
    ]
    try:
        return call()
    finally:
        for attributes, known in before:
            for key, value in list(attributes.items()):
                old = known.get(key, (None, None))
                if value is old[0] and not isinstance(value, dict | list | tuple):
                    continue
                traced = _any(_is_traced, value, MAX_DEPTH)
                if traced or (_changed(value, old) and _any(_is_value, old, MAX_DEPTH)):
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


def _changed(value: Any, old: tuple[Any, Any]) -> bool:
    if value is not old[0] or old[1] is None:
        return value is not old[0]
    now, then = (
        list(one.values()) if isinstance(one, dict) else list(one) for one in (value, old[1])
    )
    return len(now) != len(then) or any(map(operator.is_not, now, then))


def _is_traced(value: Any) -> bool:
    return bool(tensorflow().is_symbolic_tensor(value)) and not _is_variable(value)


def _is_value(value: Any) -> bool:
    return bool(tensorflow().is_tensor(value)) and not _is_variable(value)


def _is_variable(value: Any) -> bool:
    """Also of Keras, whose variables pass for tensors; a layer built in a trace keeps them."""
    return hasattr(value, "assign")


def _any(holds: Callable[[Any], Any], value: Any, depth: int) -> bool:
    """Tell whether something holds of a value, or of one in it."""
    if holds(value):
        return True
    items = value.values() if isinstance(value, dict) else value
    nested = isinstance(value, dict | list | tuple) and depth > 0
    return nested and any(_any(holds, item, depth - 1) for item in items)


def kept_variables(model: Any) -> list[Any]:
    """Return what of a model its calls may write to, such as a layer's count of them.

    Leave out seeds: with the same one each time, a model would seem to leave nothing to chance.
    """
    return [one for one in model.non_trainable_variables if SEED not in one.name]


def written_variables(function: Any, model: Any) -> list[Any]:
    """Return :func:`kept_variables` if a traced function writes to any variable."""
    graph = getattr(function, "graph", None)
    if graph is None:  # run eagerly
        return []
    definition = graph.as_graph_def()
    inner = (node for function in definition.library.function for node in function.node_def)
    if not any(node.op.startswith(WRITES) for node in chain(definition.node, inner)):
        return []
    return kept_variables(model)


def with_variables_kept(variables: Sequence[Any], call: Callable[[], Result]) -> Result:
    """Call, then put back the variables that this changed.

    A tensor that is read of a variable is its memory, until the variable is written to.
    """
    read = tensorflow().convert_to_tensor
    before = [read(variable) for variable in variables]
    try:
        return call()
    finally:
        for variable, tensor in zip(variables, before, strict=True):
            if not same_values(values_of(read(variable)), values_of(tensor)):
                variable.assign(tensor)
