"""One map of a comparison → plain values, for the wire and for pages."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.classifiers.classifier import Classifier, top_classes
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.methods.registry import METHODS
from gridexplainer_widget.methods.requests import MethodRequest

from .explanation_data import ExplanationData
from .faithfulness import Faithfulness
from .notes import all_notes

SHOWN_CLASSES = 20
"""Classes in the prediction: those that can be asked about by a click."""


def map_of(explanation: ExplanationData, figures: Faithfulness | None) -> dict[str, Any]:
    """Tell all of one finished map."""
    cost = explanation.cost
    return {
        **empty_map(explanation.request),
        "layerUsed": ", ".join(explanation.attribution.layers) if explanation.attribution else "",
        "status": "done",
        "values": explanation.values.astype("<f4").tobytes(),
        "unit": explanation.unit,
        "native": explanation.native.partition("; ")[0],
        "derived": explanation.native.partition("; ")[2],
        "notes": list(all_notes(explanation)),
        "forward": cost.forward,
        "backward": cost.backward,
        "seconds": cost.seconds,
        "figures": figures_of(figures),
    }


def empty_map(request: MethodRequest) -> dict[str, Any]:
    """Tell what is known of a map that is still to be made."""
    return {
        "method": request.method.name,
        "title": request.title,
        "layer": request.options_text,
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
    return {
        **figures.metrics,
        "area": figures.mask_area,
        "calls": figures.calls,
        "notes": list(figures.notes),
    }


def prediction_of(vector: Probabilities, target: int) -> dict[str, Any]:
    """Tell what the model says of the whole picture."""
    return {
        "target": target,
        "probability": float(vector[target]),
        "top": [[index, float(vector[index])] for index in top_classes(vector, SHOWN_CLASSES)],
    }


def classes_of(before: Probabilities, after: Probabilities, target: int) -> list[list[float]]:
    """Tell how the leading classes change with something hidden: [index, before, after]."""
    shown = dict.fromkeys([target, *top_classes(before, 3), *top_classes(after, 2)])
    return [[index, float(before[index]), float(after[index])] for index in shown]


def offered_of(classifier: Classifier | None = None) -> list[list[Any]]:
    """Tell which methods there are: name, title, whether it takes a layer, why it cannot be had."""
    closed = classifier is not None and classifier.open_network is None
    why = "needs a model that can be opened"
    return [
        [spec.name, spec.title, "layer" in spec.options, why if spec.white_box and closed else ""]
        for spec in METHODS.values()
    ]
