"""Minimal sets ↔ plain values: of files of strangers, and for a front end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.core.untrusted.plain_json import (
    as_mapping,
    as_seconds,
    as_text,
    as_whole,
)
from gridexplainer_widget.inference.sets.criterion import KINDS, Kind
from gridexplainer_widget.inference.sets.places import STRUCTURES

from .cell_set import CellSet
from .minimal_sets import MinimalSets

MAX_FILLS: Final = 100
"""Under which a set was tried, in a file."""


def shown_sets(sets: MinimalSets) -> dict[str, Any]:
    """Tell a front end what was found, in words and in numbers."""
    return {
        "target": sets.target,
        "enough": [_shown(found) for found in sets.enough],
        "needed": [_shown(found) for found in sets.needed],
        "structure": sets.structure,
        "sentence": sets.sentence,
        "notes": list(sets.notes),
        "calls": sets.calls,
    }


def _shown(found: CellSet) -> dict[str, Any]:
    return {**found.record, "sentence": found.sentence, "receipt": found.receipt}


def minimal_sets_of(
    value: Any, grid: Grid, labels: Sequence[str], answers: Answers | None
) -> MinimalSets:
    """Read a record, or raise; `answers` are those of all sets, (sets, classes)."""
    record = as_mapping(value, "minimal sets")
    target = as_whole(record["target"], "minimal sets' target")
    if target >= len(labels):
        raise ValueError(f"its minimal sets are of class {target} of {len(labels)}")
    if record["structure"] not in STRUCTURES:
        raise ValueError(f"it knows no structure {record['structure']!r:.40}")
    kinds = {kind: _sets(record[kind], kind, grid) for kind in KINDS}
    count = sum(map(len, kinds.values()))
    if answers is not None and len(answers.vectors) != count:
        raise ValueError(f"it holds {len(answers.vectors)} answers to {count} minimal sets")
    places = iter(range(count))
    with_answers = {
        kind: tuple(
            CellSet(**found, answers=None if answers is None else answers.at(next(places)))
            for found in found_of_kind
        )
        for kind, found_of_kind in kinds.items()
    }
    return MinimalSets(
        target,
        as_text(record["label"], "minimal sets' label"),
        **with_answers,
        structure=record["structure"],
        calls=as_whole(record["calls"], "minimal sets' calls"),
        seconds=as_seconds(record["seconds"]),
        margin=_share(record["margin"], "margin"),
        notes=tuple(as_text(note, "note") for note in record["notes"]),
    )


def _sets(value: Any, kind: Kind, grid: Grid) -> list[dict[str, Any]]:
    """Read the sets of a kind; no cell is in two of them."""
    if not isinstance(value, list):
        raise TypeError(f"its {kind} sets are no list")
    used, sets = set[int](), []
    for item in value:
        record = as_mapping(item, f"{kind} set")
        if record["kind"] != kind:
            raise ValueError(f"it holds a set of the kind {record['kind']!r:.40} as {kind}")
        cells = sorted(grid.index(*_pair(cell)) for cell in record["cells"])
        if not cells or len({*cells}) < len(cells) or used & {*cells}:
            raise ValueError(f"its {kind} sets are empty, or share a cell")
        used |= {*cells}
        sets.append(_fields(record, kind, grid, cells))
    return sets


def _fields(
    record: Mapping[str, Any], kind: Kind, grid: Grid, cells: Sequence[int]
) -> dict[str, Any]:
    held = as_mapping(record["held"], "fills of a set")
    truths = [record["irreducible"], *held.values()]
    if len(held) > MAX_FILLS or not all(isinstance(truth, bool) for truth in truths):
        raise ValueError("what it tells of a set is neither true nor false")
    return {
        "kind": kind,
        "cells": tuple(grid.position(cell) for cell in cells),
        **{name: as_text(record[name], name) for name in ("label", "becomes")},
        **{name: _share(record[name], name) for name in ("baseline", "alone", "hidden")},
        "irreducible": record["irreducible"],
        "calls": as_whole(record["calls"], "calls of a set"),
        "held": {as_text(name, "fill"): truth for name, truth in held.items()},
    }


def _pair(cell: Any) -> tuple[int, int]:
    row, column = cell
    return as_whole(row, "row"), as_whole(column, "column")


def _share(value: Any, name: str) -> float:
    share = float(value)
    if not 0 <= share <= 1 + 1e-3:  # refuses NaN
        raise ValueError(f"its {name} is {share}, and a share is wanted")
    return share
