"""ComparisonData → one HTML file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from gridexplainer_widget.classifiers.labels import class_name
from gridexplainer_widget.classifiers.quantities import PROBABILITY
from gridexplainer_widget.core.picture import png_bytes
from gridexplainer_widget.core.shown import readable
from gridexplainer_widget.wire.comparison import FRONT_END_TRAITS, KERNEL_TRAITS
from gridexplainer_widget.wire.document import STATIC, STYLE, Document

from .comparison_data import ComparisonData
from .comparison_record import (
    COMPARISON_CLASSES,
    classes_of,
    empty_map,
    map_of,
    offered_of,
    prediction_of,
)
from .data.metrics import metric_records
from .explanation_data import ExplanationData
from .trust import with_trust

WIDE_STYLE: Final = "body { max-width: 1500px; }"

RECORD_KEYS: Final = (*KERNEL_TRAITS, *FRONT_END_TRAITS, "answers")
"""The widget's traits, and the answers to clicks."""


def comparison_page(comparison: ComparisonData[Any]) -> str:
    """Make the page of a comparison."""
    if not comparison.explanations:
        failures = " ".join(map(str, comparison.failures))
        raise ValueError(f"There is no map to show. {failures}")
    first = comparison.explanations[0]
    rows, columns = first.grid.shape
    audits = [audit for _, audit in comparison.audited]
    maps = with_trust([map_of(*audited) for audited in comparison.audited], audits)
    failed = [
        {**empty_map(request), "status": "failed", "error": readable(reason)}
        for request, reason in comparison.failures
    ]
    answers, needed = _answers(comparison)
    record = {
        "picture": b64encode(png_bytes(first.picture)).decode(),
        "labels": _labels(first, needed),
        "prediction": prediction_of(
            first.baseline_vector, first.target, first.quantity, first.contrast
        ),
        "grid": dict(vars(first.grid)),
        "offered": offered_of(),
        "layers": [],
        "maps": [_in_text(shown) for shown in (*maps, *failed)],
        "progress": [None] * (len(maps) + len(failed)),
        "evidence": {},
        "fills": list(comparison.figures[0].fills) if comparison.figures else [],
        "status": "done",
        "error": "",
        "methods": [[shown["method"], shown["layer"]] for shown in (*maps, *failed)],
        "target": first.target,
        "contrast": first.contrast,
        "value": [],
        "randomise": False,
        "metrics": metric_records(first.quantity),
        "map_fills": [],
        "reading": "",
        "grid_size": list(first.grid.shape),
        "map_fill": first.fill,
        "quantity": first.quantity.record,
        "answers": answers,
    }
    name = class_name(first.labels, first.target)
    methods = f"{len(maps)} method{'s' if len(maps) != 1 else ''}"
    subtitle = f"{first.model} · {rows}×{columns} cells · {methods}"
    return comparison_html(record, f"{name}{first.rather}: {first.baseline_text}", subtitle)


def comparison_html(record: Mapping[str, Any], title: str, subtitle: str) -> str:
    """Make the page of a record: the widget's traits by name, and "answers".

    The answers are, for each cell, row by row, the effect of hiding it,
    ``[[class, before, after], ...]``, or None if not recorded. The picture and the maps' values
    may be bytes or base64.

    Raises
    ------
    ValueError
        `record` lacks a key, or holds NaN or infinity.
    """
    record = {"quantity": PROBABILITY.record, "contrast": None, **record}
    missing = [name for name in RECORD_KEYS if name not in record]
    if missing:
        raise ValueError(
            f"record lacks {', '.join(missing)}. Wanted is each of {', '.join(RECORD_KEYS)}."
        )
    _check_answers(record)
    page = Document(
        title=title,
        heading=title,
        line=subtitle,
        script=(STATIC / "comparison_page.js").read_text(encoding="utf-8"),
        style=(STATIC / "comparison.css").read_text(encoding="utf-8") + STYLE + WIDE_STYLE,
    )
    return page.html({name: record[name] for name in RECORD_KEYS})


def _check_answers(record: Mapping[str, Any]) -> None:
    grid = record["grid"]
    cells = grid["rows"] * grid["columns"] if grid else 0
    if len(record["answers"]) != cells:
        raise ValueError(
            f"record has answers for {len(record['answers'])} cells, and its grid has {cells}. "
            "Wanted is one for each cell, None where nothing was recorded."
        )


def _in_text(shown: dict[str, Any]) -> dict[str, Any]:
    values = shown["values"]
    return {**shown, "values": None if values is None else b64encode(values).decode()}


def _answers(comparison: ComparisonData[Any]) -> tuple[list[Any], set[int]]:
    """Return the effect of hiding each cell, if known, and the classes to name."""
    first = comparison.explanations[0]
    hidden = next((one for one in comparison if one.attribution is None), None)
    needed = {first.target, *first.quantity.leading(first.baseline_vector, COMPARISON_CLASSES)}
    if hidden is None:
        return [None] * len(first.grid), needed
    answers: list[Any] = []
    for vector in hidden.vectors.reshape(len(first.grid), -1):
        if np.isnan(vector[0]):
            answers.append(None)
            continue
        answers.append(classes_of(first.baseline_vector, vector, first.target, first.quantity))
        needed |= {int(index) for index, _, _ in answers[-1]}
    return answers, needed


def _labels(explanation: ExplanationData, needed: set[int]) -> list[str]:
    """Name only the classes that are shown; there may be thousands."""
    return [
        class_name(explanation.labels, index) if index in needed else ""
        for index in range(max(needed) + 1)
    ]
