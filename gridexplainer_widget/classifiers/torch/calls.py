"""How a PyTorch module is called, and left as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, TypeVar

import numpy as np

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.layouts import to_front
from gridexplainer_widget.core.arrays import PreparedBatch

INSTALL = "gridexplainer-widget[torch]"

Answer = TypeVar("Answer")


def as_returned(raw: Any) -> Any:
    """Leave what a module returns as it is."""
    return raw


def channels_first(
    module: Any, after: Callable[[Any], Any] = as_returned
) -> Callable[[PreparedBatch], Any]:
    """Return a function of a batch (n, H, W, C) that runs a module on (n, C, H, W).

    Parameters
    ----------
    module : torch.nn.Module
    after : callable
        What is done to that which it returns.
    """
    torch = framework("torch", type(module).__name__, INSTALL)

    def forward(batch: PreparedBatch) -> Any:
        device, dtype = place_of(module, torch)
        # A copy: a module may write into what it is given.
        given = torch.from_numpy(np.array(to_front(batch), np.float32))

        def ask() -> Any:
            return after(module(given.to(device, dtype)))

        # Not inference mode: what a module keeps of the call could not be trained with later.
        return switched(torch, lambda: evaluated(module, ask), gradients=False)

    return forward


def unwrapped(module: Any) -> Any:
    """Return the module that was compiled, or that is run in parallel."""
    while type(module).__module__.startswith("torch."):
        inner = getattr(module, "_orig_mod", None)
        if inner is None and type(module).__name__.endswith("DataParallel"):
            inner = module.module
        if inner is None:
            break
        module = inner
    return module


def undone(call: Callable[[], Answer], back: Callable[[], None]) -> Answer:
    """Call something that changes what is the user's, then put that back, come what may.

    Twice, since an interrupt (Ctrl-C) may cut the first time short. And no context manager: one
    that arrives as its ``__exit__`` is entered would leave everything as it is.
    """
    try:
        return call()
    finally:
        try:
            back()
        finally:
            back()


def evaluated(module: Any, call: Callable[[], Answer]) -> Answer:
    """Call with every part of a module in evaluation; then each is what it was.

    The flags themselves, since ``train()`` sets all parts alike and may be overridden.
    """
    training = [part for part in module.modules() if getattr(part, "training", False)]

    def set_all(*, to: bool) -> None:
        for part in training:
            part.training = to

    def ask() -> Answer:
        set_all(to=False)
        return call()

    return undone(ask, lambda: set_all(to=True))


def switched(torch: Any, call: Callable[[], Answer], *, gradients: bool) -> Answer:
    """Call with gradients switched on or off, then as the caller has them."""
    before = torch.is_grad_enabled()

    def ask() -> Answer:
        torch.set_grad_enabled(gradients)
        return call()

    return undone(ask, lambda: torch.set_grad_enabled(before))


def hooked(hooks: Sequence[tuple[Any, Any]], call: Callable[[], Answer]) -> Answer:
    """Call with forward hooks on parts of a module.

    Parameters
    ----------
    hooks : sequence of (torch.nn.Module, callable)
        Each callable is registered once.
    call : callable
    """

    def ask() -> Answer:
        for part, hook in hooks:
            part.register_forward_hook(hook)
        return call()

    def back() -> None:
        # By what was registered: the handle may not have come back before an interrupt.
        for part, hook in hooks:
            known = part._forward_hooks  # noqa: SLF001 - as above
            for key in [key for key, value in known.items() if value is hook]:
                known.pop(key, None)

    return undone(ask, back)


def uncompiled(module: Any, torch: Any, call: Callable[[], Answer]) -> Answer:
    """Call with compiled parts run as they were written: hooks are called, nothing is built."""
    compiled = any(
        hasattr(part, "_orig_mod") or getattr(part, "_compiled_call_impl", None) is not None
        for part in module.modules()
    )
    if compiled and hasattr(torch.compiler, "set_stance"):  # since PyTorch 2.6
        stance = torch.compiler.set_stance("force_eager")  # from here on
        return undone(call, lambda: stance.__exit__(None, None, None))
    return call()


def place_of(module: Any, torch: Any) -> tuple[Any, Any]:
    """Return where a module's numbers are, and in what precision."""
    for tensor in chain(module.parameters(), module.buffers()):
        if tensor.is_floating_point():
            return tensor.device, tensor.dtype
    return torch.device("cpu"), torch.float32
