"""What was read and compiled of a model, kept as long as the model."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

MAX_KEPT = 4
"""Things of a kind to keep of one model: those of the latest sizes."""

_kept: dict[int, dict[str, dict[Hashable, Any]]] = {}


def kept(model: Any, kind: str, key: Hashable, make: Callable[[], T]) -> T:
    """Return what was made of a model before under this key, else make it.

    Parameters
    ----------
    kind, key
        What it is, and all that it depends on but for the values of weights.
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
    alike = known.setdefault(kind, {})
    found: T | None = alike.pop(key, None)
    if found is None:
        found = make()
    alike[key] = found
    if len(alike) > MAX_KEPT:
        alike.pop(next(iter(alike)), None)  # another thread may have been faster
    return found


def forget(model: Any) -> None:
    """Drop what was made of a model."""
    known = _kept.get(id(model))
    if known is not None:
        known.clear()
