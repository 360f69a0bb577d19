"""What Keras layers keep of a trace, such as their last activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridexplainer_widget.classifiers.network import Result

from .source import tensorflow

MAX_DEPTH = 4
"""Of lists and mappings in each other, in which tensors are looked for."""


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
