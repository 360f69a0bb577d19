"""The only file with threads: one worker that takes turns."""

from __future__ import annotations

import contextvars
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Outcome: TypeAlias = "Literal['done', 'stopped'] | BaseException"

THREAD_NAME = "gridexplainer"
"""Of every thread that is started here."""

SECONDS_BETWEEN_UPDATES = 1 / 15
"""Jupyter's server silently drops messages above 1,000 a second."""


@dataclass(frozen=True)
class Job:
    """Work in steps.

    Parameters
    ----------
    steps : callable returning an iterator
        Runs in the worker; between two steps another job may have its turn, and this one may end.
    update : callable
        Called now and then, with the lock held; not after the job was replaced or dropped.
    finish : callable (outcome)
        Called once at the end, with the lock held; not if the job was replaced or dropped.
    """

    steps: Callable[[], Iterator[object]]
    update: Callable[[], None]
    finish: Callable[[Outcome], None]


class Runner:
    """Runs jobs step by step, in a thread that lives only while there are some.

    Each `turn` has one job, the newest. Before each step, the job with the lowest turn is chosen:
    a click is answered between two steps of a long run.

    Attributes
    ----------
    lock : threading.RLock
        Held while anything is published; hold it to change what a job publishes.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._idle = threading.Condition(self.lock)
        self._tasks: dict[int, _Task] = {}
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a job is running or about to."""
        return self._busy

    def submit(self, job: Job, turn: int = 0) -> None:
        """Start a job; it replaces the one of the same turn, which publishes nothing more."""
        with self.lock:
            if turn in self._tasks:
                self._tasks[turn].updates.end()
            self._tasks[turn] = _Task(job, self.lock)
            if self._busy:
                return
            self._busy = True
        try:
            _thread(self._work).start()
        except RuntimeError:  # no threads here, as in WebAssembly
            self._work()

    def stop(self, *turns: int) -> None:
        """End the jobs of these turns, or all, within a step; their outcome is "stopped"."""
        with self.lock:
            for turn, task in self._tasks.items():
                if not turns or turn in turns:
                    task.stopped = True

    def drop(self, *turns: int) -> None:
        """End the jobs of these turns within a step; they publish nothing more."""
        with self.lock:
            for turn in turns:
                task = self._tasks.pop(turn, None)
                if task:
                    task.updates.end()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing runs; False when `timeout` seconds were not enough.

        Raises
        ------
        RuntimeError
            The worker calls this, and would wait for itself.
        """
        if threading.current_thread().name == THREAD_NAME:
            raise RuntimeError(
                "wait() was called in the thread that scores, by an observer of a trait that is "
                "published there. Wait in the main thread."
            )
        end = None if timeout is None else time.monotonic() + timeout
        with self._idle:
            while self._busy:
                left = 0.5 if end is None else end - time.monotonic()
                if left <= 0:
                    return False
                self._idle.wait(min(left, 0.5))  # in slices: an interrupt gets through everywhere
        return True

    def _work(self) -> None:
        while True:
            with self.lock:
                if not self._tasks:
                    self._busy = False
                    self._idle.notify_all()
                    return
                turn = min(self._tasks)
                task = self._tasks[turn]
            outcome = task.step()
            with self.lock:
                if self._tasks.get(turn) is task:
                    self._settle(turn, task, outcome)

    def _settle(self, turn: int, task: _Task, outcome: Outcome | None) -> None:
        if outcome is None and not task.stopped:
            try:
                task.updates.request()
            except Exception as error:  # noqa: BLE001 - whatever it is, `finish` is given it
                outcome = error
            else:
                return
        task.updates.end()
        del self._tasks[turn]
        try:
            task.job.finish(outcome or "stopped")
        except Exception:  # noqa: BLE001 - reported as a thread's is; other jobs go on
            details = (*sys.exc_info(), threading.current_thread())
            threading.excepthook(threading.ExceptHookArgs(details))


class _Task:
    """A job that was started."""

    def __init__(self, job: Job, lock: threading.RLock) -> None:
        self.job = job
        self.updates = _Updates(job.update, lock)
        self.stopped = False
        self._steps: Iterator[object] | None = None

    def step(self) -> Outcome | None:
        """Go one step further; None where there may be more."""
        if self.stopped:
            return "stopped"
        try:
            if self._steps is None:
                self._steps = self.job.steps()
            next(self._steps)
        except StopIteration:
            return "done"
        except BaseException as error:  # noqa: BLE001 - a model that exits ends its job alone
            return error
        return None


class _Updates:
    """Calls `update` at most every SECONDS_BETWEEN_UPDATES.

    A timer makes up for one that was put off: the next step may be slow.
    """

    def __init__(self, update: Callable[[], None], lock: threading.RLock) -> None:
        self._update, self._lock = update, lock
        self._last = -SECONDS_BETWEEN_UPDATES
        self._timer: threading.Event | None = None

    def request(self) -> None:
        """Update now, or when the interval is over; the lock is held."""
        wait = self._last + SECONDS_BETWEEN_UPDATES - time.monotonic()
        if wait <= 0:
            self._now()
        elif self._timer is None:
            self._timer = threading.Event()
            with suppress(RuntimeError):  # no threads here: `finish` is soon called
                _thread(self._late, wait, self._timer).start()

    def end(self) -> None:
        """Update no more; the lock is held."""
        self._update = lambda: None  # a timer still waiting keeps no widget alive
        if self._timer is not None:
            self._timer.set()

    def _late(self, wait: float, cancelled: threading.Event) -> None:
        if cancelled.wait(wait):
            return
        with self._lock:
            self._timer = None
            self._now()

    def _now(self) -> None:
        self._update()
        self._last = time.monotonic()


def _thread(work: Callable[..., None], *arguments: object) -> threading.Thread:
    """Make a thread whose messages reach the front end."""
    # marimo up to 0.20 silently loses what is sent from other threads than its own.
    marimo: Any = sys.modules.get("marimo")
    inside = marimo is not None and marimo.running_in_notebook()
    kind: type[threading.Thread] = marimo.Thread if inside else threading.Thread
    # From the context, ipykernel knows which cell the output belongs to.
    context = contextvars.copy_context()
    thread = kind(target=context.run, args=(work, *arguments), daemon=True)
    thread.name = THREAD_NAME
    return thread
