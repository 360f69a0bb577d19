"""Certainty in words, in an explanation, its file, its table, its figure and its page."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridexplainer_widget import Explanation
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.results.data.certainty import Certainty
from gridexplainer_widget.results.data.certainty_record import (
    certainty_arrays,
    certainty_header,
    certainty_of,
)
from gridexplainer_widget.results.page import record_of
from tests.unit.analysis.test_certainty import explained

WAYS = tuple(f"way {number}" for number in range(8))


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    explainer, found = explained()
    return found.with_certainty(explainer.certainty(found))


def certainty_with(signs: list[float], pending: int = 0) -> Certainty:
    """Make a certainty of two classes in which each cell has one value under all ways."""
    values = np.tile(np.float32(signs), (8, 1))[:, np.newaxis]
    log_odds = np.stack([-values, values], axis=-1)
    vectors = 1 / (1 + np.exp(-log_odds))
    if pending:
        vectors[-1, 0, -pending:] = np.nan
    answers = Answers(vectors.astype(np.float32), log_odds)
    whole = Answers(np.float32([0.5, 0.5]), np.float32([0, 0]))
    tells = np.ones(values.shape, np.bool_)
    return Certainty(WAYS, answers, tells, whole, 0, ("dog", "cat"), "logits")


MOST = "in at least 7 of 8 ways to hide"


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (
            [1, 1, 0],
            (
                f"2 cells are sure to speak for “dog”, {MOST} them. "
                f"Of the other one it is not known."
            ),
        ),
        (
            [1, -1, 0, 0],
            (
                f"1 cell is sure to speak for “dog” and 1 to speak against it, {MOST} them. "
                f"Of the other 2 it is not known."
            ),
        ),
        (
            [-1, 0, 0],
            (f"1 cell is sure to speak against “dog”, {MOST} it. Of the other 2 it is not known."),
        ),
        ([1], f"1 cell is sure to speak for “dog”, {MOST} it."),
        ([0, 0], "No cell is sure to speak for “dog” or to speak against it, whatever hides it."),
    ],
)
def test_the_sentence_counts(signs: list[float], expected: str) -> None:
    assert certainty_with(signs).sentence == expected


def test_what_is_pending_is_not_counted() -> None:
    assert certainty_with([1, 0, 1, 1], pending=2).sentence == (
        "So far (2 of 4 cells): 1 cell is sure to speak for “dog”, in at least 7 of 8 ways to hide "
        "it. Of the other one it is not known."
    )
    none = certainty_with([1, 1], pending=2)
    assert none.sentence == "No cell was hidden in all 8 ways yet."
    assert not none.verdicts.any()
    assert none.low.tolist() == [[1, 1]]


def test_it_comes_back_from_a_file(explanation: Explanation, tmp_path: Path) -> None:
    loaded = Explanation.load(explanation.save(tmp_path / "sure.npz")).certainty
    saved = explanation.certainty
    assert loaded is not None
    assert saved is not None
    for name in ("values", "tells", "low", "high", "verdicts"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(saved, name))
    assert (loaded.ways, loaded.calls, loaded.seconds) == (saved.ways, saved.calls, saved.seconds)
    assert loaded.sentence == saved.sentence
    assert loaded.for_target("cat").sentence == saved.for_target("cat").sentence


def test_a_file_without_it_has_none(explanation: Explanation, tmp_path: Path) -> None:
    path = explanation.with_certainty(None).save(tmp_path / "map.npz")
    assert Explanation.load(path).certainty is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ways", []),
        ("ways", ["gray"]),
        ("ways", "gray"),
        ("ways", [1] * 8),
        ("ways", None),
        ("calls", -1),
        ("calls", 1.5),
        ("seconds", float("nan")),
        ("seconds", "long"),
    ],
)
def test_strange_headers_are_refused(explanation: Explanation, name: str, value: Any) -> None:
    certainty = explanation.certainty
    assert certainty is not None
    arrays = {**certainty_arrays(certainty), "baseline_vector": explanation.baseline_vector}
    what = arrays, 0, explanation.labels, explanation.settings
    header = json.loads(json.dumps(certainty_header(certainty)))
    assert certainty_of(header, *what) is not None
    with pytest.raises((TypeError, ValueError)):
        certainty_of({**header, name: value}, *what)


@pytest.mark.parametrize("way", [0, 7])
def test_strange_arrays_are_refused(explanation: Explanation, tmp_path: Path, way: int) -> None:
    certainty = explanation.certainty
    assert certainty is not None
    vectors = certainty.answers.vectors.copy()
    vectors[way, 1, 2] = 7
    answers = Answers(vectors, certainty.answers.log_odds)
    spoilt = explanation.with_certainty(replace(certainty, answers=answers))
    path = spoilt.save(tmp_path / "spoilt.npz")
    with pytest.raises(ValueError, match="certainty_vectors holds more than numbers in 0..1"):
        Explanation.load(path)


def test_the_table_tells_of_each_way(explanation: Explanation) -> None:
    table = explanation.to_dataframe()
    certainty = explanation.certainty
    assert certainty is not None
    assert table["certainty"].tolist() == [1, *[0] * 14, -1]
    np.testing.assert_array_equal(table["by gray"], certainty.values[1].ravel())
    assert table["low"][0] == certainty.low[0, 0]
    assert "certainty" not in explanation.with_certainty(None).to_dataframe()


def test_figure_and_text_tell_it(explanation: Explanation) -> None:
    certainty = explanation.certainty
    assert certainty is not None
    assert certainty.sentence in str(explanation).splitlines()
    figure = explanation.plot()
    titles = " ".join(axes.get_title(loc="left") for axes in figure.axes)
    assert "outlined: sure, hidden in 8 ways" in titles
    lines = [c for c in figure.axes[1].collections if type(c).__name__ == "LineCollection"]
    outline = {tuple(map(tuple, segment)) for segment in lines[-1].get_segments()}
    corner, side = -0.5, 4
    assert len(outline) == 2 * 4  # the edges of two cells
    assert ((corner, corner), (corner + side, corner)) in outline
    assert ((corner + side, corner), (corner + side, corner + side)) in outline


def test_a_page_knows_it_of_every_class_it_offers(explanation: Explanation) -> None:
    record = record_of(explanation, {}, None)
    certainty = explanation.certainty
    assert certainty is not None
    told = record["certainty"]
    assert [one["target"] for one in told] == record["classes"] == [0, 1, 2]
    values = np.frombuffer(told[1]["values"], "<f4").reshape(certainty.values.shape)
    np.testing.assert_array_equal(values, certainty.for_target(1).values)
    assert told[0]["verdicts"] == certainty.verdicts.ravel().tolist()
    assert record_of(explanation.with_certainty(None), {}, None)["certainty"] == []
    html = str(explanation.to_html())
    start = html.index('id="record">') + len('id="record">')
    written = json.loads(html[start : html.index("</script>", start)])
    assert b64decode(written["certainty"][0]["low"]) == certainty.low.astype("<f4").tobytes()
