"""Explain a run's picture by a method, step by step."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

from gridexplainer_widget.attribution.attribution import Attribution, Cost
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.classifiers.labels import find_class, find_contrast
from gridexplainer_widget.classifiers.network import Layer
from gridexplainer_widget.core.progress import Progress, drain
from gridexplainer_widget.core.scores import Score
from gridexplainer_widget.inference.run import Run

from .registry import black_box_methods
from .requests import MethodRequest


def attribute(  # noqa: PLR0913, PLR0917 - the run, and what is asked of it
    run: Run,
    target: int | str | None,
    request: MethodRequest,
    score: Score,
    seed: int = 0,
    contrast: int | str | None = None,
) -> Generator[Progress, None, Attribution | None]:
    """Score the run's baseline, then explain its picture by a method.

    Parameters
    ----------
    target : int, str or None
        Index or label; None is the most probable.
    contrast : int, str or None
        Of the class that the target is held against, in log-odds; None is all others.

    Returns
    -------
    Attribution or None
        None for occlusion, whose map is in the run.

    Raises
    ------
    MethodError
        The method cannot explain this model.
    ValueError
        No such class or layer.
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
    against = contrast_of(run, index, contrast)
    score = score if against is None else "log-odds"
    context = MethodContext(
        method.name, run, index, score, seed, options, alternatives, contrast=against
    )
    found = yield from _timed(method.explain(context), baseline)
    run.confirm()
    return found


def _timed(steps: Steps, baseline: Cost) -> Steps:
    """Add the baseline's cost and the steps' seconds."""
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
    """Score the whole picture, if not done yet."""
    for _ in run.ask([()]):
        yield 0, 1


def target_of(run: Run, target: int | str | None) -> int:
    """Return the index of a class; None is the most probable, or the first value.

    Raises
    ------
    ValueError
        No such class, or no baseline yet.
    """
    if run.baseline is None:
        raise ValueError("Nothing has been scored yet, so there is nothing to explain.")
    if target is None:
        return run.classifier.quantity.leading(run.baseline, 1)[0]
    return find_class(target, run.classifier.names(len(run.baseline)))


def contrast_of(run: Run, target: int, contrast: int | str | None) -> int | None:
    """Return the index of the class that a target is held against; None is all others.

    Raises
    ------
    ValueError
        No such class, the target itself, or values; or no baseline yet.
    """
    if run.baseline is None:
        raise ValueError("Nothing has been scored yet, so there is nothing to explain.")
    names = run.classifier.names(len(run.baseline))
    return find_contrast(contrast, target, names, run.classifier.output)


def layers_of(run: Run) -> tuple[Layer, ...]:
    """Find the layers with maps; a black box raises MethodError."""
    alternatives = black_box_methods()
    context = MethodContext("layers()", run, 0, "probability", black_box_methods=alternatives)
    with run.classifier.lock:
        return context.network.layers(context.batch)
