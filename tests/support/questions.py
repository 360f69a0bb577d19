"""Methods asked directly, without an explainer around them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.attribution.context import MethodContext, MethodOptions
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.inference.run import Run


def drain(method: Any, question: MethodContext) -> tuple[list[tuple[int, int]], Attribution]:
    """Run a method to its end; return what it told on the way, and what it found."""

    def to_the_end() -> Any:
        nonlocal found
        found = yield from method(question)

    found: Any = None
    return list(to_the_end()), found


def question_of(
    classifier: Classifier, pixels: NDArray[np.float32], target: int, **options: Any
) -> MethodContext:
    """Ask about pixels (H, W, 3) in 0..255 under a grid of 4×4; logits unless it says otherwise."""
    classifier = replace(classifier, output=classifier.output or "logits")
    run = Run.of(classifier, Picture(pixels), 4, parse_fill("cell-mean"))
    return MethodContext("a-method", run, target, "probability", options=MethodOptions(**options))


def explained(
    method: Any, classifier: Classifier, pixels: NDArray[np.float32], target: int, **options: Any
) -> Attribution:
    """Return what a method finds for pixels (H, W, 3) in 0..255."""
    return drain(method, question_of(classifier, pixels, target, **options))[1]


def stretched(map_: NDArray[np.float32]) -> NDArray[np.float64]:
    """Put a map on a scale from 0 to 1."""
    above = map_.astype(np.float64) - map_.min()
    return above / above.max()
