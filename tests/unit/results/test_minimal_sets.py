"""Sets in an explanation, its file and its page."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from scipy.stats import binomtest

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.results.data.cell_set import CellSet
from gridexplainer_widget.results.data.sets_record import minimal_sets_of
from gridexplainer_widget.results.page import record_of
from tests.unit.analysis.test_minimal_sets import WHITE, Corners, explainer_of


@pytest.fixture(scope="module")
def explainer() -> GridExplainer:
    made = explainer_of(Corners())
    made.minimal_sets(WHITE)
    return made


@pytest.fixture(scope="module")
def explanation(explainer: GridExplainer) -> Explanation:
    found = explainer.explanation
    assert found is not None
    assert found.minimal_sets is not None
    return found


def set_of(held: int = 0, tried: int = 0, **others: Any) -> CellSet:
    fills = {f"fill {number}": number < held for number in range(tried)}
    values: dict[str, Any] = {
        "kind": "enough",
        "cells": ((0, 1), (2, 3)),
        "label": "dog",
        "becomes": "cat",
        "baseline": 0.9,
        "alone": 0.8,
        "hidden": 0.2,
        "calls": 72,
        "irreducible": True,
        "held": fills,
    }
    return CellSet(**{**values, **others})


@pytest.mark.parametrize(("held", "tried"), [(0, 5), (1, 7), (4, 8), (7, 7), (8, 8)])
def test_the_bound_is_clopper_and_pearsons(held: int, tried: int) -> None:
    found = set_of(held, tried)
    interval = binomtest(held, tried, alternative="greater").proportion_ci(0.95, "exact")
    assert found.hold_bound == pytest.approx(interval.low)
    assert found.hold_rate == held / tried


def test_a_set_says_what_it_does() -> None:
    enough, needed = set_of(7, 8), set_of(kind="needed", cells=((0, 1),), irreducible=False)
    assert enough.sentence == "2 cells alone are still “dog”: 80.0%, of 90.0% in the whole picture."
    assert enough.receipt == (
        "Without them: 20.0%. No single cell can be left out. It holds under 7 of 8 other fills "
        "(at least 53% of such fills, 95% sure). 72 model calls."
    )
    assert needed.sentence == (
        "Without 1 cell the answer becomes “cat”: “dog” falls from 90.0% to 20.0%."
    )
    assert needed.receipt == (
        "It alone: 80.0%. Whether a cell can be left out is not known: the budget ended. "
        "72 model calls."
    )


def test_sets_come_back_from_a_file(explanation: Explanation, tmp_path: Path) -> None:
    loaded = Explanation.load(explanation.save(tmp_path / "sets.npz"))
    assert loaded.minimal_sets == explanation.minimal_sets
    assert loaded.minimal_sets is not None
    assert explanation.minimal_sets is not None
    for ours, theirs in zip(loaded.minimal_sets.sets, explanation.minimal_sets.sets, strict=True):
        assert ours.answers is not None
        assert theirs.answers is not None
        np.testing.assert_array_equal(ours.answers.vectors, theirs.answers.vectors)


def test_sets_are_of_one_class(explanation: Explanation) -> None:
    assert explanation.for_target("dog").minimal_sets is explanation.minimal_sets
    other = explanation.for_target("none")
    assert other.minimal_sets is None
    with pytest.raises(ValueError, match=r"sets are of 'dog', and the explanation of 'none'"):
        other.with_minimal_sets(explanation.minimal_sets)


def test_a_figure_shows_what_is_enough(explanation: Explanation) -> None:
    marked, plain = explanation.plot(), explanation.with_minimal_sets(None).plot()
    key = "dashed: enough alone to keep the answer"
    assert key in marked.axes[1].get_title(loc="left")
    assert key not in plain.axes[1].get_title(loc="left")
    outlines = [one for one in marked.axes[1].collections if isinstance(one, LineCollection)]
    others = [one for one in plain.axes[1].collections if isinstance(one, LineCollection)]
    white, black = outlines[len(others) :]
    assert len(black.get_segments()) == len(white.get_segments()) == 8  # of two cells apart


def test_notes_tell_the_first_sets(explanation: Explanation) -> None:
    told = [note for note in explanation.notes if "“dog”" in note]
    assert "2 cells alone are still “dog”: 90.0%, of 90.0% in the whole picture." in told
    assert any(note.startswith("Without 1 cell the answer becomes “none”") for note in told)
    assert not explanation.with_minimal_sets(None).set_notes


def test_a_faint_answer_is_called_so() -> None:
    assert set_of(alone=0.44).sentence.startswith("2 cells alone are only just still “dog”: 44.0%")


def test_a_page_knows_the_answers_to_its_sets(explanation: Explanation) -> None:
    record = record_of(explanation, {}, None)
    assert json.dumps(record)
    assert [found["cells"] for found in record["minimal_sets"]["enough"]] == [[[0, 0], [3, 3]]]
    first, *others = record["sets"]
    assert (first["keep"], first["value"]) == (True, ((0, 0), (3, 3)))
    assert first["drops"]["probability"][0] == pytest.approx(0, abs=1e-6)
    assert [other["keep"] for other in others] == [False, False]
    assert others[0]["drops"]["probability"][0] == pytest.approx(0.8)


SPOILT: list[tuple[str, Any]] = [
    ("target", 9),
    ("target", -1),
    ("structure", "chaos"),
    ("structure", ["one place"]),
    ("enough", {}),
    ("calls", -1),
    ("seconds", float("nan")),
    ("margin", 2),
    ("notes", [1]),
    ("label", None),
]

SPOILT_SET: list[tuple[str, Any]] = [
    ("kind", "needed"),
    ("cells", []),
    ("cells", [[0, 0], [0, 0]]),
    ("cells", [[0, 4]]),
    ("cells", [[0]]),
    ("cells", [[0.5, 0]]),
    ("cells", None),
    ("alone", 1.5),
    ("hidden", "much"),
    ("irreducible", 1),
    ("held", {"gray": 1}),
    ("held", {str(number): True for number in range(101)}),
    ("label", 3),
    ("calls", 1.5),
]


@pytest.mark.parametrize(
    ("inside", "name", "value"),
    [(False, *spoilt) for spoilt in SPOILT] + [(True, *spoilt) for spoilt in SPOILT_SET],
)
def test_strange_records_are_refused(
    explanation: Explanation, name: str, value: Any, *, inside: bool
) -> None:
    assert explanation.minimal_sets is not None
    record = deepcopy(explanation.minimal_sets.record)
    what = explanation.grid, explanation.labels, None
    assert minimal_sets_of(json.loads(json.dumps(record)), *what) == explanation.minimal_sets
    (record["enough"][0] if inside else record)[name] = value
    with pytest.raises((TypeError, ValueError, IndexError)):
        minimal_sets_of(record, *what)


def test_sets_that_share_a_cell_are_refused(explanation: Explanation) -> None:
    assert explanation.minimal_sets is not None
    record = deepcopy(explanation.minimal_sets.record)
    record["needed"] = record["needed"][:1] * 2
    with pytest.raises(ValueError, match="share a cell"):
        minimal_sets_of(record, explanation.grid, explanation.labels, None)
