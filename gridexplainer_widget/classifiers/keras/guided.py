"""Guided backpropagation in a TensorFlow graph: each ReLU passes only positive gradients back."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from typing import Any

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.core.errors import MethodError

from .graph import TracedModel

RELUS = {"Relu", "Relu6"}
SLOPED = {"LeakyRelu", "Elu", "Selu"}
BACK = {f"{kind}Grad" for kind in RELUS | SLOPED}

_overridden: ContextVar[set[str] | None] = ContextVar("_overridden", default=None)


def guided_graph(graph: TracedModel) -> TracedModel:
    """Trace a model anew, its ReLUs with gradients of our own."""
    return TracedModel(
        graph.source, graph.output, graph.replaced, dict.fromkeys(RELUS, _registered())
    )


def guided_gradient(graph: TracedModel) -> Any:
    """Return the guided gradient of the score by the batch, as a tensor of a guided graph.

    Raises
    ------
    MethodError
        There is no ReLU, or one that was not overridden, or another rectifier.
    """
    name = graph.source.model.name
    relus = {operation.name for operation in graph.ancestors if operation.type in RELUS}
    others = sorted(
        operation.name
        for operation in graph.ancestors
        if operation.type in SLOPED or _is_other(operation, graph.tf)
    )
    inner = sorted(graph.inner & (RELUS | SLOPED))
    if not relus and not others and not inner:
        raise MethodError(
            f"Guided backpropagation is defined for ReLU, and {name} has none: its activations "
            f"are {_activations(graph)}. Plain gradients and Grad-CAM work with any."
        )
    overridden: set[str] = set()
    token = _overridden.set(overridden)
    try:
        (gradient,) = graph.gradients([graph.batch])
    finally:
        _overridden.reset(token)
    back = [operation.name for operation in graph.operations if operation.type in BACK]
    missed = [*others, *sorted(relus - overridden - {*others})]
    missed += [f"{kind} in a compiled function" for kind in inner]
    missed = missed or back
    if missed:
        more = f" and {len(missed) - 4} more" if len(missed) > 4 else ""
        raise MethodError(
            "Guided backpropagation needs each ReLU overridden and no other rectifier, and in "
            f"{name} these are not: {', '.join(missed[:4])}{more}. Plain gradients and Grad-CAM "
            "work with any."
        )
    return gradient


@cache
def _registered() -> str:
    """Register the gradient with TensorFlow; return the name it goes by."""
    tf = framework("tensorflow", "a Keras model", "tensorflow")
    name = "GridExplainerGuidedRelu"

    def guided(operation: Any, gradient: Any) -> Any:
        overridden = _overridden.get()
        if overridden is not None:
            overridden.add(operation.name)
        output = operation.outputs[0]
        passes = output > 0
        if operation.type == "Relu6":
            passes &= output < 6
        if not _is_gate(operation, tf):
            passes &= gradient > 0
        return tf.where(passes, gradient, tf.zeros_like(gradient))

    try:
        tf.RegisterGradient(name)(guided)
    except KeyError:  # by this file before it was reloaded; such names cannot be given back
        return name
    return name


def _is_gate(operation: Any, tf: Any) -> bool:
    """Tell the ReLU6 of x + 3: a hard sigmoid, which is no ReLU and keeps its gradient."""
    before = operation.inputs[0].op
    return (
        operation.type == "Relu6"
        and before.type in {"Add", "AddV2"}
        and any(_is(tensor, 3, tf) for tensor in before.inputs)
    )


def _is_other(operation: Any, tf: Any) -> bool:
    """Tell a ReLU of −x, as PReLU has it, and max(x, 0), unless it bounds a ReLU once more."""
    if operation.type not in {*RELUS, "Maximum"}:
        return False
    before: Any = operation.inputs[0].op
    if operation.type in RELUS:
        return bool(before.type == "Neg")
    if before.type == "Minimum":
        before = before.inputs[0].op
    return before.type not in RELUS and any(_is(x, 0, tf) for x in operation.inputs)


def _is(tensor: Any, value: float, tf: Any) -> bool:
    known = tf.get_static_value(tensor)
    return known is not None and known.size == 1 and float(known) == value


def _activations(graph: TracedModel) -> str:
    names = []
    for call in graph.calls:
        kind = type(call.layer)
        name = getattr(getattr(call.layer, "activation", None), "__name__", "linear")
        if name == "linear" and ".activations" in kind.__module__:  # a layer such as LeakyReLU
            name = kind.__name__
        names.append(name)
    known = dict.fromkeys(name for name in names if name not in {"linear", "Activation"})
    return ", ".join(known) or "none that is known"
