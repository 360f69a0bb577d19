"""What a PyTorch module keeps of its calls, such as its last activations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import FunctionType, MethodType, ModuleType
from typing import Any, TypeAlias

from gridexplainer_widget.classifiers.network import Result

from .calls import undone

MAX_DEPTH = 5
"""Of lists, mappings and objects in each other, in which tensors are looked for."""

PLAIN = {bool, int, float, str, type(None), type, FunctionType, MethodType, ModuleType}
"""Nothing of a call is kept in these."""

Change: TypeAlias = Callable[[Any], Any]
"""Tensor → what to keep in its place."""


def without_graphs(torch: Any, module: Any, call: Callable[[], Result]) -> Result:
    """Call with gradients, then detach what the module keeps of that.

    A tensor with a graph can be neither copied nor freed. What had one before keeps it.
    """
    own = graph_tensors(torch, module)
    known = {id(tensor) for tensor in own}

    def detached(tensor: Any) -> Any:
        if tensor.grad_fn is None or id(tensor) in known:
            return tensor
        try:
            return tensor.detach_()
        except RuntimeError:  # of a view
            return tensor.detach()

    return undone(call, lambda: _each_kept(torch, module, detached))


def graph_tensors(torch: Any, module: Any) -> list[Any]:
    """Return the tensors with a graph that a module keeps."""
    found: list[Any] = []

    def note(tensor: Any) -> Any:
        if tensor.grad_fn is not None:
            found.append(tensor)
        return tensor

    _each_kept(torch, module, note)
    return found


def _each_kept(torch: Any, module: Any, change: Change) -> None:
    """Replace each tensor that parts of a module hold, except parameters, which have no graph."""
    for part in module.modules():
        if not isinstance(part, torch.jit.ScriptModule):
            held = vars(part)
            _each_item(
                torch,
                held,
                [item for item in held.items() if item[0] not in {"_parameters", "_modules"}],
                change,
                MAX_DEPTH,
            )


def _each_item(
    torch: Any, holder: Any, items: Iterable[tuple[Any, Any]], change: Change, depth: int
) -> None:
    for key, item in items:
        if type(item) in PLAIN or (isinstance(item, dict) and not item):
            continue
        changed = _each(torch, item, change, depth)
        if changed is not item:
            holder[key] = changed


def _each(torch: Any, value: Any, change: Change, depth: int) -> Any:
    """Replace each tensor in a value; return the value, or a new tuple."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if depth == 0 or isinstance(value, torch.nn.Module):
        return value
    if isinstance(value, tuple):
        items = list(value)
        _each_item(torch, items, enumerate(value), change, depth - 1)
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        _each_item(torch, value, list(value.items()), change, depth - 1)
    elif isinstance(value, list):
        _each_item(torch, value, list(enumerate(value)), change, depth - 1)
    held = getattr(value, "__dict__", None)
    if held and isinstance(held, dict):
        _each_item(torch, held, list(held.items()), change, depth - 1)
    return value
