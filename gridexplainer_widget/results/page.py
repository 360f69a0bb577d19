"""ExplanationData → one HTML file."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.classifiers.labels import class_name
from gridexplainer_widget.core.fills import FILL_TEXTS, fill_text
from gridexplainer_widget.core.picture import png_bytes
from gridexplainer_widget.core.scores import Answers, Score, drops_of
from gridexplainer_widget.results.data.minimal_sets import MinimalSets
from gridexplainer_widget.results.data.set_effect import SetEffect, alone_text
from gridexplainer_widget.results.data.sets_record import shown_sets
from gridexplainer_widget.wire.document import STATIC, STYLE, Document, written
from gridexplainer_widget.wire.explorer import COLORMAPS, SCALES

from .case.figure import image_url
from .data.about import about_record, how_made
from .explanation_data import ExplanationData
from .headline import foretells_record, headline_records
from .notes import is_saturated, notes_of

MAX_CLASSES: Final = 32
"""Classes that a page offers as the target."""

TOP_CLASSES: Final = 10
"""Classes of the whole picture that are always offered."""

INITIAL_STATE: Final[Mapping[str, Any]] = {
    "map": "",
    "value": [],
    "keep": False,
    "colormap": COLORMAPS[0],
    "opacity": 0.85,
    "numbers": True,
    "scale": SCALES[0],
    "threshold": 0.0,
}
"""Defaults of the front end's traits."""


def to_html(
    explanation: ExplanationData,
    path: str | os.PathLike[str] | None = None,
    *,
    state: Mapping[str, Any] | None = None,
    selection: Answers | None = None,
) -> str | Path:
    """Make the page of an explanation; see :meth:`~.explanation.Explanation.to_html`.

    Parameters
    ----------
    state : mapping, optional
        Valid initial values of the widget's `target`, `score`, `value`, `keep` and appearance.
    selection : Answers, optional
        What the model says with the cells of ``state["value"]`` hidden, or all others if
        ``state["keep"]``. A page knows no other sets.
    """
    state = dict(state or {})
    target, score = state.pop("target", None), state.pop("score", explanation.score)
    explanation = explanation.for_score(score)
    if target is not None:
        explanation = explanation.for_target(target)
    record = record_of(explanation, state, selection)
    return written(_document(explanation, record), path)


def record_of(
    explanation: ExplanationData,
    state: Mapping[str, Any],
    selection: Answers | None,
) -> dict[str, Any]:
    """Collect what the page needs without a kernel."""
    classes = shown_classes(explanation, selection)
    state = {**INITIAL_STATE, "map": explanation.chosen or "", **state}
    if selection is None:
        state["keep"] = False  # the result of the selected cells alone is unknown
    sets = explanation.minimal_sets
    others = _other_answers(explanation, classes)
    named = sorted({*classes, *(index for _, index, _, _ in others)})
    same = np.array_equal(explanation.seen, explanation.picture)
    return {
        "picture": _png(explanation.picture),
        "seen": None if same else image_url(explanation.seen),
        "replacement": image_url(explanation.replacement),
        "grid": dict(vars(explanation.grid)),
        "classes": classes,
        "labels": [[index, class_name(explanation.labels, index)] for index in named],
        "baseline": _floats(explanation.baseline_vector[classes]),
        "vectors": _floats(explanation.vectors[..., classes]),
        "answers": {
            score: _answers(explanation.for_score(score), classes) for score in _scores(explanation)
        },
        "others": others,
        "selection": _selection(explanation, classes, state, selection),
        "minimal_sets": {} if sets is None else shown_sets(sets),
        "sets": [] if sets is None else _sets(explanation, classes, sets),
        "certainty": _certainty(explanation, classes),
        "hardly_changed": np.flatnonzero(explanation.hardly_changed).tolist(),
        "quantity": explanation.quantity.record,
        "fill_texts": FILL_TEXTS,
        "done": explanation.done,
        "about": _about(explanation),
        "check": explanation.checked.record if explanation.checked else {},
        "state": {
            **state,
            "target": explanation.target,
            "contrast": explanation.contrast,
            "score": explanation.score,
            "fill": explanation.fill,
        },
    }


def _about(explanation: ExplanationData) -> dict[str, Any]:
    model, output = explanation.model, str(explanation.settings.get("output", ""))
    two = "together" in explanation.maps
    how = how_made(model, explanation.grid, explanation.fill, two=two)
    return about_record(model, output, explanation.preprocessing, how)


def _scores(explanation: ExplanationData) -> tuple[Score, ...]:
    """Return what drops may be measured in on the page."""
    return explanation.quantity.scores if explanation.contrast is None else ("log-odds",)


