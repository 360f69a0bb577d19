"""Find and override the ReLUs in PyTorch's autograd graph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.core.errors import MethodError

from .calls import INSTALL

RELU_MINIMUM = {
    "Relu": None,
    "Threshold": "_saved_threshold",
    "Hardtanh": "_saved_min_val",
    "ClampMin": "_saved_min",
    "Clamp": "_saved_min",
}
"""Steps that are ReLUs if the minimum stored under this attribute is 0."""

OTHER_RECTIFIERS = {"Celu", "Elu", "LeakyRelu", "Prelu", "PreluKernel", "RreluWithNoise"}
"""Not covered by the paper. Elu includes Selu."""

SMOOTH_ACTIVATIONS = {
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
"""Their gradient is kept beside ReLUs, as on Keras."""

MAYBE_RELUS = {"Maximum", "Where"}
"""May be a ReLU, of a tensor and a constant."""

FUSED_STEPS = {"DifferentiableGraph"}
"""Several steps of a ScriptModule, fused after a few calls."""

GUIDED_SCOPE = "Guided backpropagation is defined for networks of ReLUs"

HOOK_STEPS = {"BackwardHookFunction"}
"""PyTorch's wrapper around a module with a backward hook."""

OTHER_METHODS = "Saliency and Grad-CAM need none."


def between(leaf: Any, node: Any) -> set[Any]:
    """Return autograd's nodes between a leaf tensor and the score's node."""
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


def beside(nodes: Sequence[Any]) -> list[bool]:
    """Tell of each node, in order of computation, whether another comes neither before nor after.

    True for all where gradients do not tell.
    """
    if None in nodes:
        return [True] * len(nodes)
    before = [_before(node) for node in nodes]
    apart = [
        {one, other}
        for (one, earlier), (other, _) in combinations(enumerate(nodes), 2)
        if earlier not in before[other]
    ]
    return [any(index in pair for pair in apart) for index in range(len(nodes))]


def _before(node: Any) -> set[Any]:
    found = {node}
    waiting = [node]
    while waiting:
        for earlier, _ in waiting.pop().next_functions:
            if earlier is not None and earlier not in found:
                found.add(earlier)
                waiting.append(earlier)
    return found


def override_relus(nodes: set[Any], name: str) -> None:
    """Let only positive gradients into each ReLU among the nodes (see :func:`between`).

    ReLUs may be modules, functions, in place or ``clamp(min=0)``, but not ``x * (x > 0)``, which
    cannot be recognised. The hooks are freed with the graph, after one backward pass.
    """
    relus = [node for node in nodes if _is_relu(node)]
    rest = nodes.difference(relus)
    others = sorted({_kind(node) for node in rest} & OTHER_RECTIFIERS)
    smooth = sorted({_kind(node) for node in rest} & SMOOTH_ACTIVATIONS)
    hidden = sorted({_kind(node) for node in rest if _is_hidden(node)})
    if HOOK_STEPS.intersection(hidden):
        raise MethodError(
            f"Backward hooks are in the way: modules of {name} have some, and they may change the "
            "gradient. Remove them (register_full_backward_hook() returns a handle: "
            f"handle.remove()). {OTHER_METHODS}"
        )
    if hidden:
        raise MethodError(
            f"{GUIDED_SCOPE}, and {name} has steps that may hide one: {', '.join(hidden)}. "
            f"Give a torch.nn.Module with torch.nn.ReLU in it. {OTHER_METHODS}"
        )
    if others or not relus:
        has = ", ".join(others or smooth) or "no activation of a known kind"
        raise MethodError(
            f"{GUIDED_SCOPE}, and {name} has {has}{' as well' * bool(relus)}. {OTHER_METHODS}"
        )
    for relu in relus:
        relu.register_prehook(_positive)


def _positive(gradients: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if gradient is None else gradient.clamp(min=0) for gradient in gradients)


def _kind(node: Any) -> str:
    """Return "Relu" for "ReluBackward0", without namespace."""
    return re.sub(r"Backward\d*$", "", str(node.name())).rpartition("::")[2]


def _is_relu(node: Any) -> bool:
    kind = _kind(node)
    if kind not in RELU_MINIMUM:
        return False
    attribute = RELU_MINIMUM[kind]
    lowest = 0 if attribute is None else getattr(node, attribute, None)
    return lowest is not None and bool(
        framework("torch", kind, INSTALL).as_tensor(lowest == 0).all()
    )


def _is_hidden(node: Any) -> bool:
    torch = framework("torch", "autograd", INSTALL)
    kind = _kind(node)
    if kind in MAYBE_RELUS:
        return any(before is None for before, _ in node.next_functions)
    own = isinstance(node, torch.autograd.function.BackwardCFunction)  # made in Python
    return own or kind in FUSED_STEPS
