"""Record the inputs and the output of each layer of a Keras model while it runs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.classifiers.network import Result

from .source import tensorflow


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer or of an operation.

    Parameters
    ----------
    name : str
        With the names of its callers: "backbone/conv1".
    layer : Any
    inputs : tuple of tensors
    output : tensor or None
        None where it returned several tensors or none.
    leaf : bool
        Whether it called no other layer.
    kernel : tensor or None
        As read during the call.
    """

    name: str
    layer: Any
    inputs: tuple[Any, ...]
    output: Any
    leaf: bool
    kernel: Any


def recorded(model: Any, run: Callable[[], Result]) -> tuple[list[Call], Result]:
    """Record each call while `run` runs the model, in the order in which the calls end.

    Meanwhile each layer has a `call` attribute, which shadows its class's. This is no context
    manager: an interrupt between entering it and the block would leave the attributes in place.

    Returns
    -------
    list of Call
    object
        What `run` returned.
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
            # Past Keras's __setattr__, which tracks what is set.
            vars(layer)["call"] = _written(layer, layer.call, calls, path)
        return calls, run()
    finally:
        try:
            put_back()
        finally:  # again, in case the first time was interrupted
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
    """List all layers, and the operations of functional models, but no parts of attention layers.

    Tensors within attention have four axes as well, but no pixels.
    """
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
