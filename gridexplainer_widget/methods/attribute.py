"""A run and a method → the method's map, step by step."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

from gridexplainer_widget.attribution.attribution import Attribution, Cost
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.classifiers.classifier import top_classes
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.classifiers.network import Layer
from gridexplainer_widget.core.progress import Progress, drain
from gridexplainer_widget.core.scores import Score
from gridexplainer_widget.inference.run import Run

from .registry import black_box_methods
from .requests import MethodRequest


def attribute(
    run: Run, target: int | str | None, request: MethodRequest, score: Score, seed: int = 0
) -> Generator[Progress, None, Attribution | None]:
    """Explain a run's picture by a method, after scoring the run's baseline.

    Parameters
    ----------
    run : Run
    target : int, str or None
        Index or label; None is the most probable class.
    request : MethodRequest
    score : {"probability", "log-odds"}
    seed : int

    Yields
    ------
    (int, int)
        How much is done, and of how much.

    Returns
    -------
    Attribution or None
        None for occlusion, whose map is in the run.

    Raises
    ------
    MethodError
        The method cannot explain this model.
    ValueError
        There is no such class, or no such layer.
    """
    method = request.method
    if method.explain is None:
        for done in run.steps():
            yield done, len(run.grid)
        return None
    yield 0, 1
    if method.prepare is not None:
        method.prepare()
    started, calls = time.perf_counter(), run.calls
    drain(ensure_baseline(run))
    baseline = Cost(forward=run.calls - calls, seconds=time.perf_counter() - started)
    index = target_of(run, target)
    options, alternatives = request.options, black_box_methods()
    context = MethodContext(method.name, run, index, score, seed, options, alternatives)
    return (yield from _timed(method.explain(context), baseline))


def _timed(steps: Steps, baseline: Cost) -> Steps:
    """Add up the cost: the baseline's, and the seconds spent inside the steps."""
    seconds = baseline.seconds
    while True:
        started = time.perf_counter()
        try:
            progress = next(steps)
        except StopIteration as end:
            found: Attribution = end.value
            seconds += time.perf_counter() - started
            forward = baseline.forward + found.cost.forward
            return replace(found, cost=Cost(forward, found.cost.backward, seconds))
        seconds += time.perf_counter() - started
        yield progress


def ensure_baseline(run: Run) -> Generator[Progress, None, None]:
    """Run the model on the whole picture, unless that is known."""
    for _ in run.ask([()]):
        yield 0, 1


def target_of(run: Run, target: int | str | None) -> int:
    """Return the index of a class; None is the most probable one.

    Raises
    ------
    ValueError
        There is no such class, or the baseline is not known yet.
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
        The model is a black box.
    """
    alternatives = black_box_methods()
    context = MethodContext("layers()", run, 0, "probability", black_box_methods=alternatives)
    with run.classifier.lock:
        return context.network.layers(context.batch)
