"""Notes for readers of an explanation, a sentence each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from gridexplainer_widget.classifiers.checks.checks import (
    Check,
    chance_check,
    is_above_chance,
    size_check,
)
from gridexplainer_widget.classifiers.checks.hiding import MAX_LEFT
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.fills import LOCAL
from gridexplainer_widget.core.scores import INDEPENDENT, beyond_float32, floors_of, odds_of
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.foretells import Foretells
from gridexplainer_widget.results.data.map_shape import (
    is_placeless,
    is_two_sided,
    leading_drop,
    matter_together,
    sides_of,
)

from .explanation_data import ExplanationData

SATURATED_PROBABILITY: Final = 0.95
"""Above this, small drops may mean that the model cannot be surer."""

SMALL_DROP: Final = 0.02
"""In probability."""

FLAT_LOG_ODDS: Final = 0.1
"""Drops under this are those of a flat map: 2.5 points at most."""

Note: TypeAlias = Callable[[ExplanationData], str]


def is_saturated(explanation: ExplanationData) -> bool:
    """Tell whether drops are near 0 because the probability is near 1."""
    if explanation.attribution is not None:
        return False
    sure = explanation.score == "probability" and explanation.baseline > SATURATED_PROBABILITY
    small = explanation.done > 0 and _largest_drop(explanation) < SMALL_DROP
    return sure and small and not (_leaves_target(explanation) or is_joint(explanation))


def notes_of(explanation: ExplanationData) -> tuple[str, ...]:
    """Collect the notes on map and picture."""
    doubts = [check.sentence for check in picture_checks(explanation) if check.verdict != "ok"]
    if explanation.attribution is not None:
        told = (note(explanation) for note in OF_ANY_METHOD)
        notes = [*explanation.attribution.notes, *_saturated_values(explanation), *told]
    else:
        notes = [note(explanation) for note in (*OF_SINGLE_CELLS, *OF_ANY_METHOD)]
    return (*filter(None, notes), *doubts)


def all_notes(explanation: ExplanationData) -> tuple[str, ...]:
    """Say how far to believe the map; collect the notes, then what of the model is doubtful."""
    foretold, sure, checked = explanation.foretells, explanation.certainty, explanation.checked
    doubts = (*checked.concerns, *checked.unknowns) if checked else ()
    return (
        *([foretold_text(explanation, foretold)] if foretold else []),
        *([sure.sentence] if sure else []),
        *explanation.set_notes,
        *notes_of(explanation),
        *(f"Technical check: {doubt}" for doubt in doubts),
    )


def foretold_text(explanation: ExplanationData, found: Foretells) -> str:
    """Say how far to believe a map, and first whether there is anything to believe."""
    nothing = explanation.attribution is None and is_flat(explanation)
    flat = nothing and not is_joint(explanation)
    return found.sentence_where_flat if flat else found.sentence


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
    if explanation.complete:
        return ""
    scored = f"Partial: {explanation.done} of {len(explanation.grid)} cells have been scored."
    failed = int(explanation.failed.sum())
    cells = "1 cell" if failed == 1 else f"{failed} cells"
    return f"{scored} For {cells} the model gave no number." if failed else scored


def _joint(explanation: ExplanationData) -> str:
    if not is_joint(explanation):
        return ""
    points = explanation.score == "probability"
    alone, together = (
        percent(drop).replace("%", " points") if points else f"{drop:.2g}"
        for drop in (_largest_drop(explanation), leading_drop(explanation.two_maps.handful_drops))
    )
    return (
        f"No cell of {explanation.question} matters alone (the most is {alone}), but "
        f"together they do: some handfuls take {together}."
    )


def _saturated(explanation: ExplanationData) -> str:
    if not is_saturated(explanation):
        return ""
    most = _rounded_up(100 * _largest_drop(explanation))
    largest = _largest_drop(explanation.for_score("log-odds"))
    more = 'score="log-odds" still tells the cells apart.'
    if largest < FLAT_LOG_ODDS:
        more = f"Log-odds do not help: no cell moves them by more than {_rounded_up(largest)}."
    return (
        f"Saturated: the model is so sure ({percent(explanation.baseline)}) that no cell "
        f"moves its probability by more than {most} points. {more}"
    )


def _unmoved(explanation: ExplanationData) -> str:
    if not explanation.complete or not _leaves_target(explanation) or is_joint(explanation):
        return ""
    if _is_rounded(explanation):
        return (
            f"No cell changes the probability of “{shown(explanation.label)}”, which is rounded to "
            f"{percent(explanation.baseline)}. Logits would tell the cells apart."
        )
    if _leaves_everything(explanation):
        return "No cell changes the answer at all."
    measured = "probability" if explanation.contrast is None else "odds"
    what = "" if explanation.quantity.is_value else f"the {measured} of "
    return f"No cell changes {what}{explanation.question}."


def _flat(explanation: ExplanationData) -> str:
    if not is_flat(explanation) or is_saturated(explanation) or is_joint(explanation):
        return ""
    most, asked = _largest_drop(explanation), explanation.question
    if explanation.score == "log-odds":
        moves = f"the log-odds of {asked} by more than {_rounded_up(most)}."
    else:
        moves = f"the probability of {asked} by more than {_rounded_up(100 * most)} points."
    return f"The map is flat: no cell moves {moves}"


def _two_sided(explanation: ExplanationData) -> str:
    found = explanation.foretells
    proven = found is not None and found.reliable
    if not explanation.complete or proven or is_flat(explanation) or _leaves_target(explanation):
        return ""
    if not is_two_sided(explanation.values):
        return ""
    supports, against = sides_of(explanation.values)
    return (
        f"About as many cells speak against {explanation.question} ({against}) as for it "
        f"({supports}): their numbers may be chance."
    )


def _placeless(explanation: ExplanationData) -> str:
    alone = explanation.map == "alone"
    scored = explanation.for_score(explanation.quantity.scores[-1]) if alone else explanation
    drops = scored.drops if alone else scored.values
    if not explanation.complete or is_flat(explanation) or not is_placeless(drops):
        return ""
    return (
        f"The evidence has no place: all {drops.size} cells count about alike. The colour or "
        "texture of the whole picture may decide."
    )


def _bounds(explanation: ExplanationData) -> str:
    output = str(explanation.settings.get("output"))
    what = explanation.target, output, explanation.contrast
    if explanation.score != "log-odds" or not beyond_float32(explanation.answers, *what):
        return ""
    return "Some probabilities are 0 or 1 as far as float32 holds; their log-odds are bounds."


def _hardly_changed(explanation: ExplanationData) -> str:
    cells = int(explanation.hardly_changed.sum())
    if cells > 1:
        return f"{cells} cells are hardly changed by this fill: their 0 says nothing."
    return "1 cell is hardly changed by this fill: its 0 says nothing." if cells else ""


def _emptied(explanation: ExplanationData) -> str:
    if explanation.emptied is None or explanation.quantity.is_value:
        return ""
    before, after = explanation.baseline, float(explanation.emptied[explanation.target])
    label = shown(explanation.label, 40)
    told = is_above_chance(before, len(explanation.labels))
    leaves = told and after > MAX_LEFT * before
    if not leaves or not _is_emptied_plain(explanation) or explanation.hardly_changed.mean() > 0.5:
        return ""
    return (
        f"With every cell hidden “{label}” still has {percent(after)}: it is "
        "also the answer to an empty picture. What is not there may be the evidence."
    )


OF_SINGLE_CELLS: Final[tuple[Note, ...]] = (
    _partial,
    _joint,
    _saturated,
    _unmoved,
    _flat,
    _two_sided,
    _placeless,
    _bounds,
)
"""Each gives a sentence, or "" where it has nothing to say."""

OF_ANY_METHOD: Final[tuple[Note, ...]] = (_hardly_changed, _emptied)


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


def is_joint(explanation: ExplanationData) -> bool:
    """Tell whether no cell matters alone, and handfuls do."""
    handfuls = explanation.two_maps.handful_drops
    known = explanation.complete and not explanation.quantity.is_value
    return known and matter_together(explanation.drops, handfuls, explanation.score)


def is_flat(explanation: ExplanationData) -> bool:
    """Tell whether no cell matters, in log-odds, which know no saturation."""
    if explanation.quantity.is_value or not explanation.complete or _leaves_target(explanation):
        return False
    return _largest_drop(explanation.for_score("log-odds")) < FLAT_LOG_ODDS


def _is_emptied_plain(explanation: ExplanationData) -> bool:
    """Tell whether the picture is of one colour with every cell hidden."""
    colors = explanation.replacement.reshape(-1, 3)
    return explanation.fill in LOCAL or bool((np.ptp(colors, axis=0) <= 1).all())


def _is_rounded(explanation: ExplanationData) -> bool:
    """Tell whether float32 holds no number between the target's probability and 1."""
    if explanation.quantity.is_value or explanation.whole.finite_log_odds(explanation.target):
        return False
    output = str(explanation.settings.get("output"))
    _, other = odds_of(explanation.whole.vectors, explanation.target, output)
    return float(other) < floors_of(explanation.target, output)[1]


def _leaves_target(explanation: ExplanationData) -> bool:
    score = explanation.quantity.scores[-1]
    return not np.nan_to_num(explanation.for_score(score).drops).any()


def _rounded_up(points: float) -> str:
    points = max(points, 0.001)
    step = 10.0 ** (np.floor(np.log10(points)) - 1)
    return f"{np.ceil(points / step - 1e-9) * step:.2g}"
