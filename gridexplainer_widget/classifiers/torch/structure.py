"""A PyTorch module's parts and settings, as far as they can be seen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial
from operator import is_
from types import MethodType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.mark import PLAIN, digests

from .calls import INSTALL
from .surroundings import CODE, around, code_in, is_of_a_library

MAX_DEPTH = 4
"""Of containers and settings within an attribute of a module."""

SAYS_ALL = {bool, int, str, type(None)}
"""Kinds of settings that need no description; 0.0 is equal to -0.0."""

HOOKS = {"_forward_hooks", "_forward_pre_hooks"}

BOOKKEEPING = (
    *("_backward_", "_state_dict_", "_load_state_dict_", "_is_full_backward", "_non_persistent_"),
    *("_forward_hooks_", "_forward_pre_hooks_"),
)
"""How attributes begin that an answer does not depend on, or that are looked at elsewhere."""

Contents: TypeAlias = "tuple[Any, ...]"


class StructureReader:
    """Reads a module's structure, again only where something in it was replaced."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.torch = framework("torch", "a PyTorch module", INSTALL)
        self._last: Structure | None = None

    def read(self) -> Structure:
        """Return the structure as it is now."""
        if self._last is None or self._last.has_changed:
            self._last = Structure(self.torch, self.module)
        return self._last


