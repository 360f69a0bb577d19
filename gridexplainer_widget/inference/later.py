"""What a run goes on with, once it has begun with the model itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.incremental.engine import Engines

from .incremental import IncrementalStrategy
from .strategy import WHOLE, Cells, FullStrategy, InferenceStrategy

WORTH = 2.0
"""How many times as long as reading a model what it is read for has to take."""

CHECKED = 2
"""Answers by which a plan is checked: about the whole picture and a cell."""

FEWEST = 8
"""Sets left to ask about that make it worth to plan: a click has fewer, and so has a small grid."""


class Later:
    """What a run can go on with after its first batch: planned between two, so that nothing waits.

    Parameters
    ----------
    full
        Goes on where patches gain nothing.
    read
        Makes the strategy; None if it gains nothing.
    reading_seconds
        How long reading takes, roughly, where that may be more than what it is for.
    refused
        Says why the model itself goes on.
    """

    def __init__(
        self,
        engines: Engines,
        full: FullStrategy,
        read: Callable[[], IncrementalStrategy | None],
        reading_seconds: float,
        refused: Callable[[Exception], None],
    ) -> None:
        self.full = full
        self._engines, self._read, self._refused = engines, read, refused
        self._seconds = reading_seconds
        self._asked, self._since = 0, 0.0

    def is_worth_it(self, asked: int, left: int) -> bool:
        """Compare with the seconds that the model took, in earlier runs as well, and will take."""
        if asked < CHECKED or left < FEWEST:
            return False
        if not self._seconds:
            return True
        now = time.perf_counter()
        if asked <= self._asked or not self._asked:
            self._asked, self._since = asked, now
            return False
        each = (now - self._since) / (asked - self._asked)
        self._engines.seconds_in_full += now - self._since
        self._asked, self._since = asked, now
        return self._engines.seconds_in_full + each * left > WORTH * self._seconds

    def found(self, sets: Sequence[Cells], told: Answers) -> tuple[InferenceStrategy, Answers]:
        """Plan; return what to go on with, and what it says of the whole picture.

        Parameters
        ----------
        sets, told
            What the model itself has said of the whole picture, and of others.
        """
        try:
            strategy = self._read()
            if strategy is not None:
                return strategy, strategy.prepare(sets, told)
        except Exception as error:  # noqa: BLE001 - the model itself still answers
            self._refused(error)
        if self.full.is_the_model:
            return self.full, told.at(sets.index(()))
        return self.full, self.full.answers(WHOLE).at(0)
