"""Read any callable, even one that fails now and then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides
from gridexplainer_widget.classifiers.model_lock import lock_of
from gridexplainer_widget.classifiers.outputs import read_answer
from gridexplainer_widget.classifiers.preprocessing import AS_IS
from gridexplainer_widget.classifiers.several import OutputIndex, picker
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import ClassifierError

PAUSES = (0.5, 1.0, 2.0)
"""Seconds before each retry."""


def function_classifier(
    function: Callable[[PreparedBatch], Any], overrides: Overrides
) -> Classifier:
    """Wrap ``function(batch) -> (batch, classes)``.

    Pictures keep their size unless one is given.
    """
    return Classifier(
        name=getattr(function, "__name__", type(function).__name__),
        input_shape=overrides.shape(),
        forward=_hinting(_picking(function, overrides.output_index)),
        preprocessing=overrides.preprocessing or AS_IS,
        output=overrides.output,
        labels=overrides.labels,
        layout_known=overrides.preprocessing is not None,
        pauses=PAUSES,
        lock=lock_of(function),
    )


def _picking(
    function: Callable[[PreparedBatch], Any], output_index: OutputIndex
) -> Callable[[PreparedBatch], Any]:
    picked = picker(output_index, "the function")
    return lambda batch: picked(function(batch))


def _hinting(function: Callable[[PreparedBatch], Any]) -> Callable[[PreparedBatch], Any]:
    """Check whether a failing first call is due to the axes' order."""
    answered = False

    def forward(batch: PreparedBatch) -> Any:
        nonlocal answered
        try:
            answer = function(batch)
        except (OSError, TimeoutError):
            raise
        except Exception as error:
            if not answered:
                _try_channels_first(function, batch, error)
            raise
        answered = True
        return answer

    return forward


def _try_channels_first(
    function: Callable[[PreparedBatch], Any], batch: PreparedBatch, error: Exception
) -> None:
    try:
        read_answer(function(np.moveaxis(batch, -1, 1)), len(batch), "")
    except Exception:  # noqa: BLE001 - then the reason is another
        return
    raise ClassifierError(
        f"The function fails on a batch of shape {batch.shape} ({error}) and works on one of shape "
        f"{np.moveaxis(batch, -1, 1).shape}: it wants channels first. Say "
        "preprocess=lambda batch: batch.transpose(0, 3, 1, 2)."
    ) from error
