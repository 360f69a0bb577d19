"""Notes for readers of an explanation, a sentence each."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from gridexplainer_widget.classifiers.checks.checks import Check, chance_check, size_check
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.scores import INDEPENDENT, floors_of, odds_of
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.foretells import Foretells

from .explanation_data import ExplanationData

SATURATED_PROBABILITY: Final = 0.95
"""Above this, small drops may mean that the model cannot be surer."""

SMALL_DROP: Final = 0.02
"""In probability."""


def is_saturated(explanation: ExplanationData) -> bool:
    """Tell whether drops are near 0 because the probability is near 1."""
    if explanation.attribution is not None:
        return False
    sure = explanation.score == "probability" and explanation.baseline > SATURATED_PROBABILITY
    small = explanation.done > 0 and _largest_drop(explanation) < SMALL_DROP
    return sure and small and not _leaves_target(explanation)


def notes_of(explanation: ExplanationData) -> tuple[str, ...]:
    """Collect the notes on map and picture."""
    doubts = [check.sentence for check in picture_checks(explanation) if check.verdict != "ok"]
    if explanation.attribution is not None:
        return (*explanation.attribution.notes, *_saturated_values(explanation), *doubts)
    notes = []
    if not explanation.complete:
        notes.append(_partial(explanation))
    if is_saturated(explanation):
        most = _rounded_up(100 * _largest_drop(explanation))
        notes.append(
            f"Saturated: the model is so sure ({percent(explanation.baseline)}) that no cell "
            f"moves its probability by more than {most} points. "
            'score="log-odds" still tells the cells apart.'
        )
    if explanation.complete and _leaves_everything(explanation):
        notes.append("No cell changes the answer at all.")
    elif explanation.complete and _leaves_target(explanation):
        what = "" if explanation.quantity.is_value else "the probability of "
        notes.append(f"No cell changes {what}“{shown(explanation.label)}”.")
    if explanation.score == "log-odds" and _is_beyond_float32(explanation):
        notes.append(
            "Some probabilities are 0 or 1 as far as float32 holds; their log-odds are bounds."
        )
    return (*notes, *doubts)


def all_notes(explanation: ExplanationData) -> tuple[str, ...]:
    """Say how far to believe the map; collect the notes, then what of the model is doubtful."""
    found, checked = explanation.foretells, explanation.checked
    doubts = (*checked.concerns, *checked.unknowns) if checked else ()
    return (
        *([] if found is None else [reliability(found)]),
        *notes_of(explanation),
        *(f"Technical check: {doubt}" for doubt in doubts),
    )


def reliability(found: Foretells) -> str:
    """Say how far to believe a map: one text for figures, pages, widgets and terminals."""
    value, low, high = map(_signed, (found.value, found.low, found.high))
    if found.reliable:
        return f"Foretells {value} of what hiding does (random maps: {low} to {high})."
    return (
        "This map says nothing reliable about this picture: "
        f"it foretells {value}, and random maps reach {high}."
    )


def foretells_record(explanation: ExplanationData) -> dict[str, Any]:
    """Tell a front end how far to believe each map, and which one has earned to be shown."""
    if "together" not in explanation.maps:
        return {}
    return {
        "shown": explanation.earned,
        **{
            name: {**found.record, "reliable": found.reliable, "text": reliability(found)}
            for name, found in explanation.foretold.items()
        },
    }


def _signed(number: float) -> str:
    """Write two digits with a typographic minus."""
    return f"{round(number, 2) + 0.0:.2f}".replace("-", "−")


def _saturated_values(explanation: ExplanationData) -> tuple[str, ...]:
    largest = float(np.abs(explanation.values).max())
    sure = explanation.unit == "probability" and explanation.baseline > SATURATED_PROBABILITY
    if not sure or largest >= SMALL_DROP:
        return ()
    note = (
        f"Saturated: the model is so sure ({percent(explanation.baseline)}) that no value exceeds "
        f'{_rounded_up(100 * largest)} points. GridExplainer(…, score="log-odds") tells more.'
    )
    return (note,)


def picture_checks(explanation: ExplanationData) -> tuple[Check, ...]:
    """Check the picture's size and prediction; no model call."""
    grid = explanation.grid
    height, width = explanation.settings.get("picture_size", (grid.height, grid.width))
    size = size_check((int(height), int(width)), (grid.height, grid.width))
    if explanation.settings.get("output") in {*INDEPENDENT, "value"}:  # there is no chance
        return (size,)
    return size, chance_check(explanation.baseline, len(explanation.labels), explanation.label)


def _partial(explanation: ExplanationData) -> str:
    scored = f"Partial: {explanation.done} of {len(explanation.grid)} cells have been scored."
    failed = int(explanation.failed.sum())
    cells = "1 cell" if failed == 1 else f"{failed} cells"
    return f"{scored} For {cells} the model gave no number." if failed else scored


def _largest_drop(explanation: ExplanationData) -> float:
    return float(np.nanmax(np.abs(explanation.drops), initial=0))


def _leaves_everything(explanation: ExplanationData) -> bool:
    same = (explanation.scored_vectors == explanation.baseline_vector).all()
    return bool(same) and not _leaves_only_probabilities(explanation)


def _leaves_only_probabilities(explanation: ExplanationData) -> bool:
    """Tell whether logits change where probabilities are rounded."""
    whole, hidden = explanation.whole.log_odds, explanation.answers.log_odds
    both = np.isfinite(whole) & np.isfinite(hidden)
    return bool((hidden != whole)[both].any())


def _leaves_target(explanation: ExplanationData) -> bool:
    score = explanation.quantity.scores[-1]
    return not np.nan_to_num(explanation.for_score(score).drops).any()


def _is_beyond_float32(explanation: ExplanationData) -> bool:
    if explanation.answers.finite_log_odds(explanation.target):
        return False
    output = str(explanation.settings.get("output"))
    odds = odds_of(explanation.scored_vectors, explanation.target, output)
    floors = floors_of(explanation.target, output)
    return any(bool((p < floor).any()) for p, floor in zip(odds, floors, strict=True))


def _rounded_up(points: float) -> str:
    points = max(points, 0.001)
    step = 10.0 ** (np.floor(np.log10(points)) - 1)
    return f"{np.ceil(points / step - 1e-9) * step:.2g}"
