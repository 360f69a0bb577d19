"""What the layers of a Keras model take and give while it runs, nested ones included."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .extras import framework


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer or of an operation.

    Parameters
    ----------
    name : str
        With the names of those that it was called by: "backbone/conv1".
    layer : Any
    inputs : tuple of tensors
    output : tensor or None
        None where it gives several things or none.
    leaf : bool
        Whether it called none of the others.
    kernel : tensor or None
        As it was read during the call.
    """

    name: str
    layer: Any
    inputs: tuple[Any, ...]
    output: Any
    leaf: bool
    kernel: Any


@contextmanager
def recorded(model: Any) -> Iterator[list[Call]]:
    """Write down each call, in the order in which they end.

    For that time each layer has a `call` of its own, which shadows that of its class.
    """
    calls: list[Call] = []
    path: list[str] = []
    layers = _inside(model)
    before = [(vars(layer), vars(layer).get("call")) for layer in layers]
    try:
        for layer in layers:
            # Past Keras's own __setattr__, which keeps accounts of what is set.
            vars(layer)["call"] = _written(layer, layer.call, calls, path)
        yield calls
    finally:
        for attributes, own in before:
            attributes.pop("call", None)
            if own is not None:
                attributes["call"] = own


def _written(
    layer: Any, call: Callable[..., Any], calls: list[Call], path: list[str]
) -> Callable[..., Any]:
    tf = framework("tensorflow", "a Keras model", "tensorflow")

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
    """All layers, and the operations of functional models; none of an attention layer's parts.

    What these hand on among themselves has four axes as well, and no pixels.
    """
    found: dict[int, Any] = {}

    def visit(layer: Any) -> None:
        if _of_attention(layer):
            return
        # No public list holds the layers that a layer is made of.
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
