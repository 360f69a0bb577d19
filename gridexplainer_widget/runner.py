"""The only file with threads: one worker, the newest job wins."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = "Literal['done', 'stopped'] | Exception"

THREAD = "gridexplainer"
"""Name of every thread that is started here."""

INTERVAL = 1 / 15
"""Seconds between updates: Jupyter's server drops messages above 1,000 a second, without a word."""


@dataclass(frozen=True)
class Job:
    """Work in steps, and what to do on the way.

    Parameters
    ----------
    steps : callable returning an iterator
        Runs in the worker; between any two steps the job can end.
    update : callable
        Called in the worker now and then, with the lock held, never once
        the job is stale.
    finish : callable (outcome)
        Called once at the end, alike; not for a job that a newer one replaced.
    """

    steps: Callable[[], Iterator[object]]
    update: Callable[[], None]
    finish: Callable[[Outcome], None]


class Runner:
    """Runs one job at a time in a thread that lives only while there is one.

    Attributes
    ----------
    lock : threading.RLock
        Held while anything is published. Who changes what a job publishes
        holds it too.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._idle = threading.Condition(self.lock)
        self._generation = 0
        self._next: tuple[Job, int] | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a job is running or about to."""
        return self._busy

    def submit(self, job: Job) -> None:
        """Start a job; the one that runs ends within a step and publishes nothing more."""
        with self.lock:
            self._generation += 1
            self._next = (job, self._generation)
            if self._busy:
                return
            self._busy = True
        # The context carries what ipykernel needs to know whose output this is.
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(self._work,), daemon=True)
        thread.name = THREAD
        try:
            thread.start()
        except RuntimeError:  # no threads here, as in WebAssembly
            self._work()

    def stop(self) -> None:
        """End the job within a step; its `finish` is called with "stopped"."""
        with self.lock:
            self._generation += 1

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing runs; False when `timeout` seconds were not enough."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._idle:
            while self._busy:
                left = 0.5 if end is None else end - time.monotonic()
                if left <= 0:
                    return False
                self._idle.wait(min(left, 0.5))  # in slices: an interrupt gets in everywhere
        return True

    def _work(self) -> None:
        while True:
            with self.lock:
                queued, self._next = self._next, None
                if queued is None:
                    self._rest()
                    return
            job, generation = queued
            outcome = self._run(job, generation)
            with self.lock:
                if self._next is None:
                    try:
                        job.finish(outcome)
                    except BaseException:
                        self._rest()  # wakes who waits; the thread's own hook tells why
                        raise

    def _rest(self) -> None:
        self._busy = False
        self._idle.notify_all()

    def _run(self, job: Job, generation: int) -> Outcome:
        if self._generation != generation:
            return "stopped"
        updates = _Updates(job.update, lambda: self._generation == generation, self.lock)
        try:
            for _ in job.steps():
                with self.lock:
                    if self._generation != generation:
                        return "stopped"
                    updates.ask()
        except Exception as error:  # noqa: BLE001 - it is handed on, whatever it is
            return error
        finally:
            updates.end()
        return "done"


class _Updates:
    """Calls `update` at most every INTERVAL; a timer makes good what is put off.

    Without the timer, a step that is followed by a slow one would stay unseen.
    """

    def __init__(
        self, update: Callable[[], None], current: Callable[[], bool], lock: threading.RLock
    ) -> None:
        self._update, self._current, self._lock = update, current, lock
        self._last = -INTERVAL
        self._timer: threading.Timer | None = None

    def ask(self) -> None:
        """Update now, or as soon as the interval is over; the lock is held."""
        wait = self._last + INTERVAL - time.monotonic()
        if wait <= 0:
            self._now()
        elif self._timer is None:
            context = contextvars.copy_context()
            self._timer = threading.Timer(wait, context.run, [self._late])
            self._timer.daemon = True
            self._timer.name = THREAD
            with suppress(RuntimeError):  # no threads here: `finish` comes before anyone looks
                self._timer.start()

    def end(self) -> None:
        """Let nothing more happen; the job's `finish` shows what is left."""
        with self._lock:
            self._current = lambda: False
            if self._timer is not None:
                self._timer.cancel()

    def _late(self) -> None:
        with self._lock:
            self._timer = None
            if self._current():
                self._now()

    def _now(self) -> None:
        self._update()
        self._last = time.monotonic()
