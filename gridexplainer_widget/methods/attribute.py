"""A run and a method → the method's map, step by step."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

from gridexplainer_widget.attribution.attribution import Attribution, Cost
from gridexplainer_widget.attribution.context import MethodContext
from gridexplainer_widget.classifiers.classifier import top_classes
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.classifiers.network import Layer
from gridexplainer_widget.core.progress import Progress, drain
from gridexplainer_widget.core.scores import Score
from gridexplainer_widget.inference.run import Run

from .requests import MethodRequest


def attribute(
    run: Run, target: int | str | None, entry: MethodRequest, score: Score, seed: int = 0
) -> Generator[Progress, None, Attribution | None]:
    """Explain a run's picture by a method; the run's baseline is scored first.

    Parameters
    ----------
    run : Run
    target : int, str or None
        Index or label; None is the most probable class.
    entry : Entry
    score : {"probability", "log-odds"}
    seed : int
        Of what is random.

    Yields
    ------
    (int, int)
        How much is done, and of how much.

    Returns
    -------
    Attribution or None
        None for occlusion: its map is in the run.

    Raises
    ------
    MethodError
        The method cannot explain this model.
    ValueError
        There is no such class, or no such layer.
    """
    method = entry.method
    if method.ask is None:
        for done in run.steps():
            yield done, len(run.grid)
        return None
    yield 0, 1
    if method.prepare is not None:
        method.prepare()
    since, calls = time.perf_counter(), run.calls
    drain(ensure_baseline(run))
    spent, asked = time.perf_counter() - since, run.calls - calls
    index = target_of(run, target)
    context = MethodContext(method.name, run, index, score, seed, entry.options)
    steps = method.ask(context)
    while True:
        since = time.perf_counter()
        try:
            progress = next(steps)
        except StopIteration as end:
            found: Attribution = end.value
            spent += time.perf_counter() - since
            cost = Cost(asked + found.cost.forward, found.cost.backward, spent)
            return replace(found, cost=cost)
        spent += time.perf_counter() - since
        yield progress


def ensure_baseline(run: Run) -> Generator[Progress, None, None]:
    """Ask the model about the whole picture, unless it has been."""
    for _ in run.ask([()]):
        yield 0, 1


def target_of(run: Run, target: int | str | None) -> int:
    """Index of the class asked about; None is the most probable one.

    Raises
    ------
    ValueError
        There is no such class, or nothing has been scored yet.
    """
    if run.baseline is None:
        raise ValueError("Nothing has been scored yet, so there is nothing to explain.")
    if target is None:
        return top_classes(run.baseline, 1)[0]
    return find_class(target, run.classifier.names(len(run.baseline)))


def layers_of(run: Run) -> tuple[Layer, ...]:
    """Find the layers that have maps of a run's picture; its baseline is known.

    Raises
    ------
    MethodError
        The model cannot be opened.
    """
    context = MethodContext("layers()", run, 0, "probability")
    with run.classifier.lock:
        return context.network.layers(context.batch)
