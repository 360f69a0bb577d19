"""What the layers of a Keras model take and give while it runs, nested ones included."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.network import Answer


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


def recorded(model: Any, run: Callable[[], Answer]) -> tuple[list[Call], Answer]:
    """Write down each call while a model is run, in the order in which they end.

    For that time each layer has a `call` of its own, which shadows that of its class. No context
    manager: an interrupt between its beginning and the block would leave them there.

    Parameters
    ----------
    model : keras.Model or tf_keras.Model
    run : callable
        Has the model called.

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
            # Past Keras's own __setattr__, which keeps accounts of what is set.
            vars(layer)["call"] = _written(layer, layer.call, calls, path)
        return calls, run()
    finally:
        try:
            put_back()
        finally:  # again, should the first time have been interrupted
            put_back()


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