def shown_classes(explanation: ExplanationData, selection: Answers | None = None) -> list[int]:
    """Choose the classes offered as the target, in order of index.

    The target, the top classes of selection and whole picture, and the most frequent answers
    with a cell hidden.
    """
    answers = explanation.vectors[np.isfinite(explanation.vectors[..., 0])].argmax(axis=-1)
    found, counts = np.unique(answers, return_counts=True)
    frequent = found[np.argsort(-counts, kind="stable")]
    top = explanation.quantity.leading(explanation.baseline_vector, TOP_CLASSES)
    sets = explanation.minimal_sets.sets if explanation.minimal_sets else ()
    known = [selection, *(found.answers for found in sets)]
    selected = [
        index
        for answers in known
        if answers is not None
        for index in explanation.quantity.leading(answers.vectors, 2)
    ]
    asked = [explanation.target, explanation.contrast]
    chosen = dict.fromkeys([*asked, *selected, *top, *map(int, frequent)])
    return sorted([index for index in chosen if index is not None][:MAX_CLASSES])


def _answers(explanation: ExplanationData, classes: Sequence[int]) -> dict[str, Any]:
    answers = [explanation.for_target(index) for index in classes]
    drops = [np.where(explanation.failed, np.float32(np.inf), answer.drops) for answer in answers]
    return {
        "drops": _floats(drops),
        "together": _floats([answer.maps.get("together", ()) for answer in answers]),
        "foretells": [foretells_record(answer) for answer in answers],
        "headlines": [headline_records(answer) for answer in answers],
        "notes": [list(notes_of(answer)) for answer in answers],
        "saturated": [is_saturated(answer) for answer in answers],
        "contrasts": [answer.contrast for answer in answers],
    }


def _certainty(explanation: ExplanationData, classes: Sequence[int]) -> list[dict[str, Any]]:
    """Tell of each class how sure the cells are; nothing where nobody asked."""
    answers = (explanation.for_target(index).certainty for index in classes)
    return [certainty.record for certainty in answers if certainty is not None]


def _selection(
    explanation: ExplanationData,
    classes: Sequence[int],
    state: Mapping[str, Any],
    selection: Answers | None,
) -> dict[str, Any] | None:
    if selection is None:
        return None
    return _recorded(explanation, classes, state["value"], selection, keep=state["keep"])


def _sets(
    explanation: ExplanationData, classes: Sequence[int], sets: MinimalSets
) -> list[dict[str, Any]]:
    """Record the model's answers to sets that a page may select."""
    return [
        _recorded(explanation, classes, found.cells, found.answers, keep=found.kind == "enough")
        for found in sets.sets
        if found.answers is not None
    ]


def _recorded(
    explanation: ExplanationData,
    classes: Sequence[int],
    value: Any,
    answers: Answers,
    *,
    keep: bool,
) -> dict[str, Any]:
    asked = [explanation.for_target(index) for index in classes]
    output = str(explanation.settings.get("output"))
    return {
        "value": value,
        "keep": keep,
        "vector": _floats(answers.vectors[classes]),
        "drops": {
            score: [
                float(drops_of(answers, one.whole, one.target, score, output, one.contrast))
                for one in asked
            ]
            for score in _scores(explanation)
        },
        "text": [_effect(one, value, answers, keep=keep) for one in asked],
    }


def _effect(explanation: ExplanationData, value: Any, answers: Answers, *, keep: bool) -> str:
    """Say what the cells of a recorded answer do together and apart."""
    target, label, whole = explanation.target, explanation.label, explanation.whole
    output = str(explanation.settings.get("output"))
    if keep:
        return alone_text(answers, whole, target, label, output)
    singles = explanation.answers.at(tuple(np.transpose(np.array(value).reshape(-1, 2))))
    contrast = explanation.contrast
    return SetEffect(label, target, output, whole, answers, singles, contrast).text


def _other_answers(
    explanation: ExplanationData, classes: Sequence[int]
) -> list[tuple[int, int, float, float]]:
    """List the cells whose hiding gives none of `classes`: cell, class, before, after."""
    found = []
    for cell, vector in enumerate(explanation.vectors.reshape(len(explanation.grid), -1)):
        index = explanation.quantity.leading(vector, 1)[0]
        if index not in classes and np.isfinite(vector[index]):
            before = float(explanation.baseline_vector[index])
            found.append((cell, index, before, float(vector[index])))
    return found


def _document(explanation: ExplanationData, record: Mapping[str, Any]) -> str:
    name = class_name(explanation.labels, explanation.target)
    answer = f"{name}{explanation.rather}: {explanation.baseline_text}"
    rows, columns = explanation.grid.shape
    line = f"{explanation.model} · {rows}×{columns} cells hidden by {fill_text(explanation.fill)}"
    page = Document(
        title=f"{answer} · {explanation.model}",
        heading=answer,
        line=line,
        script=(STATIC / "explorer_page.js").read_text(encoding="utf-8"),
        style=(STATIC / "explorer.css").read_text(encoding="utf-8") + STYLE,
    )
    return page.html(record)


def _floats(values: ArrayLike) -> str:
    return b64encode(np.asarray(values, "<f4").tobytes()).decode()


def _png(pixels: NDArray[np.uint8]) -> str:
    return b64encode(png_bytes(pixels)).decode()
