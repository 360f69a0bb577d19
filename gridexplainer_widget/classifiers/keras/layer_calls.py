"""Record every layer call while a Keras model runs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.classifiers.network import Result

from .source import tensorflow


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer or operation.

    Parameters
    ----------
    name : str
        Path through its callers: "backbone/conv1".
    output : tensor or None
        None for several tensors or none.
    leaf : bool
        It called no other layer.
    kernel : tensor or None
    weighted : bool
        The layer has weights.
    """

    name: str
    layer: Any
    inputs: tuple[Any, ...]
    output: Any
    leaf: bool
    kernel: Any
    weighted: bool


def recorded(model: Any, run: Callable[[], Result]) -> tuple[list[Call], Result]:
    """Return the calls that `run` makes, in the order they end, and its result.

    Override each layer's `call` meanwhile, without a context manager: an interrupt before its block
    would leave the overrides.
    """
    calls: list[Call] = []
    path: list[str] = []
    before = [(layer, vars(layer).get("call")) for layer in _inside(model)]

    def put_back() -> None:
        for layer, own in before:
            if own is None:
                vars(layer).pop("call", None)
            else:
                vars(layer)["call"] = own

    try:
        for layer, _ in before:
            # Bypass Keras's __setattr__, which tracks attributes.
            vars(layer)["call"] = _written(layer, layer.call, calls, path)
        return calls, run()
    finally:
        try:
            put_back()
        finally:  # again, if interrupted
            put_back()


def _written(
    layer: Any, call: Callable[..., Any], calls: list[Call], path: list[str]
) -> Callable[..., Any]:
    tf = tensorflow()

    @functools.wraps(call)
    def written(*args: Any, **kwargs: Any) -> Any:
        path.append(layer.name)
        before = len(calls)
        try:
            output = call(*args, **kwargs)
            calls.append(
                Call(
                    name="/".join(path),
                    layer=layer,
                    inputs=tuple(x for x in (*args, *kwargs.values()) if isinstance(x, tf.Tensor)),
                    output=output if isinstance(output, tf.Tensor) else None,
                    leaf=len(calls) == before,
                    kernel=_kernel(layer, tf),
                    weighted=bool(getattr(layer, "weights", ())),
                )
            )
        finally:
            path.pop()
        return output

    return written


def _kernel(layer: Any, tf: Any) -> Any:
    kernel = getattr(layer, "kernel", None)
    return None if kernel is None else tf.convert_to_tensor(kernel)


def _inside(model: Any) -> list[Any]:
    """List layers and operations, except parts of attention, which have no pixels."""
    found: dict[int, Any] = {}

    def visit(layer: Any) -> None:
        if _of_attention(layer):
            return
        # No public attribute lists the layers within a layer.
        parts = getattr(layer, "_flatten_layers", lambda **_: ())(
            recursive=False, include_self=False
        )
        for part in (*getattr(layer, "operations", ()), *parts):
            if id(part) not in found:
                found[id(part)] = part
                visit(part)

    visit(model)
    return list(found.values())


def _of_attention(layer: Any) -> bool:
    return any("Attention" in cls.__name__ for cls in type(layer).__mro__)
