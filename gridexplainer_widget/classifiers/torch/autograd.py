"""The graph that PyTorch keeps of a calculation: what led to a result, and each ReLU in it."""

from __future__ import annotations

import re
from typing import Any

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.core.errors import MethodError

from .calls import INSTALL

LOWEST = {
    "Relu": None,
    "Threshold": "_saved_threshold",
    "Hardtanh": "_saved_min_val",
    "ClampMin": "_saved_min",
    "Clamp": "_saved_min",
}
"""Steps that are a ReLU where what they keep under this name, the least they give, is 0."""

OTHERS = {"Celu", "Elu", "LeakyRelu", "Prelu", "PreluKernel", "RreluWithNoise"}
"""Other rectifiers, of which the paper says nothing. Elu is Selu as well."""

SMOOTH = {
    "Gelu",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Mish",
    "Sigmoid",
    "Silu",
    "Softplus",
    "Tanh",
}
"""Activations that keep their gradient beside ReLUs, as on Keras."""

DOUBTFUL = {"Maximum", "Where"}
"""Of a tensor and a constant, these may be a ReLU."""

OPAQUE = {"DifferentiableGraph"}
"""Several steps of a ScriptModule in one, which it is put together of after a few calls."""

WHY = "Guided backpropagation is defined for networks of ReLUs"

HOOKED = {"BackwardHookFunction"}
"""What PyTorch puts around a module with a backward hook."""

WAY_OUT = "Saliency and Grad-CAM need none."


def between(leaf: Any, node: Any) -> set[Any]:
    """Return the nodes of autograd's graph that lead from a tensor to a node.

    Parameters
    ----------
    leaf : tensor
        That gradients are taken by.
    node : torch.autograd.graph.Node or None
        Of the score; None where it has no gradient.
    """
    after: dict[Any, list[Any]] = {}
    waiting = [node] if node is not None else []
    while waiting:
        later = waiting.pop()
        for earlier, _ in later.next_functions:
            if earlier is not None and earlier not in after:
                waiting.append(earlier)
            after.setdefault(earlier, []).append(later)
    found: set[Any] = set()
    waiting = [earlier for earlier in after if getattr(earlier, "variable", None) is leaf]
    while waiting:
        earlier = waiting.pop()
        if earlier not in found:
            found.add(earlier)
            waiting += after.get(earlier, [])
    return found


def override_relus(nodes: set[Any], name: str) -> None:
    """Let only positive gradients into each ReLU.

    The graph tells ReLUs however they were written: as modules, functions, in place, or as
    ``clamp(min=0)``. It serves one backward pass and goes with it, and so do these hooks. A ReLU
    made of products and comparisons, as in ``x * (x > 0)``, cannot be told.

    Parameters
    ----------
    nodes : set of torch.autograd.graph.Node
        See :func:`between`.
    name : str
        The model's, for the error.

    Raises
    ------
    MethodError
        There is no ReLU, there are other rectifiers, or steps that cannot be seen into.
    """
    relus = [node for node in nodes if _is_relu(node)]
    rest = nodes.difference(relus)
    others = sorted({_kind(node) for node in rest} & OTHERS)
    smooth = sorted({_kind(node) for node in rest} & SMOOTH)
    hidden = sorted({_kind(node) for node in rest if _is_hidden(node)})
    if HOOKED.intersection(hidden):
        raise MethodError(
            f"Backward hooks are in the way: {name} has modules with some, and what goes back "
            "through them need not be the gradient. Remove them (register_full_backward_hook() "
            f"returns a handle: handle.remove()). {WAY_OUT}"
        )
    if hidden:
        raise MethodError(
            f"{WHY}, and {name} has steps in which there may be one that cannot be reached: "
            f"{', '.join(hidden)}. Give a torch.nn.Module with torch.nn.ReLU in it. {WAY_OUT}"
        )
    if others or not relus:
        has = ", ".join(others or smooth) or "no activation of a known kind"
        raise MethodError(f"{WHY}, and {name} has {has}{' as well' * bool(relus)}. {WAY_OUT}")
    for relu in relus:
        relu.register_prehook(_positive)


def _positive(gradients: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if gradient is None else gradient.clamp(min=0) for gradient in gradients)


def _kind(node: Any) -> str:
    """Return "Relu" of "ReluBackward0", whatever it is within."""
    return re.sub(r"Backward\d*$", "", str(node.name())).rpartition("::")[2]


def _is_relu(node: Any) -> bool:
    kind = _kind(node)
    if kind not in LOWEST:
        return False
    attribute = LOWEST[kind]
    lowest = 0 if attribute is None else getattr(node, attribute, None)
    return lowest is not None and bool(
        framework("torch", kind, INSTALL).as_tensor(lowest == 0).all()
    )


def _is_hidden(node: Any) -> bool:
    torch = framework("torch", "autograd", INSTALL)
    kind = _kind(node)
    if kind in DOUBTFUL:
        return any(before is None for before, _ in node.next_functions)
    own = isinstance(node, torch.autograd.function.BackwardCFunction)  # made in Python
    return own or kind in OPAQUE
