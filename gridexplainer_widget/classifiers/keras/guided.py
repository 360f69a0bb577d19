"""Guided backpropagation: each ReLU passes back only positive gradients."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from typing import Any

from gridexplainer_widget.core.errors import MethodError

from .source import tensorflow
from .traced_model import TracedModel

RELUS = {"Relu", "Relu6"}
SLOPED = {"LeakyRelu", "Elu", "Selu"}
BACK = {f"{kind}Grad" for kind in RELUS | SLOPED}

_overridden: ContextVar[set[str] | None] = ContextVar("_overridden", default=None)


def guided_model(traced: TracedModel) -> TracedModel:
    """Retrace a model with guided gradients for its ReLUs."""
    gradients = dict.fromkeys(RELUS, _registered())
    return TracedModel(traced.source, traced.output, traced.pieces, traced.replaced, gradients)


def guided_gradient(traced: TracedModel) -> Any:
    """Return a guided model's gradient with respect to the batch."""
    name = traced.source.model.name
    relus = {operation.name for operation in traced.ancestors if operation.type in RELUS}
    others = sorted(
        operation.name
        for operation in traced.ancestors
        if operation.type in SLOPED or _is_other(operation, traced.tf)
    )
    inner = sorted(traced.inner & (RELUS | SLOPED))
    if not relus and not others and not inner:
        raise MethodError(
            f"Guided backpropagation is defined for ReLU, and {name} has none: its activations "
            f"are {_activations(traced)}. Plain gradients and Grad-CAM work with any."
        )
    overridden: set[str] = set()
    token = _overridden.set(overridden)
    try:
        (gradient,) = traced.gradients([traced.batch])
    finally:
        _overridden.reset(token)
    back = [operation.name for operation in traced.operations if operation.type in BACK]
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
    tf = tensorflow()
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
    except KeyError:  # registered before a reload; TensorFlow never frees a name
        return name
    return name


def _is_gate(operation: Any, tf: Any) -> bool:
    """Recognise ReLU6(x + 3): a hard sigmoid, which keeps its gradient."""
    before = operation.inputs[0].op
    return (
        operation.type == "Relu6"
        and before.type in {"Add", "AddV2"}
        and any(_is(tensor, 3, tf) for tensor in before.inputs)
    )


def _is_other(operation: Any, tf: Any) -> bool:
    """Recognise PReLU's ReLU(−x), and max(x, 0) unless it only bounds another ReLU."""
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


def _activations(traced: TracedModel) -> str:
    names = []
    for call in traced.calls:
        kind = type(call.layer)
        name = getattr(getattr(call.layer, "activation", None), "__name__", "linear")
        if name == "linear" and ".activations" in kind.__module__:  # a layer such as LeakyReLU
            name = kind.__name__
        names.append(name)
    known = dict.fromkeys(name for name in names if name not in {"linear", "Activation"})
    return ", ".join(known) or "none that is known"
