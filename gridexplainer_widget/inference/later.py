"""Plans patches beside a run that has begun with the model itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from gridexplainer_widget.incremental.beside.beside import Beside
from gridexplainer_widget.incremental.engine import Engines

from .incremental import IncrementalStrategy

WORTH = 2.0
"""How many times as long as reading a model what it is read for has to take."""


class Later:
    """What a run can go on with, once it has been planned beside it.

    Parameters
    ----------
    read
        Makes the strategy; None if it gains nothing.
    key
        Two with the same key need the same to be compiled.
    reading_seconds
        How long reading takes, roughly; the run waits for it between two batches. 0 if it is read,
        and the plan known to be worth it: then it is compiled in a thread.
    refused
        Says why the model itself goes on.
    """

    def __init__(
        self,
        engines: Engines,
        key: Hashable,
        read: Callable[[], IncrementalStrategy | None],
        reading_seconds: float,
        refused: Callable[[Exception], None],
    ) -> None:
        self._engines, self._key, self._read = engines, key, read
        self._seconds, self._refused = reading_seconds, refused
        self._made: list[IncrementalStrategy | None] = []
        self._planning: Beside[None] | None = None
        self._start = self._since = time.perf_counter()

    @property
    def done(self) -> bool:
        """Whether it has been planned."""
        return self._planning is not None and self._planning.done

    def begin(self, asked: int, left: int) -> None:
        """Begin, or join what another run has begun, if that is worth it by now."""
        if self._planning is not None:
            return
        running = self._engines.planning.get(self._key)
        if running is not None and running.done:  # of a run that has ended
            running = None
        if running is None and self._is_worth_it(asked, left):
            running = self._engines.planning[self._key] = Beside(
                self._prepare, thread=not self._seconds
            )
        self._planning = running

    @property
    def joined(self) -> bool:
        """Whether it was planned for another run: the model may have changed since it was read."""
        return not self._made

    def found(self) -> IncrementalStrategy | None:
        """Return what was planned; None, and a warning, if it failed or gains nothing."""
        if self._planning is None:
            return None
        self._engines.planning.pop(self._key, None)
        try:
            self._planning.result()
            return self._made[0] if self._made else self._read()
        except Exception as error:  # noqa: BLE001 - the model itself still answers
            self._refused(error)
            return None

    def _is_worth_it(self, asked: int, left: int) -> bool:
        """Compare with the seconds that model has taken, in earlier runs as well, and will take."""
        if not self._seconds:
            return True
        if not asked:
            self._start = self._since = time.perf_counter()
            return False
        now = time.perf_counter()
        self._engines.seconds_in_full += now - self._since
        self._since = now
        rest = (now - self._start) / asked * left
        return self._engines.seconds_in_full + rest > WORTH * self._seconds

    def _prepare(self) -> None:
        made = self._read()
        self._made.append(made)
        if made is not None and not made.prepared:
            made.prepare()
