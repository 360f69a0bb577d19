"""A classifier from any callable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Classifier, Preprocess


def function_classifier(
    function: Callable[[NDArray[np.float32]], Any],
    preprocess: Preprocess,
    labels: tuple[str, ...] | None,
) -> Classifier:
    """Wrap ``function(batch) -> (batch, classes)``.

    The picture keeps its own size: a callable does not tell what it takes.
    """
    name = getattr(function, "__name__", type(function).__name__)
    if not callable(preprocess):
        return Classifier(name, (None, None, 3), function, "none: 0..255", labels=labels)

    def forward(batch: NDArray[np.float32]) -> Any:
        return function(np.asarray(preprocess(batch), np.float32))

    words = f"your own ({getattr(preprocess, '__name__', type(preprocess).__name__)})"
    return Classifier(name, (None, None, 3), forward, words, labels=labels)
