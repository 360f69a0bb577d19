"""How an explanation that ends early ends: with what was found, and with why."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, TypeAlias

from gridexplainer_widget.classifiers.outputs import ClassifierError
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import Progress
from gridexplainer_widget.methods.registry import Entry
from gridexplainer_widget.results.explanation_data import Explanation

if TYPE_CHECKING:
    from gridexplainer_widget.explainer import GridExplainer

Explaining: TypeAlias = "Generator[Progress, None, Explanation]"
"""Steps to an explanation."""


class ExplanationError(RuntimeError):
    """Scoring ended early; what had been scored is in ``explanation``.

    Attributes
    ----------
    explanation : Explanation or None
        None where not even the whole picture was scored.
    """

    def __init__(self, message: str, explanation: Explanation | None) -> None:
        super().__init__(message)
        self.explanation = explanation


def occlusion_steps(
    explainer: GridExplainer, run: Run, target_class: int | str | None
) -> Explaining:
    """Hide every cell; what there is stays in the explainer's `explanation` if that ends early.

    Raises
    ------
    ExplanationError
        The model failed on the way.
    """
    begun = False
    try:
        for done in run.steps():
            if not begun:  # a bad target fails before the long part
                explainer.explanation = explainer.freeze(run, target_class)
                begun = True
            yield done, len(run.grid)
    except Exception as error:
        if not begun:
            raise
        explainer.explanation = explainer.freeze(run, target_class)
        reached = f"{explainer.explanation.done} of {len(run.grid)} cells"
        raise ExplanationError(
            f"{_what(error)}. This came after {reached}; they are in explainer.explanation.",
            explainer.explanation,
        ) from error
    except KeyboardInterrupt:
        if begun:
            explainer.explanation = explainer.freeze(run, target_class)
        raise
    return explainer.freeze(run, target_class)


def failing_as_ours(steps: Explaining, entry: Entry) -> Explaining:
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
        message = f"{_what(error)}. This came on the way to {entry.title}."
        raise ExplanationError(message, None) from error


def _what(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).rstrip('.')}"
