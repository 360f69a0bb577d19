"""Traits that the worker, the front end and Python write at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import anywidget
from traitlets import Bunch

from gridexplainer_widget.core.errors import named

MOST_TOLD = 1000
"""Changes at a time: an observer may lead to more, and by mistake to more without end."""


class SharedTraits(anywidget.AnyWidget):
    """Traits behind one lock.

    traitlets and ipywidgets hold back the changes of all threads at once, and roll all of them
    back after a TraitError. Here, who holds changes back has `lock`; the kernel's traits are never
    rolled back, the others after any exception. Whatever an observer raises, of whatever kind, the
    others are told of all that changed together; then it is raised.
    """

    lock: threading.RLock
    _kernel_traits: Collection[str] = ()
    _held: dict[str, Any] | None = None
    _unpublished: dict[str, Any] | None = None
    _raised: list[BaseException]

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a trait, or anything else, under the lock."""
        with self.__dict__.get("lock") or nullcontext():
            super().__setattr__(name, value)

    def set_trait(self, name: str, value: Any) -> None:
        """Set a trait under the lock."""
        with self.lock:
            super().set_trait(name, value)

    @contextmanager
    def hold_trait_notifications(self) -> Iterator[None]:
        """Accept changes all together, or put the old values back and raise; kernel's apart."""
        with self.lock:
            if self._held is not None:
                yield
                return
            before = self._accepted_values()
            held: dict[str, Any] = {}
            self._held = held
            self._cross_validation_lock = True
            try:
                yield
                for name in list(held):
                    trait = getattr(type(self), name)
                    self.set_trait(name, trait._cross_validate(self, getattr(self, name)))  # noqa: SLF001 - as traitlets does
            except BaseException:
                self._restore(before)
                raise
            finally:
                self._cross_validation_lock = False
                self._held = None
            changes = [Bunch(change, new=getattr(self, name)) for name, change in held.items()]
            raised = [error for change in changes for error in _raised(self.notify_change, change)]
            _raise_first(raised)

    @contextmanager
    def hold_sync(self) -> Iterator[None]:
        """Send changes in one message; tell the kernel's once all of them are set."""
        with self.lock:
            if self._unpublished is not None:
                yield
                return
            self._unpublished, self._raised = {}, []
            with super().hold_sync():
                try:
                    yield
                finally:
                    for _ in range(MOST_TOLD):
                        if not self._unpublished:
                            break
                        change = self._unpublished.pop(next(iter(self._unpublished)))
                        self._raised += _raised(super().notify_change, change)
                    else:
                        self._raised.append(RecursionError("Observers lead to changes without end"))
                    self._unpublished = None
            _raise_first(self._raised)

    def notify_change(self, change: Any) -> None:
        """Tell a change under the lock, or keep it for later."""
        with self.lock:
            name = change["name"]
            waiting = self._unpublished if name in self._kernel_traits else self._held
            if waiting is not None:
                waiting[name] = Bunch(change, old=waiting.get(name, change)["old"])
            elif self._unpublished is not None:
                self._raised += _raised(super().notify_change, change)
            else:
                super().notify_change(change)

    def _take_back(self, change: Any) -> None:
        """Put back the old value of a change that cannot be followed; tell the front end."""
        self._trait_values[change["name"]] = change["old"]
        self.send_state(change["name"])

    def _accepted_values(self) -> dict[str, Any]:
        names = set(self.keys).difference(self._kernel_traits)
        return {name: value for name, value in self._trait_values.items() if name in names}

    def _restore(self, before: dict[str, Any]) -> None:
        for name in self._accepted_values():
            if name not in before:
                del self._trait_values[name]
        self._trait_values.update(before)

    def _send(self, msg: Any, buffers: Any = None) -> None:
        """Send a message; a front end that cannot be reached keeps no work from going on."""
        try:
            super()._send(msg, buffers=buffers)
        except Exception as error:  # noqa: BLE001 - the comm's
            self.set_trait("error", f"The browser could not be told: {named(error)}")


def _raised(tell: Callable[[Any], None], change: Any) -> list[BaseException]:
    """Tell a change; return what an observer raised."""
    try:
        tell(change)
    except BaseException as error:  # noqa: BLE001 - raised when all are told
        return [error]
    return []


def _raise_first(errors: list[BaseException]) -> None:
    if errors:
        raise errors[0]
