"""The sentence on top: what the model says, and what speaks for and against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.labels import class_name
from gridexplainer_widget.classifiers.quantities import Quantity
from gridexplainer_widget.core.clear_answer import is_clear
from gridexplainer_widget.core.scores import INDEPENDENT
from gridexplainer_widget.inference.foretells import Foretells
from gridexplainer_widget.inference.two_maps import MapName
from gridexplainer_widget.results.data.regions import region_text, strongest_region
from gridexplainer_widget.results.data.tint import number_text, scale_of, unit_words

from .explanation_data import ExplanationData
from .notes import foretold_text, is_flat, is_joint, is_saturated

Part: TypeAlias = tuple[str, bool]
"""A text, and whether it is strong."""

MENTIONED: Final = 0.4
"""Share of the strongest value from which the other side is told: less may be a fit's noise."""


def headline(explanation: ExplanationData, map_: MapName | None = None) -> tuple[Part, ...]:
    """Say what the model answers, and what a map says of it, by default the one shown."""
    answer = answer_parts(
        explanation.baseline_vector,
        explanation.labels,
        explanation.target,
        explanation.quantity,
        explanation.settings.get("output"),
        explanation.contrast,
    )
    rest = _evidence(explanation, map_ or explanation.map)
    return (*answer, (f" {rest}", False)) if rest else answer


def headline_text(explanation: ExplanationData) -> str:
    """Return the sentence without marks."""
    return "".join(text for text, _ in headline(explanation))


def strongest_text(explanation: ExplanationData) -> str:
    """Name the strongest cells, counted from 1, with the numbers that stand on the map."""
    unit = explanation.unit
    words = unit_words(unit, explanation.unit_text)
    scale = scale_of(explanation.values, unit)
    cells = "; ".join(
        f"row {one.row + 1}, column {one.column + 1}: {number_text(one.value, scale, unit)}"
        for one in explanation.top(3)
    )
    return f"strongest cells{', if hidden' if unit else ''}, in {words}: {cells or 'none yet'}"


def headline_records(explanation: ExplanationData) -> dict[str, list[list[Any]]]:
    """Return the sentence for each map, for browsers: {map: [[text, strong], …]}.

    The maps are those of one object, so that none is fitted anew.
    """
    names: Iterable[MapName] = ("alone",) if explanation.attribution else explanation.maps
    return {name: [list(part) for part in headline(explanation, name)] for name in names}


def foretells_record(explanation: ExplanationData) -> dict[str, Any]:
    """Tell a front end how far to believe each map, and which one has earned to be shown."""
    if "together" not in explanation.maps:
        return {}
    return {
        "shown": explanation.earned,
        **{
            name: foretold_record(found, foretold_text(explanation, found))
            for name, found in explanation.foretold.items()
        },
    }


def foretold_record(found: Foretells, text: str) -> dict[str, Any]:
    """Tell a front end how far to believe a map."""
    return {**found.record, "reliable": found.reliable, "text": text}


def answer_parts(  # noqa: PLR0913, PLR0917 - what the model answers, and what is asked
    vector: NDArray[np.floating],
    labels: Sequence[str],
    target: int,
    quantity: Quantity,
    output: object,
    contrast: int | None = None,
) -> tuple[Part, ...]:
    """Say what the model answers, and which class is asked about."""
    name, number = class_name(labels, target), quantity.text(float(vector[target]))
    if contrast is not None:
        return _rather(vector, labels, (target, contrast), quantity, output)
    if quantity.is_value:
        return ("The model says ", False), (number, True), (f" for “{name}”.", False)
    if output in INDEPENDENT:
        says = "The model says " if vector[target] >= 0.5 else "The model does not say "
        return (says, False), (name, True), (f" ({number}).", False)
    [best] = quantity.leading(vector, 1)
    if best == target:
        unsure = "" if is_clear(vector) else " It has no clear answer: all classes are near alike."
        return ("The model says ", False), (name, True), (f" ({number}).{unsure}", False)
    says = f"The model says {class_name(labels, best)} ({quantity.text(float(vector[best]))})."
    return ("You ask: why ", False), (name, True), (f" ({number})? {says}", False)


def _rather(
    vector: NDArray[np.floating],
    labels: Sequence[str],
    classes: tuple[int, int],
    quantity: Quantity,
    output: object,
) -> tuple[Part, ...]:
    (name, number), (other, its) = (
        (class_name(labels, index), quantity.text(float(vector[index]))) for index in classes
    )
    [best] = quantity.leading(vector, 1)
    says = f" The model says {class_name(labels, best)} ({quantity.text(float(vector[best]))})."
    told = output in INDEPENDENT or best in classes
    parts = ("You ask: why ", False), (name, True), (f" ({number}) rather than ", False)
    return (*parts, (other, True), (f" ({its})?{'' if told else says}", False))


def _evidence(explanation: ExplanationData, map_: MapName) -> str:
    if not explanation.complete:
        return ""
    found = explanation.foretold.get(map_)
    occlusion = explanation.attribution is None
    if is_saturated(explanation):
        return "It is so sure that hiding a single cell hardly moves it."
    if occlusion and map_ == "alone" and is_joint(explanation):
        return "No cell matters alone here: together they do."
    if occlusion and is_flat(explanation):
        return "No cell matters: hiding them hardly moves the answer."
    if found is not None and not found.reliable:
        return "Which cells matter is not known: this map foretells no better than chance."
    return _strongest(explanation, explanation.maps[map_] if occlusion else explanation.values)


def _strongest(explanation: ExplanationData, numbers: NDArray[np.floating]) -> str:
    values = np.nan_to_num(numbers)
    most = float(np.abs(values).max())
    words = ("for it", "against it")
    if explanation.contrast is not None:
        classes = explanation.target, explanation.contrast
        first, second = (f"for {class_name(explanation.labels, index)}" for index in classes)
        words = first, second
    sides = [
        f"{word}: {region_text(region, *explanation.grid.shape)}"
        for word, side in zip(words, (values, -values), strict=True)
        if side.max() >= MENTIONED * most and (region := strongest_region(side)) is not None
    ]
    if explanation.attribution is not None:
        by = f"By {explanation.title}"
        return f"{by}, strongest {'; '.join(sides)}." if sides else f"{by}, no cell matters."
    return f"Strongest {'; '.join(sides)}." if sides else "No cell changes it."
