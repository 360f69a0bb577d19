"""Values of the explorer's kernel traits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.labels import class_name
from gridexplainer_widget.core.clear_answer import is_clear
from gridexplainer_widget.core.scores import Answers, Score, drops_of
from gridexplainer_widget.inference.cell_sets import Curves, Selection, sum_of_drops
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.together import handfuls_done
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.results.data.about import about_record, how_made
from gridexplainer_widget.results.data.curve_text import axis_of, curve_text
from gridexplainer_widget.results.data.set_effect import SetEffect, alone_text
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.headline import answer_parts, foretold_record, headline_records

PREDICTION_CLASSES = 5
"""Most probable classes shown."""


def scores_of(run: Run, target: int, score: Score, contrast: int | None = None) -> bytes:
    """Encode the drops: little-endian float32, row by row; NaN pending, infinity failed."""
    drops = np.full(len(run.grid), np.nan, "<f4")
    if run.whole is not None and run.answers is not None:
        output = str(run.classifier.output)
        drops[:] = drops_of(run.answers, run.whole, target, score, output, contrast)
    drops[run.failed] = np.inf
    return drops.tobytes()


def together_of(explanation: Explanation | None) -> bytes:
    """Encode the fitted map as `scores`; empty while there is none."""
    fitted = explanation.maps.get("together") if explanation else None
    return b"" if fitted is None else fitted.astype("<f4").tobytes()


def hardly_changed_of(run: Run) -> list[int]:
    """List the scored cells that look nearly the same when they are hidden."""
    return [int(cell) for cell in np.flatnonzero(run.masker.hardly_changed.ravel() & run.scored)]


def run_prediction(
    run: Run, target: int, contrast: int | None = None, *, saturated: bool
) -> dict[str, Any]:
    """Describe the prediction on the whole picture; empty until known."""
    if run.baseline is None:
        return {}
    leading = run.classifier.quantity.leading(run.baseline, PREDICTION_CLASSES)
    asked = [target] if contrast is None else [target, contrast]
    shown = [*leading, *(index for index in asked if index not in leading)]
    return {
        "target": target,
        "contrast": contrast,
        "probability": float(run.baseline[target]),
        "saturated": saturated,
        "top": [[i, float(run.baseline[i])] for i in shown],
    }


def headline_of(
    run: Run, target: int, contrast: int | None, explanation: Explanation | None
) -> dict[str, Any]:
    """Say it in a sentence for each map; without an explanation, only what the model answers."""
    if explanation is not None:
        return headline_records(explanation)
    answer = answer_of(run, target, contrast)
    return {"alone": answer} if answer else {}


def answer_of(run: Run, target: int, contrast: int | None) -> list[list[Any]]:
    """Say what the model answers; nothing until that is known."""
    if run.baseline is None:
        return []
    classifier = run.classifier
    labels = classifier.names(len(run.baseline))
    model = classifier.quantity, classifier.output
    return [list(part) for part in answer_parts(run.baseline, labels, target, *model, contrast)]


def method_map_of(run: Run, request: MethodRequest, made: Explanation | None) -> dict[str, Any]:
    """Describe another method's map; `made` is None until it is there."""
    values = made.values if made else np.full(run.grid.shape, np.nan, np.float32)
    if made is None or not made.unit:  # such numbers only rank: shares of the largest are shown
        values = values / (np.nanmax(np.abs(values), initial=0) or 1)
    found = made.foretells if made else None
    return {
        "title": request.title,
        "unit": made.unit if made else "",
        "values": values.astype("<f4").tobytes(),
        "headline": headline_records(made)["alone"] if made else [],
        "foretold": foretold_record(found, found.sentence) if found else {},
        "how": f"{made.model} · {request.title}: {made.native}" if made else "",
    }


def about_of(run: Run) -> dict[str, Any]:
    """Describe the model, and how the maps are made."""
    classifier = run.classifier
    two = handfuls_done(run) > 0
    how = how_made(classifier.name, run.grid, run.masker.fill.name, two=two)
    described = classifier.preprocessing.description
    return about_record(classifier.name, classifier.output or "", described, how)


def selection_evidence(
    run: Run, selection: Selection, target: int, score: Score, contrast: int | None = None
) -> dict[str, Any]:
    """Describe the prediction with cells hidden; the drop is None while pending."""
    cells = selection.hidden(run.grid)
    evidence: dict[str, Any] = {
        "cells": [list(cell) for cell in selection.cells],
        "keep": selection.keep,
        "drop": None,
        "sum": None,
        "synergy": None,
        "text": "",
        "classes": [],
    }
    if len(cells) > 1 and not selection.keep:
        evidence["sum"] = sum_of_drops(run, cells, target, score, contrast)
    whole, answer = run.whole, run.cached_answer(cells)
    if whole is None or answer is None:
        return evidence
    output = str(run.classifier.output)
    drop = float(drops_of(answer, whole, target, score, output, contrast))
    before, after = whole.vectors, answer.vectors
    leading = run.classifier.quantity.leading
    asked = [target] if contrast is None else [target, contrast]
    shown = [*asked, *leading(before, PREDICTION_CLASSES), *leading(after, 2)]
    evidence["drop"] = drop
    evidence["text"] = _text_of(run, selection, target, answer, contrast)
    if evidence["sum"] is not None:
        evidence["synergy"] = drop - evidence["sum"]
    evidence["classes"] = [
        [index, float(before[index]), float(after[index])] for index in dict.fromkeys(shown)
    ]
    return evidence


def _text_of(
    run: Run, selection: Selection, target: int, answer: Answers, contrast: int | None
) -> str:
    """Say what several cells do together and apart; "" where that is not known."""
    whole, singles, output = run.whole, run.answers, str(run.classifier.output)
    if whole is None or singles is None:
        return ""
    label = run.classifier.names(len(whole.vectors))[target]
    if selection.keep:
        return alone_text(answer, whole, target, label, output)
    hidden = list(selection.hidden(run.grid))
    return SetEffect(label, target, output, whole, answer, singles.at(hidden), contrast).text


def curve_of(run: Run, curves: Curves, target: int, *, running: bool) -> dict[str, Any]:
    """List the target's probability along the curves; None while pending."""
    vectors = [run.cached_probabilities(cells) for cells in curves.sets]
    known = [None if vector is None else float(vector[target]) for vector in vectors]
    changes: dict[str, int | None] = {"deletion": None, "insertion": None}
    if run.baseline is not None and not run.classifier.quantity.is_value:
        answer = int(run.baseline.argmax())
        kept = [
            None if vector is None else int(vector.argmax()) == answer and is_clear(vector)
            for vector in vectors
        ]
        changes = {
            "deletion": _first(curves.counts, kept[::2], wanted=False),
            "insertion": _first(curves.counts, kept[1::2], wanted=True),
        }
    deletion, insertion = known[::2], known[1::2]
    quantity = run.classifier.quantity
    text = curve_text(curves.counts, deletion, insertion, changes, quantity)
    classes = 0 if run.baseline is None else len(run.baseline)
    name = class_name(run.classifier.names(classes), target) if classes else ""
    return {
        "counts": list(curves.counts),
        "deletion": deletion,
        "insertion": insertion,
        "text": text,
        "axis": axis_of(name, (deletion, insertion), quantity),
        "changes": changes,
        "running": running,
    }


def _first(counts: Sequence[int], kept: Sequence[bool | None], *, wanted: bool) -> int | None:
    """Return the first count that keeps the answer or does not; None where that is not known."""
    for count, keeps in zip(counts, kept, strict=True):
        if keeps is None:
            return None
        if keeps is wanted:
            return count
    return None
