"""One worker thread for all jobs; no other file uses threads."""

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
"""Of every thread started here."""

SECONDS_BETWEEN_UPDATES = 1 / 15
"""Jupyter's server silently drops messages above 1,000 a second."""


@dataclass(frozen=True)
class Job:
    """Work in steps.

    Parameters
    ----------
    steps : callable returning an iterator
        Runs in the worker; other jobs may run between two steps.
    update : callable
        Called now and then; not after the job was dropped. What it raises ends the job.
    finish : callable (outcome)
        Called once at the end, unless the job was dropped. What it raises is reported.
    """

    steps: Callable[[], Iterator[object]]
    update: Callable[[], None]
    finish: Callable[[Outcome], None]


class Runner:
    """Run jobs step by step in a thread that ends with the last job.

    Each `turn` has one job, the newest. The lowest turn goes first, so that clicks are answered
    between the steps of a long run. `lock` is held during `update` and `finish`.

    An exception of any kind, also `SystemExit`, `KeyboardInterrupt` or `GeneratorExit` of a model
    or an observer, is the outcome of its job; the thread and the other jobs go on. Ctrl-C itself
    reaches the main thread alone.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._idle = threading.Condition(self.lock)
        self._tasks: dict[int, _Task] = {}
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether there is a job."""
        return self._busy

    def submit(self, job: Job, turn: int = 0) -> None:
        """Start a job; drop an older one of the same turn."""
        with self.lock:
            if turn in self._tasks:
                self._tasks[turn].updates.end()
            self._tasks[turn] = _Task(job, self.lock)
            if self._busy:
                return
            worker = _thread(self._work)
            self._busy = True
        try:
            worker.start()
        except RuntimeError:  # no threads, as in WebAssembly
            self._work()
        except BaseException:  # Ctrl-C, with the worker begun or not
            with self.lock:
                self._busy = worker.ident is not None and self._busy
            raise

    def stop(self, *turns: int) -> None:
        """End the jobs of these turns (default: all) within a step, as "stopped"."""
        with self.lock:
            for turn, task in self._tasks.items():
                if not turns or turn in turns:
                    task.stopped = True

    def drop(self, *turns: int) -> None:
        """End the jobs of these turns without `update` or `finish`."""
        with self.lock:
            for turn in turns:
                task = self._tasks.pop(turn, None)
                if task:
                    task.updates.end()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until all jobs end; return False after `timeout` seconds."""
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
                self._idle.wait(min(left, 0.5))  # in slices, for Ctrl-C
        return True

    def _work(self) -> None:
        while True:
            with self.lock:
                if not (self._busy and self._tasks):
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
            task.updates.request()
            if task.updates.failure is None:
                return
        if not isinstance(outcome, BaseException):
            outcome = task.updates.failure or outcome or "stopped"
        task.updates.end()
        del self._tasks[turn]
        try:
            task.job.finish(outcome)
        except BaseException:  # noqa: BLE001 - reported; other jobs go on
            details = (*sys.exc_info(), threading.current_thread())
            with suppress(BaseException):  # the hook may be a user's
                threading.excepthook(threading.ExceptHookArgs(details))


class _Task:
    def __init__(self, job: Job, lock: threading.RLock) -> None:
        self.job = job
        self.updates = _Updates(job.update, lock)
        self.stopped = False
        self._steps: Iterator[object] | None = None

    def step(self) -> Outcome | None:
        if self.stopped:
            return "stopped"
        try:
            if self._steps is None:
                self._steps = self.job.steps()
            next(self._steps)
        except StopIteration:
            return "done"
        except BaseException as error:  # noqa: BLE001 - even a model that exits
            return error
        return None


class _Updates:
    """Call `update` at most every SECONDS_BETWEEN_UPDATES.

    A timer makes postponed calls: the next step may be slow. `failure` is what the last call
    raised.
    """

    def __init__(self, update: Callable[[], None], lock: threading.RLock) -> None:
        self.failure: BaseException | None = None
        self._update, self._lock = update, lock
        self._last = -SECONDS_BETWEEN_UPDATES
        self._timer: threading.Event | None = None

    def request(self) -> None:
        """Update now or later; needs the lock."""
        wait = self._last + SECONDS_BETWEEN_UPDATES - time.monotonic()
        if wait <= 0:
            self._now()
        elif self._timer is None:
            self._timer = threading.Event()
            with suppress(RuntimeError):  # no threads: `finish` comes soon
                _thread(self._late, wait, self._timer).start()

    def end(self) -> None:
        """Stop updating; needs the lock."""
        self._update = lambda: None  # a waiting timer keeps no widget alive
        if self._timer is not None:
            self._timer.set()

    def _late(self, wait: float, cancelled: threading.Event) -> None:
        if cancelled.wait(wait):
            return
        with self._lock:
            self._timer = None
            self._now()

    def _now(self) -> None:
        try:
            self._update()
        except BaseException as error:  # noqa: BLE001 - passed to `finish`
            self.failure = error
        self._last = time.monotonic()


def _thread(work: Callable[..., None], *arguments: object) -> threading.Thread:
    """Make a thread whose messages reach the front end."""
    # marimo up to 0.20 silently drops messages of other threads.
    marimo: Any = sys.modules.get("marimo")
    inside = marimo is not None and marimo.running_in_notebook()
    kind: type[threading.Thread] = marimo.Thread if inside else threading.Thread
    # ipykernel finds the cell of an output in the context.
    context = contextvars.copy_context()
    thread = kind(target=context.run, args=(work, *arguments), daemon=True)
    thread.name = THREAD_NAME
    return thread
