"""Certainty ↔ arrays and plain values, of files of strangers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.core.untrusted.plain_json import (
    as_mapping,
    as_seconds,
    as_text,
    as_texts,
    as_whole,
)

from .certainty import Certainty

CERTAINTY_ARRAYS: Final = ("certainty_vectors", "certainty_tells")
"""Stored where it was asked; "certainty_log_odds" beside them, if there is room."""

MAX_WAYS: Final = 100
"""Of hiding a cell, in a file."""


def certainty_header(certainty: Certainty) -> dict[str, Any]:
    """Return what a file's header tells of it."""
    return {
        "ways": list(certainty.ways),
        "calls": certainty.calls,
        "seconds": certainty.seconds,
    }


def certainty_arrays(certainty: Certainty | None) -> dict[str, NDArray[Any]]:
    """Return all arrays, by the names that files give them."""
    if certainty is None:
        return {}
    return {
        "certainty_vectors": certainty.answers.vectors,
        "certainty_log_odds": certainty.answers.log_odds,
        "certainty_tells": certainty.tells,
    }


def certainty_of(
    value: Any,
    arrays: Mapping[str, NDArray[Any]],
    target: int,
    labels: tuple[str, ...],
    settings: Mapping[str, Any],
) -> Certainty | None:
    """Read what a file's header tells and its arrays hold, or raise; None where there is none."""
    if value is None:
        return None
    record = as_mapping(value, "certainty")
    ways = tuple(as_text(way, "way") for way in as_texts(record["ways"], "ways"))
    answers = _answers(arrays, "certainty_vectors", "certainty_log_odds")
    if not 1 <= len(ways) <= MAX_WAYS or len(ways) != len(answers.vectors):
        raise ValueError(f"it names {len(ways)} ways to hide a cell, of {len(answers.vectors)}")
    return Certainty(
        ways=ways,
        answers=answers,
        tells=arrays["certainty_tells"].astype(np.bool_),
        whole=_answers(arrays, "baseline_vector", "baseline_log_odds"),
        target=target,
        labels=labels,
        output=str(settings.get("output")),
        unit=str(settings.get("unit", "")),
        calls=as_whole(record["calls"], "certainty's calls"),
        seconds=as_seconds(record["seconds"]),
    )


def _answers(arrays: Mapping[str, NDArray[Any]], vectors: str, log_odds: str) -> Answers:
    answers = Answers.without_logits(arrays[vectors])
    return answers._replace(log_odds=arrays.get(log_odds, answers.log_odds))
