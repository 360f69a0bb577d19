"""ExplanationData → one HTML file that needs no kernel and no network.

js/src/entries/explorer_page.ts shows it.
"""

from __future__ import annotations

import io
import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from gridexplainer_widget.classifiers.classifier import top_classes
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.picture import png_bytes
from gridexplainer_widget.core.scores import SCORES, drops_of
from gridexplainer_widget.wire.explorer import COLORMAPS, SCALES

from .document import STATIC, STYLE, Document, written
from .explanation_data import ExplanationData
from .notes import is_saturated, notes_of

MOST_CLASSES = 32
"""Classes that can be asked about in a page."""

MOST_EXACT = 384 * 1024
"""Bytes up to which the picture that the model saw, and what stood in for cells, stay lossless."""

TOP_CLASSES = 10
"""Classes of the whole picture that are always among them."""

START: Mapping[str, Any] = {
    "value": [],
    "keep": False,
    "colormap": COLORMAPS[0],
    "opacity": 0.85,
    "numbers": True,
    "scale": SCALES[0],
    "threshold": 0.0,
}
"""What the front end's traits are at first where nothing else is said."""


def to_html(
    explanation: ExplanationData,
    path: str | os.PathLike[str] | None = None,
    *,
    state: Mapping[str, Any] | None = None,
    cached_probabilities: Probabilities | None = None,
) -> str | Path:
    """Make one HTML file of an explanation; see :meth:`Explanation.to_html`.

    Parameters
    ----------
    explanation : ExplanationData
    path : path, optional
        Where to write it.
    state : mapping, optional
        Valid values of the widget's `target`, `score`, `value`, `keep` and looks to begin with.
    believed : float32 array (classes,), optional
        What the model believes with the cells of `state` hidden together, or kept: a page
        knows no other sets.

    Returns
    -------
    str or Path
        The HTML, or where it was written.
    """
    state = dict(state or {})
    target, score = state.pop("target", None), state.pop("score", explanation.score)
    explanation = explanation.for_score(score)
    if target is not None:
        explanation = explanation.for_target(target)
    return written(
        _document(explanation, record_of(explanation, state, cached_probabilities)), path
    )


def record_of(
    explanation: ExplanationData,
    state: Mapping[str, Any],
    cached_probabilities: Probabilities | None,
) -> dict[str, Any]:
    """Collect what the page must know to answer for the kernel; js/src/page/record.ts reads it."""
    grid, classes = explanation.grid, shown_classes(explanation, cached_probabilities)
    state = {**START, **state}
    if cached_probabilities is None:
        state["keep"] = False  # nothing is known of what is left alone
    others = _other_answers(explanation, classes)
    named = sorted({*classes, *(index for _, index, _, _ in others)})
    same = np.array_equal(explanation.seen, explanation.picture)
    return {
        "picture": _png(explanation.picture),
        "seen": None if same else _image_url(explanation.seen),
        "replacement": _image_url(explanation.replacement),
        "grid": dict(vars(grid)),
        "classes": classes,
        "labels": [[index, class_name(explanation.labels, index)] for index in named],
        "baseline": _floats(explanation.baseline_vector[classes]),
        "vectors": _floats(explanation.vectors[..., classes]),
        "answers": {score: _answers(explanation.for_score(score), classes) for score in SCORES},
        "others": others,
        "selection": _selection(explanation, classes, state, cached_probabilities),
        "done": explanation.done,
        "seconds": explanation.seconds,
        "about": {
            "model": explanation.model,
            "preprocessing": explanation.preprocessing,
            "output": str(explanation.settings.get("output", "")),
        },
        "check": explanation.checked.record if explanation.checked else {},
        "state": {
            **state,
            "target": explanation.target,
            "score": explanation.score,
            "fill": explanation.fill,
        },
    }


