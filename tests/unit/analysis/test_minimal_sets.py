"""Smallest sets of models whose sets can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.analysis.set_search import SetSearch, usual_budget
from gridexplainer_widget.core.errors import ModelChangedError
from tests.support.models import Spoiled, brightness

WHITE = np.full((32, 32, 3), 255, np.uint8)
LABELS = ["dog", "none"]


class Corners:
    """Two classes: the first as far as corners of 8×8 pixels are bright, joined by `join`."""

    def __init__(self, join: np.ufunc = np.minimum) -> None:
        self.join, self.pictures = join, 0

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.pictures += len(batch)
        corners = batch[:, :8, :8].mean((1, 2, 3)), batch[:, -8:, -8:].mean((1, 2, 3))
        bright = 0.1 + 0.8 * self.join(*corners) / 255
        return np.stack([bright, 1 - bright], axis=1).astype(np.float32)


def explainer_of(model: object, grid: int = 4, **settings: object) -> GridExplainer:
    return GridExplainer(model, grid, fill="black", labels=LABELS, **settings)


def test_of_two_corners_either_is_enough_and_both_are_needed() -> None:
    sets = explainer_of(Corners(np.maximum)).minimal_sets(WHITE)
    assert {found.cells for found in sets.enough} == {((0, 0),), ((3, 3),)}
    assert [found.cells for found in sets.needed] == [((0, 0), (3, 3))]
    first = sets.enough[0]
    assert (first.baseline, first.alone, first.hidden) == pytest.approx((0.9, 0.9, 0.9))
    needed = sets.needed[0]
    assert (needed.alone, needed.hidden) == pytest.approx((0.9, 0.1))
    assert needed.becomes == "none"
    assert all(found.irreducible for found in sets.sets)


def test_of_two_corners_both_are_enough_and_either_is_needed() -> None:
    sets = explainer_of(Corners(np.minimum)).minimal_sets(WHITE)
    assert [found.cells for found in sets.enough] == [((0, 0), (3, 3))]
    assert {found.cells for found in sets.needed} == {((0, 0),), ((3, 3),)}


def test_a_finer_grid_takes_more_than_half_of_a_corner() -> None:
    """With half of its four cells hidden, the two classes are equal: no answer is kept."""
    sets = explainer_of(Corners(np.minimum), 8).minimal_sets(WHITE)
    assert [len(found) for found in sets.enough] == [6]
    assert {len(found) for found in sets.needed} == {2}


def test_a_margin_takes_more() -> None:
    plain, clear = (
        explainer_of(Corners(), 8).minimal_sets(WHITE, margin=margin).enough[0]
        for margin in (0, 0.6)
    )
    assert (len(plain), plain.alone) == (6, pytest.approx(0.7))
    assert (len(clear), clear.alone) == (8, pytest.approx(0.9))


def test_a_set_is_tried_under_eight_other_fills() -> None:
    """On a white picture only gray hides anything: half of the light leaves no clear answer."""
    held = explainer_of(Corners()).minimal_sets(WHITE).needed[0].held
    patches = [f"patches {number}" for number in range(1, 5)]
    assert list(held) == ["picture-mean", "gray", "blur", "noise", *patches]
    assert [name for name, holds in held.items() if holds] == ["gray"]


def test_nothing_is_asked_that_the_map_knows() -> None:
    model = Corners()
    explainer = explainer_of(model, joint=False)
    explanation = explainer.explain(WHITE)
    before = model.pictures
    sets = explainer.minimal_sets(explanation)
    assert {found.calls for found in sets.needed} <= {1, 2, 3}  # single cells are known
    others = 8 * (1 + len(sets.sets))  # fills; each is asked about the whole picture, too
    asked = model.pictures - before
    assert sets.calls <= usual_budget(16) * 4 + others
    assert asked >= sets.calls  # and what a run asks to be sure that the model is the same


def test_the_budget_bounds_the_search() -> None:
    explainer = explainer_of(Corners(), 8, joint=False)
    explanation = explainer.explain(WHITE)
    sets = explainer.minimal_sets(explanation, budget=3)
    assert not sets.enough
    assert "The budget ended before a set was found that is enough for “dog”." in sets.notes


def test_what_was_found_stays_after_an_interrupt() -> None:
    explainer = explainer_of(Corners(), joint=False)
    explanation = explainer.explain(WHITE)

    class Tired(Corners):
        def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
            if (batch == 128).any():  # the fill of the first receipts
                raise KeyboardInterrupt
            return super().__call__(batch)

    tired = explainer_of(Tired(), joint=False)
    with pytest.raises(KeyboardInterrupt):
        tired.minimal_sets(explanation)
    assert tired.explanation is not None
    assert tired.explanation.minimal_sets is not None
    assert tired.explanation.minimal_sets.enough


def test_another_class_than_the_answer_has_sets_that_make_it_the_answer() -> None:
    sets = explainer_of(Corners()).minimal_sets(WHITE, "none")
    assert sets.needed == ()
    assert sets.notes[0].startswith("“none” is not the answer to the whole picture, which is “dog”")


def test_an_answer_that_is_also_that_to_nothing_needs_no_cell() -> None:
    sets = explainer_of(Corners()).minimal_sets(WHITE * 0, "none")
    assert sets.enough == ()
    assert "With every cell hidden the answer is still “none”" in sets.notes[0]


def test_values_are_no_answer() -> None:
    explainer = GridExplainer(lambda batch: batch.mean((1, 2, 3))[:, None], 2, output="value")
    with pytest.raises(ValueError, match="no answer that could be kept"):
        explainer.minimal_sets(WHITE)


@pytest.mark.parametrize(("setting", "value"), [("budget", 0), ("margin", 1.0), ("margin", -1)])
def test_settings_are_checked(setting: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{setting}={value}"):
        explainer_of(Corners()).minimal_sets(WHITE, **{setting: value})


def test_a_model_that_has_changed_is_told() -> None:
    explainer = explainer_of(Corners(), joint=False)
    explanation = explainer.explain(WHITE)
    other = explainer_of(lambda batch: 1 - Corners()(batch))
    with pytest.raises(ModelChangedError):
        other.minimal_sets(explanation)


def test_several_classes_may_be_true() -> None:
    def both(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.repeat(Corners()(batch)[:, :1], 2, axis=1)

    explainer = GridExplainer(both, 4, fill="black", labels=LABELS, output="sigmoids")
    sets = explainer.minimal_sets(WHITE, "dog")
    assert [found.cells for found in sets.enough] == [((0, 0), (3, 3))]
    assert sets.needed[0].becomes == ""
    assert "“dog” is no longer an answer: it falls from 90.0% to 10.0%" in sets.needed[0].sentence


def test_numbers_that_are_none_end_the_search_as_an_error() -> None:
    explainer = GridExplainer(Spoiled(30, "nan"), 4, fill="black", joint=False)
    explanation = GridExplainer(brightness, 4, fill="black", joint=False).explain(WHITE)
    with pytest.raises(Exception, match=r"NaN|not finite"):
        explainer.minimal_sets(explanation)


def test_a_search_before_any_answer_is_refused() -> None:
    run = explainer_of(Corners()).start_run(WHITE)
    with pytest.raises(ValueError, match="Nothing has been scored yet"):
        SetSearch(run, 0, range(16))


def spots(*places: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw bright squares of 2×2 cells of a grid of 8×8 on black."""
    picture = np.zeros((32, 32, 3), np.uint8)
    for row, column in places:
        picture[4 * row : 4 * row + 8, 4 * column : 4 * column + 8] = 255
    return picture


