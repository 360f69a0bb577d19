"""Run a study, or go on with it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias

from gridexplainer_widget.analysis.compare import check_model
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.grid import is_whole
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.methods.attribute import ensure_baseline
from gridexplainer_widget.study.records.explaining import explained
from gridexplainer_widget.study.records.folder import Done, StudyFolder
from gridexplainer_widget.study.records.identity import (
    Identity,
    check_answers,
    identity_of,
    versions,
)
from gridexplainer_widget.study.records.pixel_maps import PixelMaps, zarr
from gridexplainer_widget.study.records.plan import Plan
from gridexplainer_widget.study.records.pool import explained_by_processes
from gridexplainer_widget.study.records.ray_actors import check_ray, explained_by_ray
from gridexplainer_widget.study.records.reading import read_item
from gridexplainer_widget.study.records.recipe import Recipe
from gridexplainer_widget.study.records.schema import arrow
from gridexplainer_widget.study.records.sources import Source, sources_of

from .study import Study

Explains: TypeAlias = Callable[[Sequence[Source], Done], Iterator[Any]]
"""Pictures, and what was done of them → a table for each, None where it was done before."""

CHECKED: Final = 8
"""Pictures of which the first that can be read is shown to the model's check."""


def explain_all(
    setup: Setup, given: Any, out: str | os.PathLike[str], plan: Plan, workers: int | str | None
) -> Study:
    """Explain all pictures that are not done; see :meth:`GridExplainer.explain_all`."""
    arrow()
    if plan.pixels:
        zarr()
    sources = sources_of(given)
    identity = identity_of(setup, plan)
    tables_of = _tables(setup, plan, identity, workers)
    about = {
        "model": setup.classifier.name,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "versions": versions(),
    }
    folder = StudyFolder.begin(out, identity, about)
    if "checked" not in folder.about:
        folder.about["checked"] = _check(setup, sources)
        folder.save()
    with folder.writing(lambda: check_answers(setup, identity)) as write:
        done, maps = folder.done(), PixelMaps.of(folder.path, identity.settings)
        for table in _with_bar(tables_of(sources, done), len(sources)):
            if table is not None and not done.tells(table):
                write(table if maps is None else maps.take(table))  # maps first: rows tell of them
    return Study(folder, setup, sources)


def _tables(setup: Setup, plan: Plan, identity: Identity, workers: int | str | None) -> Explains:
    """Choose what explains the pictures.

    Raises
    ------
    ValueError, TypeError
        There is no such number of workers, or the model cannot be copied to them.
    """
    if workers is None:
        return lambda sources, done: explained(setup, plan, identity, sources, done)
    if workers == "ray":
        check_ray()
        actors = Recipe.of(setup, plan, identity, "workers='ray'")
        return lambda sources, done: explained_by_ray(actors, setup.grid_size, sources, done)
    if not (is_whole(workers) and int(workers) >= 1):
        raise ValueError(
            f"workers={workers!r:.80}; wanted is a number of processes, at least 1, 'ray', or None "
            "for this process."
        )
    recipe = Recipe.of(setup, plan, identity, f"workers={workers}")
    return lambda sources, done: explained_by_processes(
        recipe, setup.grid_size, sources, done, int(workers)
    )


def _check(setup: Setup, sources: Sequence[Source]) -> dict[str, Any] | None:
    """Check the model with the first picture that can be read."""
    for source in islice(sources, CHECKED):
        item = read_item(source)
        if item.picture is not None:
            run = setup.start_run(item.picture)
            drain(ensure_baseline(run))
            drain(check_model(setup, run))
            return setup.checked.record if setup.checked else None
    return None


def _with_bar(tables: Iterator[Any], total: int) -> Iterator[Any]:
    from tqdm.auto import tqdm  # noqa: PLC0415 - its notebook flavour loads ipywidgets

    begun = False
    with tqdm(total=total, desc="Explaining", unit="picture", delay=1) as bar:
        for table in tables:
            if table is None and not begun and not bar.disable:
                # What was done before says nothing of the speed.
                bar.initial += 1
            begun = begun or table is not None
            bar.update()
            yield table
