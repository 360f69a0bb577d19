"""What was read and compiled of a model, kept as long as the model."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

MAX_KEPT = 16
"""Things to keep of one model."""

_kept: dict[int, dict[Hashable, Any]] = {}


def kept(model: Any, key: Hashable, make: Callable[[], T]) -> T:
    """Return what was made of a model before under this key, else make it.

    Parameters
    ----------
    key
        All that it depends on, but for the values of weights.
    make
        Nothing that it returns may hold the model, or neither would ever be freed.
    """
    known = _kept.get(id(model))
    if known is None:
        try:
            weakref.finalize(model, _kept.pop, id(model), None).atexit = False
        except TypeError:  # it cannot be referenced weakly
            return make()
        known = _kept[id(model)] = {}
    if key not in known:
        known[key] = make()
        while len(known) > MAX_KEPT:
            known.pop(next(iter(known)))
    found: T = known[key]
    return found


def forget(model: Any) -> None:
    """Drop what was made of a model."""
    known = _kept.get(id(model))
    if known is not None:
        known.clear()