def equal(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whether two corners are as bright as each other: a relation."""
    apart = abs(batch[:, :8, :8].mean((1, 2, 3)) - batch[:, -8:, -8:].mean((1, 2, 3))) / 255
    return np.stack([0.9 - 0.8 * apart, 0.1 + 0.8 * apart], axis=1)


def lower(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whether what is bright lies below: a position."""
    below = batch[:, 16:].mean((1, 2, 3)) - batch[:, :16].mean((1, 2, 3))
    there = 0.1 + 0.8 * (below > 0)
    return np.stack([there, 1 - there], axis=1)


def dark(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whether a corner is dark: an absence."""
    there = 0.9 - 0.8 * batch[:, :8, :8].mean((1, 2, 3)) / 255
    return np.stack([there, 1 - there], axis=1)


@pytest.mark.parametrize(
    ("model", "picture", "structure"),
    [
        (Corners(np.maximum), WHITE, "several suffice"),
        (Corners(np.minimum), WHITE, "several needed"),
        (lower, spots((5, 3)), "one place"),
        (equal, WHITE, ""),  # hiding everything keeps the answer
        (dark, spots((5, 3)), ""),
    ],
)
def test_the_structure_of_hand_made_models(
    model: object, picture: NDArray[np.uint8], structure: str
) -> None:
    sets = explainer_of(model, 8).minimal_sets(picture)
    assert sets.structure == structure
    assert structure or sets.notes


def test_hiding_one_of_two_that_are_compared_changes_the_answer() -> None:
    sets = explainer_of(equal, 8).minimal_sets(WHITE)
    assert sets.enough == ()
    assert {len(found) for found in sets.needed} == {2}  # half of a corner
