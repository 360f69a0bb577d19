"""Contexts of methods, and methods run in them, without an explainer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.attribution.context import Method, MethodContext
from gridexplainer_widget.attribution.options import MethodOptions
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.inference.run import Run


def run_method(method: Method, context: MethodContext) -> tuple[list[Progress], Attribution]:
    """Run a method to its end; return its progress and its attribution."""

    def steps() -> Any:
        nonlocal found
        found = yield from method(context)

    found: Any = None
    return list(steps()), found


def context_of(
    classifier: Classifier, pixels: NDArray[np.float32], target: int, **options: Any
) -> MethodContext:
    """Make a context of pixels (H, W, 3) in 0..255 under a grid of 4×4; logits by default."""
    classifier = replace(classifier, output=classifier.output or "logits")
    run = Run.of(classifier, Picture(pixels), 4, parse_fill("cell-mean"))
    return MethodContext("a-method", run, target, "probability", options=MethodOptions(**options))


def attribution_of(
    method: Method, classifier: Classifier, pixels: NDArray[np.float32], target: int, **options: Any
) -> Attribution:
    """Return a method's attribution of pixels (H, W, 3) in 0..255."""
    return run_method(method, context_of(classifier, pixels, target, **options))[1]


def unit_range(map_: NDArray[np.float32]) -> NDArray[np.float64]:
    """Scale a map linearly to 0..1."""
    above = map_.astype(np.float64) - map_.min()
    return above / above.max()
