"""How a PyTorch module is called, and left as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import chain
from typing import Any

import numpy as np

from .extras import framework
from .layouts import to_front
from .preprocessing import Batch

INSTALL = "gridexplainer-widget[torch]"


def as_returned(raw: Any) -> Any:
    """Leave what a module returns as it is."""
    return raw


def channels_first(
    module: Any, after: Callable[[Any], Any] = as_returned
) -> Callable[[Batch], Any]:
    """Return a function of a batch (n, H, W, C) that runs a module on (n, C, H, W).

    Parameters
    ----------
    module : torch.nn.Module
    after : callable
        What is done to that which it returns.
    """
    torch = framework("torch", type(module).__name__, INSTALL)

    def forward(batch: Batch) -> Any:
        device, dtype = place_of(module, torch)
        # A copy: a module may write into what it is given.
        given = torch.from_numpy(np.array(to_front(batch), np.float32))
        # Not inference mode: what a module keeps of the call could not be trained with later.
        with evaluating(module), torch.no_grad():
            return after(module(given.to(device, dtype)))

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


@contextmanager
def evaluating(module: Any) -> Iterator[None]:
    """Switch every part to evaluation, then each back to what it was.

    The flags themselves, since ``train()`` sets all parts alike and may be overridden.
    """
    training = [part for part in module.modules() if getattr(part, "training", False)]
    for part in training:
        part.training = False
    try:
        yield
    finally:
        for part in training:
            part.training = True


def uncompiled(module: Any, torch: Any) -> AbstractContextManager[Any]:
    """Run parts that were compiled as they were written: hooks are called, and nothing is built."""
    compiled = any(
        hasattr(part, "_orig_mod") or getattr(part, "_compiled_call_impl", None) is not None
        for part in module.modules()
    )
    if compiled and hasattr(torch.compiler, "set_stance"):  # since PyTorch 2.6
        stance: AbstractContextManager[Any] = torch.compiler.set_stance("force_eager")
        return stance
    return nullcontext()


def place_of(module: Any, torch: Any) -> tuple[Any, Any]:
    """Return where a module's numbers are, and in what precision."""
    for tensor in chain(module.parameters(), module.buffers()):
        if tensor.is_floating_point():
            return tensor.device, tensor.dtype
    return torch.device("cpu"), torch.float32
