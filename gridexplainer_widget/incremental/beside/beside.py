"""Work that is done in a thread of its own while a run goes on."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

THREAD_NAME = "gridexplainer, planning"


class Beside(Generic[T]):
    """One piece of work and, once it is done, what it returned or raised.

    Nothing waits for it: a stop or an interrupt of the run ends no thread, and a process ends
    without it. Without a `thread`, or where there are none, as in WebAssembly, it is done at once.
    """

    def __init__(self, work: Callable[[], T], *, thread: bool = True) -> None:
        self._work: Callable[[], T] | None = work
        self._returned: list[T] = []
        self._raised: Exception | None = None
        self._ended = threading.Event()
        if not (thread and self._starts()):
            self._do()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._ended.is_set()

    def result(self) -> T:
        """Wait for the end; return what the work returned, or raise what it raised."""
        self._ended.wait()
        if self._raised is not None:
            raise self._raised
        return self._returned[0]

    def _starts(self) -> bool:
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(self._in_thread,), name=THREAD_NAME)
        thread.daemon = True
        try:
            thread.start()
        except RuntimeError:  # no threads
            return False
        return True

    def _in_thread(self) -> None:
        try:
            self._do()
        except BaseException as error:  # noqa: BLE001 - a model that exits ends no process from here
            self._raised = RuntimeError(f"it raised {type(error).__name__}")
        finally:
            self._ended.set()

    def _do(self) -> None:
        work, self._work = self._work, None  # it may hold a picture and a model
        try:
            if work is not None:
                self._returned.append(work())
            self._ended.set()
        except Exception as error:  # noqa: BLE001 - raised by `result`
            self._raised = error
            self._ended.set()
