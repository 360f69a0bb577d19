"""One lock for each model, whoever uses it."""

from __future__ import annotations

import functools
import itertools
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any

_registry = threading.RLock()
_locks: dict[int, _Lock] = {}
_numbers = itertools.count()


class _Lock:
    """Of one object, or of several that are parts of one model."""

    def __init__(self) -> None:
        self.number = next(_numbers)
        self.lock = threading.RLock()


class ModelLock:
    """Hold a model, with all its parts, for one thread.

    Models that share a part, such as a backbone, take turns.
    """

    def __init__(self, locks: Iterable[_Lock]) -> None:
        self._locks = sorted(locks, key=lambda one: one.number)  # an order excludes deadlocks

    def __enter__(self) -> None:
        with ExitStack() as stack:
            for one in self._locks:
                stack.enter_context(one.lock)
            stack.pop_all()  # all are held; else those that were taken are given back

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for one in reversed(self._locks):
            one.lock.release()


def lock_of(*parts: Any) -> ModelLock:
    """Return the lock of the objects that make up a model.

    Two callers that share an object get locks that exclude each other. Objects that cannot be
    referenced weakly are not known again.
    """
    with _registry:
        objects = [one for part in parts for one in _behind(part)]
        known = {id(lock): lock for one in objects if (lock := _locks.get(id(one))) is not None}
        found = list(known.values()) or [_Lock()]
        for one in objects:
            if id(one) not in _locks:
                _remember(one, found[0])
        return ModelLock(found)


def _remember(one: Any, lock: _Lock) -> None:
    key = id(one)
    try:
        weakref.finalize(one, _locks.pop, key, None).atexit = False
    except TypeError:
        return
    _locks[key] = lock


def _behind(part: Any) -> Iterator[Any]:
    """List an object, and those that a method, a partial or a closure calls."""
    if isinstance(part, functools.partial):
        for one in (part.func, *part.args, *part.keywords.values()):
            yield from _behind(one)
        return
    if hasattr(part, "__self__") and hasattr(part, "__func__"):  # a method is made anew each time
        yield part.__self__
        return
    yield part
    for cell in getattr(part, "__closure__", None) or ():
        with suppress(ValueError):  # not filled yet
            yield cell.cell_contents
