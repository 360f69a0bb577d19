"""What a PyTorch module's answers depend on beside the module: classes, functions, settings."""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterable
from types import BuiltinFunctionType, FunctionType
from typing import Any

from gridexplainer_widget.classifiers.mark import PLAIN

LIBRARIES = {
    *("torch", "torchvision", "timm", "transformers", "numpy"),
    *("abc", "builtins", "collections", "enum", "functools", "typing"),
}
"""Packages whose code is taken to be what it was, unless something was put into it."""

CODE = (FunctionType, BuiltinFunctionType, type, property, staticmethod, classmethod)

FUNCTIONS = ("torch", "torch.nn.functional")
"""Modules of functions that the layers of all libraries call."""

GLOBAL_HOOKS = ("_global_forward_hooks", "_global_forward_pre_hooks")

DESCRIPTIONS = {"__annotations__", "__doc__"}
"""Attributes of classes and modules that an answer does not depend on."""


def is_of_a_library(thing: Any) -> bool:
    """Whether a class or function is the code of a known library."""
    return str(thing.__module__).partition(".")[0] in LIBRARIES


def around(classes: Iterable[type]) -> list[Any]:
    """Return the libraries' classes, and the modules whose functions they call.

    Around the user's own, a notebook's names change from cell to cell and tell nothing.
    """
    known = [kind for kind in classes if is_of_a_library(kind)]
    names = dict.fromkeys((*FUNCTIONS, *(kind.__module__ for kind in known)))
    return [*known, *(sys.modules[name] for name in names if name in sys.modules)]


def code_in(entries: tuple[Any, ...]) -> Hashable:
    """Describe a class or module by its names and their values, so that a replaced one is seen."""
    names = len(entries) // 2
    return tuple(
        (name, value) if isinstance(value, CODE) else (name, type(value), repr(value))
        for name, value in zip(entries[:names], entries[names:], strict=True)
        if isinstance(value, (*CODE, *PLAIN)) and name not in DESCRIPTIONS
    )


def is_interfered_with(torch: Any) -> bool:
    """Whether calls go otherwise than modules say: autocast, modes, hooks on all modules."""
    inner = torch._C  # noqa: SLF001 - no public way
    try:
        modes = inner._len_torch_function_stack() + inner._len_torch_dispatch_stack()  # noqa: SLF001
    except AttributeError:  # another PyTorch: nobody knows
        return True
    hooks = any(getattr(torch.nn.modules.module, name) for name in GLOBAL_HOOKS)
    return bool(modes) or hooks or is_autocast(torch)


def is_autocast(torch: Any) -> bool:
    """Whether operations choose their precision; before PyTorch 2.4, on a GPU alone."""
    return bool(getattr(torch._C, "_is_any_autocast_enabled", torch.is_autocast_enabled)())  # noqa: SLF001
