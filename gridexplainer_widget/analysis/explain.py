"""Explain a picture, and end early with what was found and why."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeAlias

from gridexplainer_widget.core.errors import ClassifierError
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import attribute
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.results.explanation import Explanation, ExplanationError

from .setup import Setup

Explaining: TypeAlias = "Generator[Progress, None, Explanation]"
"""Steps to an explanation."""


def occlusion_steps(
    setup: Setup,
    run: Run,
    target_class: int | str | None,
    keep: Callable[[Explanation], object],
) -> Explaining:
    """Hide every cell.

    Parameters
    ----------
    keep : callable
        Takes what there is: before the long part, and again if that ends early.

    Raises
    ------
    ExplanationError
        The model failed on the way.
    """
    begun = False
    try:
        for done in run.steps():
            if not begun:  # a bad target fails before the long part
                keep(setup.freeze(run, target_class))
                begun = True
            yield done, len(run.grid)
    except Exception as error:
        if not begun:
            raise
        explanation = setup.freeze(run, target_class)
        keep(explanation)
        reached = f"{explanation.done} of {len(run.grid)} cells"
        raise ExplanationError(
            f"{_what(error)}. This came after {reached}; they are in explainer.explanation.",
            explanation,
        ) from error
    except KeyboardInterrupt:
        if begun:
            keep(setup.freeze(run, target_class))
        raise
    return setup.freeze(run, target_class)


def explanation_steps(
    setup: Setup, run: Run, target: int | str | None, request: MethodRequest
) -> Explaining:
    """Explain a run's picture by a method; see :func:`~.methods.attribute.attribute`."""
    found = yield from attribute(run, target, request, setup.score, setup.seed)
    return setup.freeze(run, target, attribution=found, options=request.options)


def failing_as_ours(steps: Explaining, request: MethodRequest) -> Explaining:
    """Tell where a model fails within another method; our own errors speak for themselves.

    Raises
    ------
    ExplanationError
        The model failed on the way.
    """
    try:
        return (yield from steps)
    except (ClassifierError, ImportError, TypeError, ValueError):
        raise
    except Exception as error:
        message = f"{_what(error)}. This came on the way to {request.title}."
        raise ExplanationError(message, None) from error


def _what(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).rstrip('.')}"
