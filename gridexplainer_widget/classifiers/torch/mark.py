"""What a PyTorch module's answers depend on, as far as it can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.mark import PLAIN, Mark, digests

from .calls import INSTALL

MAX_DEPTH = 4
"""Of containers and settings within an attribute of a module."""

BOOKKEEPING = (
    *("_backward_", "_state_dict_", "_load_state_dict_", "_is_full_backward", "_non_persistent_"),
    *("_forward_hooks_", "_forward_pre_hooks_", "_modules"),
)
"""How attributes begin that an answer does not depend on, or that are looked at elsewhere."""


def mark_of(module: Any) -> Mark:
    """Take a module's mark.

    It is never complete: `forward` is anybody's code and may read what no walk finds.
    """
    tensors = chain(module.parameters(), module.buffers())
    return Mark(structure(module), tensor_digests(tensors), complete=False)


def tensor_digests(tensors: Iterable[Any]) -> tuple[bytes, ...]:
    """Digest tensors of any device and dtype."""
    return digests(map(_bytes, tensors))


def structure(module: Any) -> tuple[Any, ...]:
    """Return a module's fingerprint, which ignores its weights' values."""
    return tuple(_structure_items(module))


def _structure_items(module: Any) -> Iterator[Any]:
    for name, part in module.named_modules():
        yield name, part
        for key, value in vars(part).items():
            if key in {"_forward_hooks", "_forward_pre_hooks"}:
                yield key, len(value)
            elif key in {"_parameters", "_buffers"}:
                for own, tensor in value.items():
                    if tensor is not None:
                        yield own, tuple(tensor.shape), tensor.dtype, tensor.device
            elif key != "training" and not key.startswith(BOOKKEEPING):
                yield key, _frozen(value, MAX_DEPTH)


def _frozen(value: Any, depth: int) -> Any:
    """Describe a setting; PyTorch's own objects and tensors stand for themselves."""
    if isinstance(value, PLAIN):
        return type(value), repr(value)
    if isinstance(value, np.ndarray):
        return digests([value])
    if depth == 0 or callable(value) or type(value).__module__.startswith("torch"):
        return id(value)
    if isinstance(value, Mapping):
        return [(_frozen(k, depth - 1), _frozen(v, depth - 1)) for k, v in list(value.items())]
    if isinstance(value, (Sequence, AbstractSet)):
        return [_frozen(one, depth - 1) for one in list(value)]
    return id(value), _frozen(getattr(value, "__dict__", None), depth - 1)


def _bytes(tensor: Any) -> NDArray[Any]:
    torch = framework("torch", "a PyTorch module", INSTALL)
    plain = tensor.detach()
    if plain.is_quantized:
        plain = plain.int_repr()
    if plain.layout is not torch.strided:
        plain = plain.to_dense()
    flat: NDArray[Any] = plain.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
    return flat
