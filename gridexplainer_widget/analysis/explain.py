"""Explain a picture; keep what was scored if that ends early."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from gridexplainer_widget.core.errors import ClassifierError, ModelChangedError, named, words_of
from gridexplainer_widget.core.progress import Progress, drain
from gridexplainer_widget.core.scores import Score
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import attribute
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.results.explanation import Explanation, ExplanationError

from .setup import Setup

ExplanationSteps: TypeAlias = "Generator[Progress, None, Explanation]"

CLEAR_ERRORS: Final = (ClassifierError, ImportError, TypeError, ValueError)
"""Errors whose message is shown without the name of their class."""


def explain_steps(  # noqa: PLR0913 - the run, and what is asked of it
    setup: Setup,
    run: Run,
    target: int | str | None,
    request: MethodRequest,
    contrast: int | str | None = None,
    *,
    on_result: Callable[[Explanation | None], object],
) -> ExplanationSteps:
    """Explain a run's picture, and check the model if that is due.

    `on_result` takes the explanation, also a partial one after an exception of any kind; None at
    the start of a method that leaves no partial one, and where the model has changed. Any other
    `Exception` becomes an `ExplanationError`; what is none, such as Ctrl-C or a model that calls
    ``sys.exit()``, goes on as it is.
    """
    if request.method.explain is None:
        explanation = yield from _occlusion_steps(setup, run, target, contrast, on_result)
    else:
        on_result(None)
        explanation = yield from _with_method_in_errors(
            explanation_steps(setup, run, target, request, contrast), request
        )
    on_result(explanation)
    if setup.check_is_due(run):
        setup.checked = drain(setup.model_checks(run))
        explanation = replace(
            explanation,
            checked=setup.checked_on(run, explanation.target),
            emptied=run.cached_probabilities(range(len(run.grid))),
        )
        on_result(explanation)
    return explanation


def explanation_steps(  # noqa: PLR0913, PLR0917 - the run, and what is asked of it
    setup: Setup,
    run: Run,
    target: int | str | None,
    request: MethodRequest,
    contrast: int | str | None = None,
    score: Score | None = None,
) -> ExplanationSteps:
    """Explain a run's picture by a method, and hide what tells how far to believe it.

    The score is by default the setup's.
    """
    score = score or setup.score
    setup.handful_count(run)  # draws them: no method is fitted to those that are kept out
    found = yield from attribute(run, target, request, score, setup.seed, contrast)
    for _ in setup.probes(run) if found else setup.handfuls(run, target, score, contrast):
        yield 1, 1
    options = request.options
    return setup.freeze(run, target, score, contrast=contrast, attribution=found, options=options)


def apart_steps(  # noqa: PLR0913, PLR0917 - the run, and what is asked beside it
    setup: Setup,
    run: Run,
    target: int | str | None,
    request: MethodRequest,
    contrast: int | str | None = None,
    score: Score | None = None,
) -> ExplanationSteps:
    """Explain a run's picture by another method, in a run of its own: its calls are counted apart.

    What both ask is asked once.
    """
    own = setup.start_run(run.picture, run.grid.shape, run.masker.fill)
    own.set_answers.adopt(run.set_answers)
    explanation = yield from explanation_steps(setup, own, target, request, contrast, score)
    if run.whole is not None:
        own.check_baseline(run.whole)
        run.set_answers.adopt(own.set_answers)
    return explanation


def failure_reason(error: BaseException) -> str:
    """Say why a method failed."""
    return words_of(error) if isinstance(error, CLEAR_ERRORS) else named(error)


def _occlusion_steps(
    setup: Setup,
    run: Run,
    target: int | str | None,
    contrast: int | str | None,
    on_result: Callable[[Explanation | None], object],
) -> ExplanationSteps:
    """Hide every cell; a bad target or contrast fails with the first batch."""
    begun = False
    freeze = partial(setup.freeze, run, target, contrast=contrast)
    total = len(run.grid) + setup.handful_count(run)
    try:
        for done in run.steps():
            if not begun:
                on_result(freeze())
                begun = True
            yield done, total
        done = len(run.grid)
        for handfuls in setup.handfuls(run, target, contrast=contrast):
            done += handfuls
            yield min(done, total), total
    except ModelChangedError:
        on_result(None)  # nobody knows which cells came before
        raise
    except BaseException as error:
        if not begun:
            raise
        explanation = freeze()
        on_result(explanation)
        if not isinstance(error, Exception):
            raise
        reached, hint = f"{explanation.done} of {len(run.grid)} cells", ""
        if explanation.complete:
            reached += f" and {len(explanation.handfuls or ())} handfuls"
            hint = " joint=False hides cells alone, and no handfuls."
        raise ExplanationError(
            f"{named(error).rstrip('.')}. This came after {reached}; "
            f"they are in explainer.explanation.{hint}",
            explanation,
        ) from error
    return freeze()


def _with_method_in_errors(steps: ExplanationSteps, request: MethodRequest) -> ExplanationSteps:
    try:
        return (yield from steps)
    except CLEAR_ERRORS:
        raise
    except Exception as error:
        message = f"{named(error).rstrip('.')}. This came on the way to {request.title}."
        raise ExplanationError(message, None) from error
