"""Call a PyTorch module and leave it unchanged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.layouts import to_front
from gridexplainer_widget.classifiers.network import Result
from gridexplainer_widget.core.arrays import PreparedBatch

INSTALL = "gridexplainer-widget[torch]"


def as_returned(raw: Any) -> Any:
    """Return the raw output unchanged."""
    return raw


def channels_first(
    module: Any, after: Callable[[Any], Any] = as_returned, *, compiled: bool = True
) -> Callable[[PreparedBatch], Any]:
    """Return a function of (n, H, W, C) that runs a module of (n, C, H, W), then `after`.

    Unless `compiled`, parts that `torch.compile` has compiled run as they were written.
    """
    torch = framework("torch", type(module).__name__, INSTALL)

    def forward(batch: PreparedBatch) -> Any:
        device, dtype = place_of(module, torch)
        # A module may write to its input.
        given = torch.from_numpy(np.array(to_front(batch), np.float32))

        def ask() -> Any:
            return after(module(given.to(device, dtype)))

        # Not inference mode: its tensors, if kept, could not be used in training.
        run = ask if compiled else partial(uncompiled, module, torch, ask)
        return switched(
            torch,
            lambda: with_buffers_kept(module, torch, lambda: evaluated(module, run)),
            gradients=False,
        )

    return forward


def unwrapped(module: Any) -> Any:
    """Return the module within a compiled or parallel one."""
    while type(module).__module__.startswith("torch."):
        inner = getattr(module, "_orig_mod", None)
        if inner is None and type(module).__name__.endswith("DataParallel"):
            inner = module.module
        if inner is None:
            break
        module = inner
    return module


def undone(call: Callable[[], Result], back: Callable[[], None]) -> Result:
    """Call something that changes the user's state, then restore it.

    Restore twice: an interrupt (Ctrl-C) may cut the first short. A context manager would restore
    nothing after an interrupt on entering ``__exit__``.
    """
    try:
        return call()
    finally:
        try:
            back()
        finally:
            back()


def evaluated(module: Any, call: Callable[[], Result]) -> Result:
    """Call with each part in evaluation mode, then restore each mode.

    Set the flags themselves: ``train()`` sets all parts alike and may be overridden.
    """
    training = [part for part in module.modules() if getattr(part, "training", False)]

    def set_all(*, to: bool) -> None:
        for part in training:
            part.training = to

    def ask() -> Result:
        set_all(to=False)
        return call()

    return undone(ask, lambda: set_all(to=True))


def with_buffers_kept(module: Any, torch: Any, call: Callable[[], Result]) -> Result:
    """Call, then put back the buffers that this changed, such as what an observer has seen."""
    held = [
        (part._buffers, dict(part._buffers))  # noqa: SLF001 - a replaced one is found nowhere else
        for part in module.modules()
        if not isinstance(part, torch.jit.ScriptModule)
    ]
    values = [
        (buffer, buffer._version, buffer.clone())  # noqa: SLF001 - tells writes
        for buffer in module.buffers()
        if not buffer.is_inference()
    ]

    def back() -> None:
        for buffers, before in held:
            buffers.update(before)
        with torch.no_grad():
            for buffer, version, copy in values:
                if buffer._version != version:  # noqa: SLF001 - as above
                    buffer.detach_().copy_(copy)

    return undone(call, back)


def switched(torch: Any, call: Callable[[], Result], *, gradients: bool) -> Result:
    """Call with gradients on or off, then restore the setting."""
    before = torch.is_grad_enabled()

    def ask() -> Result:
        torch.set_grad_enabled(gradients)
        return call()

    return undone(ask, lambda: torch.set_grad_enabled(before))


def hooked(hooks: Sequence[tuple[Any, Any]], call: Callable[[], Result]) -> Result:
    """Call with forward hooks on parts of a module, then remove them.

    They see this thread's calls alone: the user may call the module meanwhile.
    """
    ours = [(part, _of_this_thread(hook)) for part, hook in hooks]

    def ask() -> Result:
        for part, hook in ours:
            part.register_forward_hook(hook)
        return call()

    def back() -> None:
        # An interrupt may have come before the handle was returned.
        for part, hook in ours:
            known = part._forward_hooks  # noqa: SLF001 - as above
            for key in [key for key, value in known.items() if value is hook]:
                known.pop(key, None)

    return undone(ask, back)


def _of_this_thread(hook: Callable[..., Any]) -> Callable[..., Any]:
    thread = threading.get_ident()

    def hooked_here(*args: Any) -> Any:
        return hook(*args) if threading.get_ident() == thread else None

    return hooked_here


def uncompiled(module: Any, torch: Any, call: Callable[[], Result]) -> Result:
    """Run compiled parts uncompiled, so that hooks are called."""
    if is_compiled(module) and hasattr(torch.compiler, "set_stance"):  # since PyTorch 2.6
        stance = torch.compiler.set_stance("force_eager")
        return undone(call, lambda: stance.__exit__(None, None, None))
    return call()


def is_compiled(module: Any) -> bool:
    """Whether `torch.compile` has compiled a part of a module."""
    return any(
        hasattr(part, "_orig_mod") or getattr(part, "_compiled_call_impl", None) is not None
        for part in module.modules()
    )


def place_of(module: Any, torch: Any) -> tuple[Any, Any]:
    """Return the device and dtype of a module's weights."""
    for tensor in chain(module.parameters(), module.buffers()):
        if tensor.is_floating_point():
            return tensor.device, tensor.dtype
    return torch.device("cpu"), torch.float32
