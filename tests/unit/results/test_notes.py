"""Each note has a model that calls for it, and one that looks alike and does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget import Explanation, GridExplainer

GRID = 4
CELLS = GRID * GRID
WHITE = np.full((8, 8, 3), 255, np.uint8)
TEXTURE = np.random.default_rng(3).integers(60, 200, (8, 8, 3)).astype(np.uint8)

Model = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def two_classes(log_odds: ArrayLike) -> NDArray[np.float32]:
    first = 1 / (1 + np.exp(-np.asarray(log_odds, np.float64)))
    return np.stack([first, 1 - first], axis=1).astype(np.float32)


def adds_up(whole: float, parts: ArrayLike) -> Model:
    """The log-odds of the first class: `whole`, less a part for each cell that is black."""
    each = np.resize(parts, CELLS)

    def model(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        cells = batch.reshape(len(batch), GRID, 2, GRID, 2, 3).mean(axis=(2, 4, 5)) / 255
        return two_classes(whole - (1 - cells.reshape(len(batch), CELLS)) @ each)

    return model


def explained(
    model: Model, picture: NDArray[np.uint8] = WHITE, *, everything: bool = False, **how: Any
) -> Explanation:
    """Explain the first class with black for hidden cells; ask about all of them, too."""
    explainer = GridExplainer(
        model,
        GRID,
        **{"fill": "black", "input_shape": (8, 8), "output": "softmax", "joint": False} | how,
    )
    explainer.explain(picture, 0)
    run = explainer.start_run(picture)
    for _ in run.ask([(), *((cell,) for cell in range(CELLS)), *[range(CELLS)] * everything]):
        pass
    return explainer.freeze(run, 0)


def told(explanation: Explanation) -> list[str]:
    """Return the notes, without those on the model's check and the picture's size."""
    return [note for note in explanation.notes if not note.startswith(("Technical", "The picture"))]


ONE = [2.0] + [0.0] * (CELLS - 1)


def test_saturated_where_log_odds_help() -> None:
    assert told(explained(adds_up(8, ONE))) == [
        (
            "Saturated: the model is so sure (>99.9%) that no cell moves its probability by more "
            'than 0.22 points. score="log-odds" still tells the cells apart.'
        )
    ]


def test_saturated_where_log_odds_do_not_help() -> None:
    assert told(explained(adds_up(4.8, [0.05]))) == [
        (
            "Saturated: the model is so sure (99.2%) that no cell moves its probability by more "
            "than 0.042 points. Log-odds do not help: no cell moves them by more than 0.051."
        )
    ]


def test_rounded_to_certainty() -> None:
    assert told(explained(adds_up(800, ONE))) == [
        (
            "No cell changes the probability of “class 0”, which is rounded to 100.0%. Logits "
            "would tell the cells apart."
        )
    ]


def test_a_clear_cause_needs_no_note() -> None:
    for score in ("probability", "log-odds"):
        assert told(explained(adds_up(2, ONE), score=score)) == []


def test_flat() -> None:
    flat = adds_up(1, [0.01, -0.02, 0.03])
    assert told(explained(flat)) == [
        "The map is flat: no cell moves the probability of “class 0” by more than 0.6 points."
    ]
    assert told(explained(flat, score="log-odds")) == [
        "The map is flat: no cell moves the log-odds of “class 0” by more than 0.031."
    ]


def test_a_rare_class_whose_log_odds_move_is_not_flat() -> None:
    assert not [note for note in told(explained(adds_up(-8, ONE))) if "flat" in note]


def test_as_many_cells_speak_against_as_for() -> None:
    assert told(explained(adds_up(1, [0.5, -0.5]))) == [
        (
            "About as many cells speak against “class 0” (8) as for it (8): their numbers may be "
            "chance."
        )
    ]


@pytest.mark.parametrize(
    "parts",
    [
        [3.0] + [0.2, -0.2] * 7 + [0.2],  # one stands out
        [0.5, 0.5, 0.5, -0.5],  # most are on one side
        [1.0, -0.2],  # as many, but one side is far stronger
        [2.0, -2.0, 1.0, -1.0] + [0.0] * 12,  # few cells, on both sides
    ],
)
def test_two_sides_that_are_not_even(parts: list[float]) -> None:
    assert told(explained(adds_up(1, parts))) == []


def test_two_sides_that_foretell_what_hiding_does_are_no_chance() -> None:
    explainer = GridExplainer(
        adds_up(1, [0.5, -0.5]), GRID, fill="black", input_shape=(8, 8), output="softmax"
    )
    found = explainer.explain(WHITE, 0)
    assert found.foretells is not None
    assert found.foretells.reliable
    assert not [note for note in found.notes if "chance" in note]


def test_the_evidence_has_no_place() -> None:
    assert told(explained(adds_up(2, [0.5]))) == [
        (
            "The evidence has no place: all 16 cells count about alike. The colour or texture of "
            "the whole picture may decide."
        )
    ]


def test_a_third_of_the_cells_is_a_place() -> None:
    assert told(explained(adds_up(2, [1.0, 0.0, 0.0]))) == []


def no_red(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """The first class is whatever has no red in it."""
    red = (batch[..., 0] - batch[..., 1]).max(axis=(1, 2)) / 255
    return two_classes(3 - 8 * red)


def test_the_class_is_also_the_answer_to_an_empty_picture() -> None:
    grey = TEXTURE[..., :1].repeat(3, axis=2)
    note = (
        "With every cell hidden “class 0” still has 95.3%: it is also the answer to an empty "
        "picture. What is not there may be the evidence."
    )
    assert told(explained(no_red, grey, everything=True)) == [
        "No cell changes the answer at all.",
        note,
    ]
    assert note not in told(explained(no_red, grey, fill="noise", everything=True))  # not empty


def test_an_answer_that_goes_with_the_cells_is_none_to_an_empty_picture() -> None:
    assert told(explained(adds_up(2, [6.0, 0.0, 0.0, 0.0]), everything=True)) == []


def test_a_picture_that_hiding_leaves_is_not_called_empty() -> None:
    black = np.zeros_like(WHITE)
    assert told(explained(adds_up(3, ONE), black, everything=True)) == [
        "No cell changes the answer at all.",
        "16 cells are hardly changed by this fill: their 0 says nothing.",
    ]


def test_cells_that_the_fill_hardly_changes() -> None:
    picture = WHITE.copy()
    picture[:2, :2], picture[:2, 2:4] = 7, 8  # black changes them by 7 and by 8
    found = explained(adds_up(2, ONE[::-1]), picture)
    assert np.argwhere(found.hardly_changed).tolist() == [[0, 0]]
    assert told(found) == ["1 cell is hardly changed by this fill: its 0 says nothing."]


def test_a_local_fill_is_told_of_cells_that_were_hidden() -> None:
    explainer = GridExplainer(
        adds_up(2, ONE), GRID, fill=lambda pixels, hidden: pixels, input_shape=(8, 8), joint=False
    )
    run = explainer.start_run(WHITE)
    for _ in run.ask([(), (3,), (5, 6)]):
        pass
    assert np.argwhere(explainer.freeze(run, 0).hardly_changed).tolist() == [[0, 3]]


@pytest.mark.parametrize(
    ("method", "fill", "cells"),
    [("rise", "white", CELLS), ("rise", "black", 0), ("rise", lambda pixels, hidden: pixels, 0)],
)
def test_methods_that_hide_by_the_fill_tell_it_where_it_is_known(
    method: str, fill: Any, cells: int
) -> None:
    explainer = GridExplainer(
        adds_up(2, ONE), GRID, fill=fill, input_shape=(8, 8), output="softmax", joint=False
    )
    found = explainer.explain(WHITE, 0, method=method, samples=20)
    assert found.hardly_changed.sum() == cells


def spared(share: float, steepness: float) -> Model:
    """Sure of the first class until more than a share of the cells is black."""

    def model(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        hidden = 1 - batch.mean(axis=(1, 2, 3)) / 255
        return two_classes(5 - steepness * np.maximum(0, hidden - share))

    return model


def jointly(model: Model, score: str = "probability") -> Explanation:
    explainer = GridExplainer(
        model, GRID, fill="black", input_shape=(8, 8), output="softmax", score=score
    )
    return explainer.explain(WHITE, 0)


@pytest.mark.parametrize(
    ("score", "alone", "together"),
    [("probability", "0.0 points", "99.1 points"), ("log-odds", "0", "11")],
)
def test_no_cell_matters_alone_but_together_they_do(score: str, alone: str, together: str) -> None:
    explanation = jointly(spared(0.1, 40), score)
    doubt, (joint, *others) = told(explanation)[:-2], told(explanation)[-2:]
    # In log-odds the number of hidden cells tells all: there is nothing to foretell.
    assert ["nothing reliable" in note for note in doubt] == [True] * (score == "probability")
    assert joint == (
        f"No cell of “class 0” matters alone (the most is {alone}), but together they do: "
        f"some handfuls take {together}."
    )
    assert all("has no place" in note for note in others)
    assert not explanation.saturated


@pytest.mark.parametrize(("whole", "score"), [(1, "probability"), (4, "log-odds")])
def test_cells_that_matter_alone_matter_not_only_together(whole: float, score: str) -> None:
    notes = told(jointly(adds_up(whole, 0.9), score))
    assert not any("matters alone" in note for note in notes)


def test_a_sure_model_that_handfuls_leave_sure_is_saturated_still() -> None:
    notes = told(jointly(spared(0.95, 40)))
    assert notes[0] == "No cell changes the answer at all."
    assert not any("matters alone" in note for note in notes)


def test_a_file_keeps_what_is_left_with_every_cell_hidden(tmp_path: Path) -> None:
    grey = TEXTURE[..., :1].repeat(3, axis=2)
    found = explained(no_red, grey, everything=True)
    loaded = Explanation.load(found.save(tmp_path / "empty"))
    np.testing.assert_array_equal(loaded.emptied, found.emptied)
    assert loaded.notes == found.notes