class Structure:
    """What a module's answers depend on beside the values of its weights.

    Attributes
    ----------
    fingerprint : hashable
    tensors : list
        Its weights, each once.
    foreign : bool
        Whether code of the user's own was met, or anything else that may depend on anything.
    """

    def __init__(self, torch: Any, module: Any) -> None:
        self.tensors: list[Any] = []
        self.foreign = False
        self._torch = torch
        self._plain = (*PLAIN, torch.dtype, torch.device, torch.layout, torch.memory_format)
        self._looked_at: list[tuple[Callable[[Any], Contents], Any, Contents]] = []
        self._arrays: list[tuple[Any, tuple[bytes, ...]]] = []
        self._slots: dict[int, int] = {}  # which weights are one
        self._classes: dict[type, None] = {}
        self._holders: dict[int, Any] = {}
        parts = list(module.modules())
        self._parts = set(map(id, parts))
        items = tuple(item for part in parts for item in self._part(part))
        code = tuple(code_in(self._look(_entries, vars(one))) for one in around(self._classes))
        self._kinds = self._tensor_kinds()
        self.fingerprint: Hashable = (items, code, self._kinds)

    @property
    def has_changed(self) -> bool:
        """Whether anything that was looked at is another thing now."""
        return (
            any(not _same(contents(holder), found) for contents, holder, found in self._looked_at)
            or any(tensor_digests(self._torch, [one]) != was for one, was in self._arrays)
            or self._tensor_kinds() != self._kinds
        )

    def _look(self, contents: Callable[[Any], Contents], holder: Any) -> Contents:
        found = contents(holder)
        self._looked_at.append((contents, holder, found))
        return found

    def _entries(self, mapping: Mapping[Any, Any]) -> Iterable[tuple[Any, Any]]:
        found = self._look(_entries, mapping)
        half = len(found) // 2
        return zip(found[:half], found[half:], strict=True)

    def _part(self, part: Any) -> Iterator[Hashable]:
        yield part, self._class(self._look(_kind, part)[0])
        for key, value in self._entries(vars(part)):
            if _ignored(key):
                continue
            if key in HOOKS:
                self.foreign |= bool(value)
                yield key, len(self._look(_entries, value))
            elif key == "_modules":
                yield tuple(self._entries(value))
            elif key in {"_parameters", "_buffers"}:
                for own, tensor in self._entries(value):
                    yield own, self._slot(tensor)
            else:
                yield key, self._value(value, MAX_DEPTH)

    def _class(self, kind: type) -> type:
        if kind not in self._classes:
            self._classes.update(dict.fromkeys(kind.__mro__))
            self.foreign |= not all(map(is_of_a_library, kind.__mro__))
        return kind

    def _slot(self, tensor: Any) -> int | None:
        """Return which of the weights a tensor is."""
        if tensor is None:
            return None
        place = self._slots.setdefault(id(tensor), len(self._slots))
        if place == len(self.tensors):
            self.tensors.append(tensor)
            self._class(type(tensor))
        return place

    def _tensor_kinds(self) -> tuple[Hashable, ...]:
        return tuple([(one.shape, one.dtype, one.device) for one in self.tensors])

    def _value(self, value: Any, depth: int) -> Hashable:
        """Describe a setting."""
        kind = type(value)
        if kind in SAYS_ALL:
            return kind, value
        self._class(kind)
        if isinstance(value, self._plain):
            return kind, repr(value)
        if isinstance(value, (np.ndarray, self._torch.Tensor)):
            return self._numbers(value)
        if callable(value):
            return self._code(value, depth)
        return self._holder(value, depth)

    def _holder(self, holder: Any, depth: int) -> Hashable:
        """Describe what holds settings."""
        if depth == 0:
            return self._unknown(holder)
        if isinstance(holder, Mapping):
            return self._values(self._look(_entries, holder), depth - 1)
        if isinstance(holder, (Sequence, AbstractSet)):
            return self._values(self._look(tuple, holder), depth - 1)
        if id(holder) in self._holders:
            return list(self._holders).index(id(holder))
        self._holders[id(holder)] = holder  # so that no id comes back
        held = getattr(holder, "__dict__", None)
        if held is None or type(holder).__module__.startswith("torch"):
            return self._unknown(holder)
        kind = self._look(_kind, holder)[0]
        return kind, self._values(self._look(_entries, held), depth - 1)

    def _values(self, values: Iterable[Any], depth: int) -> Hashable:
        return tuple([self._value(one, depth) for one in values])

    def _numbers(self, array: Any) -> Hashable:
        try:
            found = tensor_digests(self._torch, [array])
        except (RuntimeError, TypeError):  # numbers of another kind, or none
            return self._unknown(array)
        self._arrays.append((array, found))
        return found

    def _code(self, code: Any, depth: int) -> Hashable:
        """Describe what can be called: it must be a library's, and hold nothing unseen."""
        if id(code) in self._parts:
            return id(code)
        if isinstance(code, partial):
            return self._values((code.func, code.args, code.keywords), depth)
        if isinstance(code, MethodType) and id(code.__self__) in self._parts:
            return id(code.__self__), self._code(code.__func__, depth)
        if isinstance(code, type):
            return self._class(code)
        known = isinstance(code, CODE) and is_of_a_library(code)
        return self._unknown(code) if not known or getattr(code, "__closure__", None) else code

    def _unknown(self, thing: Any) -> int:
        self.foreign = True
        return id(thing)


def tensor_digests(torch: Any, tensors: Iterable[Any]) -> tuple[bytes, ...]:
    """Digest tensors of any device and dtype, or arrays."""
    return digests(_numpy(torch, tensor) for tensor in tensors)


def _kind(thing: Any) -> Contents:
    return (type(thing),)


def _entries(mapping: Mapping[Any, Any]) -> Contents:
    """Return keys, then values; of TorchScript, too, whose mappings cannot be iterated over."""
    return (*mapping.keys(), *mapping.values())


def _same(now: Contents, before: Contents) -> bool:
    return len(now) == len(before) and all(map(is_, now, before))


@cache
def _ignored(key: str) -> bool:
    return key == "training" or key.startswith(BOOKKEEPING)


def _numpy(torch: Any, tensor: Any) -> NDArray[Any]:
    """Return a tensor's numbers, or its bytes where NumPy has no such numbers."""
    if isinstance(tensor, np.ndarray):
        return tensor
    plain = tensor.detach()
    try:
        found: NDArray[Any] = plain.numpy()
    except (RuntimeError, TypeError):
        plain = plain.int_repr() if plain.is_quantized else plain
        plain = plain if plain.layout is torch.strided else plain.to_dense()
        found = plain.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
    return found