def shown_classes(
    explanation: ExplanationData, cached_probabilities: Probabilities | None = None
) -> list[int]:
    """Choose the classes that the page can be asked about, in the order of their indices.

    The target, the top classes of the whole picture and of what is `believed`, and what
    the answer becomes without a cell, the most frequent answers first.
    """
    answers = explanation.vectors[np.isfinite(explanation.vectors[..., 0])].argmax(axis=-1)
    found, counts = np.unique(answers, return_counts=True)
    frequent = found[np.argsort(-counts, kind="stable")]
    top = top_classes(explanation.baseline_vector, TOP_CLASSES)
    asked = [] if cached_probabilities is None else top_classes(cached_probabilities, 2)
    chosen = dict.fromkeys([explanation.target, *asked, *top, *map(int, frequent)])
    return sorted(list(chosen)[:MOST_CLASSES])


def class_name(labels: Sequence[str], index: int) -> str:
    """Name a class, with its index if its label is empty or shared; as js/src/text/classes.ts."""
    label = labels[index].strip()
    return label if label and labels.count(labels[index]) == 1 else f"{label} ({index})".strip()


def _answers(explanation: ExplanationData, classes: Sequence[int]) -> dict[str, Any]:
    """Collect drops, notes and saturation for each class that can be the target."""
    drops, notes, saturated = [], [], []
    for index in classes:
        answer = explanation.for_target(index)
        drops.append(np.where(explanation.failed, np.float32(np.inf), answer.drops))
        notes.append(list(notes_of(answer)))
        saturated.append(is_saturated(answer))
    return {"drops": _floats(drops), "notes": notes, "saturated": saturated}


def _selection(
    explanation: ExplanationData,
    classes: Sequence[int],
    state: Mapping[str, Any],
    cached_probabilities: Probabilities | None,
) -> dict[str, Any] | None:
    """Collect what is known of the cells that are selected together."""
    if cached_probabilities is None:
        return None
    output = str(explanation.settings.get("output"))
    return {
        "value": state["value"],
        "keep": state["keep"],
        "vector": _floats(cached_probabilities[classes]),
        "drops": {
            score: [
                float(
                    drops_of(
                        cached_probabilities, explanation.baseline_vector, index, score, output
                    )
                )
                for index in classes
            ]
            for score in SCORES
        },
    }


def _other_answers(
    explanation: ExplanationData, classes: Sequence[int]
) -> list[tuple[int, int, float, float]]:
    """Cells without which the answer is none of `classes`: cell, class, before and after."""
    found = []
    for cell, vector in enumerate(explanation.vectors.reshape(len(explanation.grid), -1)):
        index = top_classes(vector, 1)[0]
        if index not in classes and np.isfinite(vector[index]):
            before = float(explanation.baseline_vector[index])
            found.append((cell, index, before, float(vector[index])))
    return found


def _document(explanation: ExplanationData, record: Mapping[str, Any]) -> str:
    name = class_name(explanation.labels, explanation.target)
    answer = f"{name}: {percent(explanation.baseline)}"
    rows, columns = explanation.grid.shape
    how = f"{explanation.model} · {rows}×{columns} cells hidden with {explanation.fill}"
    page = Document(
        title=f"{answer} · {explanation.model}",
        heading=answer,
        line=how,
        script=(STATIC / "explorer_page.js").read_text(encoding="utf-8"),
        style=(STATIC / "explorer.css").read_text(encoding="utf-8") + STYLE,
    )
    return page.html(record)


def _floats(values: ArrayLike) -> str:
    return b64encode(np.asarray(values, "<f4").tobytes()).decode()


def _image_url(pixels: NDArray[np.uint8]) -> str:
    """Write a picture exactly, or where that takes too many bytes, as of noise, nearly so."""
    png = png_bytes(pixels)
    if len(png) <= MOST_EXACT:
        return f"data:image/png;base64,{b64encode(png).decode()}"
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=80, subsampling=0)
    return f"data:image/jpeg;base64,{b64encode(file.getvalue()).decode()}"


def _png(pixels: NDArray[np.uint8]) -> str:
    return b64encode(png_bytes(pixels)).decode()
