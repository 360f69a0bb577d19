"""A run → the values of the kernel's traits."""

from __future__ import annotations

from typing import Any

import numpy as np

from .classifiers.base import top_classes
from .occlusion import Run
from .picture import png_bytes, to_uint8
from .scores import Score, drops_of

SHOWN_CLASSES = 5
"""Classes in the prediction and in the evidence."""


def scores_of(run: Run, target: int, score: Score) -> bytes:
    """Encode the drops of all cells: little-endian float32, row by row, NaN where pending."""
    if run.baseline is None or run.vectors is None:
        return np.full(len(run.grid), np.nan, "<f4").tobytes()
    output = str(run.classifier.output)
    return drops_of(run.vectors, run.baseline, target, score, output).astype("<f4").tobytes()


def prediction_of(run: Run, target: int, *, saturated: bool) -> dict[str, Any]:
    """Tell what the model says of the whole picture; empty before it has said it."""
    if run.baseline is None:
        return {}
    return {
        "target": target,
        "probability": float(run.baseline[target]),
        "saturated": saturated,
        "top": [[i, float(run.baseline[i])] for i in top_classes(run.baseline, SHOWN_CLASSES)],
    }


def progress_of(run: Run, before: int, seconds: float) -> dict[str, Any]:
    """Tell how far the run is, `seconds` after it was (re)started with `before` cells scored."""
    done, total = int(run.scored.sum()), len(run.grid)
    rate = (done - before) / seconds if seconds > 0 else 0.0
    left = (total - done) / rate if rate else None
    return {"done": done, "total": total, "rate": rate, "left": left}


def about_of(run: Run) -> dict[str, str]:
    """Tell what was asked and how, as it was found out."""
    classifier = run.classifier
    return {
        "model": classifier.name,
        "preprocessing": classifier.preprocessing,
        "output": classifier.output or "",
    }


def evidence_of(run: Run, row: int, column: int, target: int, score: Score) -> dict[str, Any]:
    """Tell what the model saw, and believed, with a cell hidden; its drop is None while pending."""
    cell = run.grid.index(row, column)
    evidence: dict[str, Any] = {
        "cells": [[row, column]],
        "picture": png_bytes(to_uint8(run.masker.masked([cell]))),
        "drop": None,
        "classes": [],
    }
    if run.baseline is None or run.vectors is None or not run.scored[cell]:
        return evidence
    hidden, output = run.vectors[cell], str(run.classifier.output)
    shown = [target, *top_classes(run.baseline, SHOWN_CLASSES), *top_classes(hidden, 2)]
    evidence["drop"] = float(drops_of(hidden, run.baseline, target, score, output))
    evidence["classes"] = [
        [index, float(run.baseline[index]), float(hidden[index])] for index in dict.fromkeys(shown)
    ]
    return evidence
