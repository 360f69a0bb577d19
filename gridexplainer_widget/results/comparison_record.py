"""A comparison → the values of the kernel's traits, and the page that needs none."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import numpy as np

from gridexplainer_widget.analysis.audit import entry_of
from gridexplainer_widget.analysis.faithfulness import Faithfulness
from gridexplainer_widget.classifiers.classifier import Classifier, top_classes
from gridexplainer_widget.classifiers.outputs import Vectors, percent
from gridexplainer_widget.core.picture import png_bytes
from gridexplainer_widget.methods.registry import METHODS, Entry

from .comparison_page import comparison_html
from .explanation_data import Explanation
from .metrics import MEASURES
from .page import class_name

if TYPE_CHECKING:
    from .comparison_data import Comparison

SHOWN_CLASSES = 20
"""Classes in the prediction: those that can be asked about by a click."""


def map_of(explanation: Explanation, figures: Faithfulness | None) -> dict[str, Any]:
    """Tell all of one finished map."""
    cost = explanation.cost
    return {
        **empty_map(entry_of(explanation)),
        "layerUsed": ", ".join(explanation.attribution.layers) if explanation.attribution else "",
        "status": "done",
        "values": explanation.values.astype("<f4").tobytes(),
        "unit": explanation.unit,
        "native": explanation.native.partition("; ")[0],
        "derived": explanation.native.partition("; ")[2],
        "notes": list(explanation.notes),
        "forward": cost.forward,
        "backward": cost.backward,
        "seconds": cost.seconds,
        "figures": figures_of(figures),
    }


def empty_map(entry: Entry) -> dict[str, Any]:
    """Tell what is known of a map that is still to be made."""
    return {
        "method": entry.method.name,
        "title": entry.title,
        "layer": entry.said,
        "layerUsed": "",
        "status": "pending",
        "values": None,
        "unit": "",
        "native": "",
        "derived": "",
        "notes": [],
        "forward": 0,
        "backward": 0,
        "seconds": 0.0,
        "error": "",
        "figures": {},
    }


def figures_of(figures: Faithfulness | None) -> dict[str, Any]:
    """Tell the figures of an audit; empty where there was none."""
    if figures is None:
        return {}
    found = {name: getattr(figures, name) for name in MEASURES}
    return {
        **found,
        "area": figures.mask_area,
        "calls": figures.calls,
        "notes": list(figures.notes),
    }


def prediction_of(vector: Vectors, target: int) -> dict[str, Any]:
    """Tell what the model says of the whole picture."""
    return {
        "target": target,
        "probability": float(vector[target]),
        "top": [[index, float(vector[index])] for index in top_classes(vector, SHOWN_CLASSES)],
    }


def classes_of(before: Vectors, after: Vectors, target: int) -> list[list[float]]:
    """Tell how the leading classes change with something hidden: [index, before, after]."""
    shown = dict.fromkeys([target, *top_classes(before, 3), *top_classes(after, 2)])
    return [[index, float(before[index]), float(after[index])] for index in shown]


def offered_of(classifier: Classifier | None = None) -> list[list[Any]]:
    """Tell which methods there are: name, title, whether it takes a layer, why it cannot be had."""
    closed = classifier is not None and classifier.opened is None
    why = "needs a model that can be opened"
    return [
        [known.name, known.title, "layer" in known.takes, why if known.opens and closed else ""]
        for known in METHODS.values()
    ]


def page_of(comparison: Comparison) -> str:
    """Write the page of a comparison.

    Raises
    ------
    ValueError
        There is no map.
    """
    if not comparison.explanations:
        raise ValueError(f"There is no map to show. {comparison}")
    first = comparison.explanations[0]
    rows, columns = first.grid.shape
    maps = [
        map_of(explanation, comparison.figures[number] if comparison.figures else None)
        for number, explanation in enumerate(comparison)
    ]
    failed = [
        {**empty_map(entry), "status": "failed", "error": why} for entry, why in comparison.failures
    ]
    answers, needed = _answers(comparison)
    record = {
        "picture": b64encode(png_bytes(first.picture)).decode(),
        "labels": _labels(first, needed),
        "prediction": prediction_of(first.baseline_vector, first.target),
        "grid": dict(vars(first.grid)),
        "offered": offered_of(),
        "layers": [],
        "maps": [_in_text(shown) for shown in (*maps, *failed)],
        "progress": [None] * (len(maps) + len(failed)),
        "evidence": {},
        "fill": comparison.figures[0].fill if comparison.figures else first.fill,
        "status": "done",
        "error": "",
        "methods": [[shown["method"], shown["layer"]] for shown in (*maps, *failed)],
        "target": first.target,
        "value": [],
        "randomise": False,
        "answers": answers,
    }
    name = class_name(first.labels, first.target)
    many = f"{len(maps)} method{'s' if len(maps) != 1 else ''}"
    how = f"{first.model} · {rows}×{columns} cells · {many}"
    return comparison_html(record, f"{name}: {percent(first.baseline)}", how)


def _in_text(shown: dict[str, Any]) -> dict[str, Any]:
    values = shown["values"]
    return {**shown, "values": None if values is None else b64encode(values).decode()}


def _answers(comparison: Comparison) -> tuple[list[Any], set[int]]:
    """Tell what hiding each cell did, where occlusion was compared, and the classes in it."""
    first = comparison.explanations[0]
    hidden = next((one for one in comparison if one.attribution is None), None)
    needed = {first.target, *top_classes(first.baseline_vector, SHOWN_CLASSES)}
    if hidden is None:
        return [None] * len(first.grid), needed
    answers: list[Any] = []
    for vector in hidden.vectors.reshape(len(first.grid), -1):
        if np.isnan(vector[0]):
            answers.append(None)
            continue
        answers.append(classes_of(first.baseline_vector, vector, first.target))
        needed |= {int(index) for index, _, _ in answers[-1]}
    return answers, needed


def _labels(explanation: Explanation, needed: set[int]) -> list[str]:
    """Name the classes that are shown; a thousand others stay out of the file."""
    return [
        class_name(explanation.labels, index) if index in needed else ""
        for index in range(max(needed) + 1)
    ]


def evidence_of(
    cell: tuple[int, int], before: Vectors, after: Vectors | None, target: int
) -> dict[str, Any]:
    """Tell what hiding a cell did; the drop, in probability, is None while that is asked."""
    if after is None:
        return {"cell": list(cell), "drop": None, "classes": []}
    drop = float(before[target]) - float(after[target])
    return {"cell": list(cell), "drop": drop, "classes": classes_of(before, after, target)}
