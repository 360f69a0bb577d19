"""Record every layer call while a Keras model runs."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
        None for several tensors or none, and for one of another graph: see `within`.
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
    """Return the calls that `run` makes, in the order they end, and its result."""
    calls: list[Call] = []
    path: list[str] = []
    return calls, overridden(
        layers_within(model), lambda layer: _written(layer, layer.call, calls, path), run
    )


def overridden(
    layers: Sequence[Any], call_of: Callable[[Any], Callable[..., Any]], run: Callable[[], Result]
) -> Result:
    """Run with other `call` functions of layers, then restore their own.

    Without a context manager: an interrupt before its block would leave the overrides.
    """
    before = [(layer, vars(layer).get("call")) for layer in layers]

    def put_back() -> None:
        for layer, own in before:
            if own is None:
                vars(layer).pop("call", None)
            else:
                vars(layer)["call"] = own

    try:
        for layer, _ in before:
            # Bypass Keras's __setattr__, which tracks attributes.
            vars(layer)["call"] = call_of(layer)
        return run()
    finally:
        try:
            put_back()
        finally:  # again, if interrupted
            put_back()


def within(call: Call, graph: Any) -> Call:
    """Leave out what is no tensor of a graph: constants made before, and a branch's own tensors."""
    tf = tensorflow()

    def known(tensor: Any) -> bool:
        return tf.is_symbolic_tensor(tensor) and tensor.graph is graph

    return replace(
        call,
        inputs=tuple(tensor for tensor in call.inputs if known(tensor)),
        output=call.output if known(call.output) else None,
        kernel=call.kernel if known(call.kernel) else None,
    )


def _written(
    layer: Any, call: Callable[..., Any], calls: list[Call], path: list[str]
) -> Callable[..., Any]:
    tf, thread = tensorflow(), threading.get_ident()

    @functools.wraps(call)
    def written(*args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != thread:  # the user's, meanwhile
            return call(*args, **kwargs)
        path.append(layer.name)
        before = len(calls)
        try:
            output = _translated(layer, call, tf)(*args, **kwargs)
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

    vars(written)["autograph_info__"] = {}  # AutoGraph takes it as it is
    return written


def _translated(layer: Any, call: Callable[..., Any], tf: Any) -> Callable[..., Any]:
    """Let AutoGraph translate a call where tf_keras would."""
    if not getattr(layer, "_should_use_autograph", bool)():
        return call
    autograph = tf.__internal__.autograph
    translated: Callable[..., Any] = autograph.tf_convert(call, autograph.control_status_ctx())
    return translated


def _kernel(layer: Any, tf: Any) -> Any:
    kernel = getattr(layer, "kernel", None)
    return None if kernel is None else tf.convert_to_tensor(kernel)


def layers_within(model: Any) -> list[Any]:
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
