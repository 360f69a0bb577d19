"""Keep Python's cycle collector from looking through what is made to stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_uncollected() -> Iterator[None]:
    """Pause the collector, for the process, and count what was made meanwhile as old.

    A graph is so many new objects that a look through all comes due: with TensorFlow loaded that
    takes 0.3 to 0.4 s, a tenth of a first map (docs/speed.md), and frees nothing. Threads that do
    this at once do no harm.
    """
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            if not gc.get_freeze_count():  # else the user's own frozen objects would be freed, too
                gc.freeze()
                gc.unfreeze()
            gc.enable()
