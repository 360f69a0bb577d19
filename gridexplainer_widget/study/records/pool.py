"""Explain a study's pictures in several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from gridexplainer_widget.core.errors import named

from .beside import processors
from .explaining import is_done
from .folder import Done
from .held import HeldModel
from .reading import read_item
from .recipe import Recipe
from .rows import error_rows, rows_of
from .schema import table_of
from .sources import Source

FOR_EACH_WORKER: Final = 2
"""Pictures handed out for each worker: one in work, one waiting."""

THREADS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
"""How NumPy and frameworks are told how many threads to use, before they are loaded."""

DIED: Final = (
    "A process that explained this picture died twice, perhaps for want of memory. The next run "
    "tries again."
)


def explained_by_processes(
    recipe: Recipe, grid_size: tuple[int, int], sources: Iterable[Source], done: Done, workers: int
) -> Iterator[Any]:
    """Explain pictures in processes; yield tables as they come, None for what was done before.

    Where a process dies, the pictures that were with any are given out again, one by one; one whose
    process dies then, too, is a row with its error.

    Raises
    ------
    RuntimeError
        No process can start.
    Exception
        What :func:`~.explaining.explained` raises.
    """
    pool = _Pool(recipe, workers)
    rest = iter(sources)
    try:
        while lost := (yield from _round(pool, rest, done)):
            for source in lost:
                if again := (yield from _round(pool, iter([source]), done)):
                    rows = error_rows(recipe.asked, read_item(again[0]), DIED)
                    yield table_of(rows, grid_size, recipe.plan.more)
    finally:
        pool.close()


def _round(
    pool: _Pool, sources: Iterator[Source], done: Done
) -> Generator[Any, None, list[Source]]:
    """Explain pictures until all are done or a process dies; return those that were lost."""
    waiting = dict[Future[Any], Source]()
    while True:
        while len(waiting) < pool.capacity and (source := next(sources, None)) is not None:
            if is_done(source, done) or (done.items and read_item(source).item in done.items):
                yield None
                continue
            try:
                waiting[pool.submit(_explain, source)] = source
            except BrokenProcessPool:
                pool.close()
                return [*waiting.values(), source]
        if not waiting:
            return []
        try:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                table = future.result()
                del waiting[future]
                yield table
        except BrokenProcessPool:
            pool.close()
            return list(waiting.values())


class _Pool:
    """Worker processes that can be replaced by new ones."""

    def __init__(self, recipe: Recipe, workers: int) -> None:
        self.capacity = FOR_EACH_WORKER * workers
        self._recipe, self._workers = recipe, workers
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, call: Callable[..., Any], *given: Any) -> Future[Any]:
        """Hand out work."""
        self._pool = self._pool or self._started()
        return self._pool.submit(call, *given)

    def _started(self) -> ProcessPoolExecutor:
        """Start processes; wait until one is ready.

        Raises
        ------
        RuntimeError
            None can start.
        """
        threads = max(1, processors() // self._workers)
        pool = ProcessPoolExecutor(
            self._workers,
            multiprocessing.get_context("spawn"),  # frameworks do not bear a fork
            initializer=_begin,
            initargs=(self._recipe,),
        )
        try:
            with _told(threads):  # all processes start here
                ready = pool.submit(_ready)
            ready.result()
        except BrokenProcessPool as error:
            pool.shutdown(wait=False)
            raise RuntimeError(
                "No process for a study can start. In a script, call explain_all below "
                "`if __name__ == '__main__':`, since each process imports the script; else there "
                "may be too little memory for another copy of the model."
            ) from error
        return pool

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


@dataclass
class _Worker:
    """What a worker process holds."""

    recipe: Recipe | None = None
    model: HeldModel | None = None
    error: Exception | None = None


_WORKER: Final = _Worker()


@contextmanager
def _told(threads: int) -> Iterator[None]:
    """Hand a number of threads to processes that start; what the user has set stays."""
    ours = {name: str(threads) for name in THREADS if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


def _begin(recipe: Recipe) -> None:
    """Make the explainer in a new process; an error is told with the first picture."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that hands out
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _WORKER.recipe = recipe
    try:
        _WORKER.model = HeldModel(recipe.setup())
    except Exception as error:  # noqa: BLE001 - told below
        _WORKER.error = error


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ready() -> None:
    if _WORKER.error is not None:
        raise RuntimeError(f"A process for a study cannot use the model: {named(_WORKER.error)}")


def _explain(source: Source) -> Any:
    _ready()
    recipe, model = _WORKER.recipe, _WORKER.model
    if recipe is None or model is None:
        raise RuntimeError("A process for a study was given pictures before its model.")
    rows = rows_of(model.setup, recipe.plan, recipe.asked, read_item(source))
    model.check()
    return table_of(rows, model.setup.grid_size, recipe.plan.more)
