"""Explain a study's pictures by Ray Data: one actor a model, on one machine or many."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from gridexplainer_widget.classifiers.imports import framework

from .explaining import is_done
from .folder import Done
from .held import HeldModel
from .pool import THREADS
from .reading import read_item
from .recipe import Recipe
from .rows import rows_of
from .schema import schema_of, table_of
from .sources import Source

AT_ONCE: Final = 5000
"""Pictures of one Ray dataset: what its driver holds of them stays small."""

IN_A_BATCH: Final = 4
"""Pictures that an actor is given at once, and that are lost if it dies."""

SOURCE: Final = "source"
"""The one column of what actors are given."""


def check_ray() -> Any:
    """Import Ray Data, or say what to install."""
    return framework("ray.data", "workers='ray'", "gridexplainer-widget[ray]")


def explained_by_ray(
    recipe: Recipe, grid_size: tuple[int, int], sources: Iterable[Source], done: Done
) -> Iterator[Any]:
    """Explain pictures on Ray's cluster, as `explained`; without one, on this machine.

    Raises
    ------
    ray.exceptions.RayError
        What an actor could not do.
    """
    data, ray = check_ray(), framework("ray", "workers='ray'", "gridexplainer-widget[ray]")
    if not ray.is_initialized():
        ray.init(log_to_driver=False, include_dashboard=False)
    actors = max(1, int(ray.cluster_resources().get("CPU", 1)))
    given = iter(sources)
    while part := list(islice(given, AT_ONCE)):
        wanted = [one for one in part if not _was_done(one, done)]
        yield from [None] * (len(part) - len(wanted))
        if wanted:
            yield from _tables(data, recipe, grid_size, wanted, actors)


def _tables(
    data: Any, recipe: Recipe, grid_size: tuple[int, int], sources: list[Source], actors: int
) -> Iterator[Any]:
    blocks = -(-len(sources) // IN_A_BATCH)
    items = [{SOURCE: pickle.dumps(source)} for source in sources]
    explained = data.from_items(items, override_num_blocks=blocks).map_batches(
        Actor,
        fn_constructor_args=(recipe,),
        batch_size=IN_A_BATCH,
        batch_format="pyarrow",
        compute=data.ActorPoolStrategy(size=min(actors, blocks)),
        num_cpus=1,
    )
    schema = schema_of(grid_size, recipe.plan.more)
    for batch in explained.iter_batches(batch_size=None, batch_format="pyarrow"):
        yield from _by_picture(batch.cast(schema))


class Actor:
    """A model on one of Ray's machines."""

    def __init__(self, recipe: Recipe) -> None:
        for name in THREADS:  # before a framework is loaded
            os.environ.setdefault(name, "1")
        self._recipe = recipe
        self._model = HeldModel(recipe.setup())

    def __call__(self, batch: Any) -> Any:
        """Explain the pictures of an Arrow table; return their rows."""
        sources = map(pickle.loads, batch[SOURCE].to_pylist())
        setup, recipe = self._model.setup, self._recipe
        rows = [
            row
            for source in sources
            for row in rows_of(setup, recipe.plan, recipe.asked, read_item(source))
        ]
        self._model.check()
        return table_of(rows, setup.grid_size, recipe.plan.more)


def _was_done(source: Source, done: Done) -> bool:
    return is_done(source, done) or bool(done.items and read_item(source).item in done.items)


def _by_picture(table: Any) -> Iterator[Any]:
    """Split a table where the picture changes."""
    items = table["item"].to_pylist()
    starts = [place for place, item in enumerate(items) if place == 0 or items[place - 1] != item]
    for start, end in zip(starts, [*starts[1:], len(items)], strict=True):
        yield table.slice(start, end - start)
