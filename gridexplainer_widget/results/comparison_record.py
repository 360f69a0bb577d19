"""Comparison → plain values, for the wire and for pages."""

from __future__ import annotations

from typing import Any, Final

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.methods.registry import METHODS
from gridexplainer_widget.methods.requests import MethodRequest

from .explanation_data import ExplanationData
from .faithfulness import Faithfulness
from .notes import all_notes, foretold_text

COMPARISON_CLASSES: Final = 20
"""Leading classes that a click can choose as the target."""


def map_of(explanation: ExplanationData, faithfulness: Faithfulness | None) -> dict[str, Any]:
    """Return the record of a finished map."""
    cost = explanation.cost
    return {
        **empty_map(explanation.request),
        "layerUsed": ", ".join(explanation.attribution.layers) if explanation.attribution else "",
        "status": "done",
        "values": explanation.values.astype("<f4").tobytes(),
        "unit": explanation.unit,
        "native": explanation.native.partition("; ")[0],
        "derived": explanation.native.partition("; ")[2],
        "notes": notes_beside(explanation, faithfulness),
        "forward": cost.forward,
        "backward": cost.backward,
        "seconds": cost.seconds,
        "figures": _audit_record(faithfulness) if faithfulness else {},
    }


def notes_beside(explanation: ExplanationData, figures: Faithfulness | None) -> list[str]:
    """Collect a map's notes, but what stands among its figures."""
    found = explanation.foretells
    told = foretold_text(explanation, found) if figures and found else None
    return [note for note in all_notes(explanation) if note != told]


def empty_map(request: MethodRequest) -> dict[str, Any]:
    """Return the record of a map still to be made."""
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
        "trust": {},
    }


def prediction_of(
    vector: Probabilities,
    target: int,
    quantity: Quantity = PROBABILITY,
    contrast: int | None = None,
) -> dict[str, Any]:
    """Return the prediction on the whole picture."""
    top = quantity.leading(vector, COMPARISON_CLASSES)
    return {
        "target": target,
        "contrast": contrast,
        "probability": float(vector[target]),
        "top": [[index, float(vector[index])] for index in top],
    }


def classes_of(
    before: Probabilities, after: Probabilities, target: int, quantity: Quantity = PROBABILITY
) -> list[list[float]]:
    """Return the leading classes before and after hiding something: [index, before, after]."""
    shown = dict.fromkeys([target, *quantity.leading(before, 3), *quantity.leading(after, 2)])
    return [[index, float(before[index]), float(after[index])] for index in shown]


def offered_of(classifier: Classifier | None = None) -> list[list[Any]]:
    """List the methods: name, title, whether it takes a layer, why it is disabled or ""."""
    black_box = classifier is not None and classifier.open_network is None
    reason = "needs a white-box model" if black_box else ""
    return [
        [spec.name, spec.title, "layer" in spec.options, reason if spec.white_box else ""]
        for spec in METHODS.values()
    ]


def _audit_record(figures: Faithfulness) -> dict[str, Any]:
    return {
        "under": [
            {
                "fill": one.fill,
                **one.metrics,
                "bands": {name: list(one.chance.band(name)) for name in one.metrics}
                if one.chance
                else {},
                "ranks": figures.ranks(one),
                "verdict": verdict,
            }
            for one, verdict in zip(figures.under, figures.verdicts, strict=True)
        ],
        **figures.whole,
        "beside": {name: figures.beside(name) for name in figures.whole},
        "doubt": figures.doubt,
        "calls": figures.calls,
        "chanceCalls": figures.chance_calls,
        "notes": list(figures.notes),
    }
