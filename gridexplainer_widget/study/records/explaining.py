"""Explain a study's pictures in this process, decoding ahead in threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from gridexplainer_widget.analysis.setup import Setup

from .beside import Beside, may_help
from .folder import Done
from .held import HeldModel
from .identity import Identity
from .plan import Plan
from .reading import Item, read_item, seen_of
from .recipe import Recipe
from .rows import Asked, rows_of
from .schema import table_of
from .sources import Source

READERS: Final = 2
"""Threads that read and decode."""

AHEAD: Final = 3
"""Pictures that are decoded before their turn: more would take memory and gain nothing."""


def explained(
    setup: Setup, plan: Plan, identity: Identity, sources: Sequence[Source], done: Done
) -> Iterator[Any]:
    """Explain pictures; yield an Arrow table of each, or None where it was done before.

    Raises
    ------
    ModelChangedError
        The model changed: what it was asked last is not yielded.
    """
    model, asked = HeldModel(setup), Asked(identity.weights, identity.configuration)

    def explain(model: HeldModel, item: Item) -> Any:
        rows = rows_of(model.setup, plan, asked, item)
        model.check()
        return table_of(rows, setup.grid_size, plan.more)

    beside = Beside(
        explain,
        lambda: may_help(model, plan),
        lambda: Recipe.of(setup, plan, identity, "A second thread"),
    )
    try:
        for number, item in enumerate(_read_ahead(sources, done), 1):
            if item is None or item.item in done.items:
                yield None
            elif not beside.takes(item):
                yield explain(model, item)
                beside.explained(len(sources) - number)
            yield from beside.ready()
        yield from beside.rest()
    finally:
        beside.end()


def is_done(source: Source, done: Done) -> bool:
    """Tell, without reading it, whether a picture needs no more work."""
    return bool(done.seen) and seen_of(source) in done.seen


def _read_ahead(sources: Iterable[Source], done: Done) -> Iterator[Item | None]:
    def read(source: Source) -> Item | None:
        return None if is_done(source, done) else read_item(source)

    waiting = deque[Future[Item | None]]()
    readers = ThreadPoolExecutor(READERS, "gridexplainer-read")
    try:
        for source in sources:
            waiting.append(readers.submit(read, source))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        readers.shutdown(wait=False, cancel_futures=True)
