from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget import ClassifierError
from gridexplainer_widget.analysis.faithfulness import faithfulness_steps
from gridexplainer_widget.analysis.object_mask import (
    MaskRank,
    OnMask,
    checked_map,
    fit_mask,
    on_mask,
    rank_of_mask,
)
from gridexplainer_widget.analysis.orders import chance_steps
from gridexplainer_widget.attribution.attribution import mean_of_cells
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.inference import set_answers
from gridexplainer_widget.inference.order_curves import OrderCurves
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.results.faithfulness import Faithfulness
from tests.support.models import Spoiled, TopLeft
from tests.support.runs import WHITE, run_of
from tests.support.sizes import FEW, HANDFUL

NAN, INF = np.nan, np.inf
RNG = np.random.default_rng(0)
GRID = Grid(2, 2, 4, 4)


def visible_mean(pixels: np.ndarray, hidden: np.ndarray) -> Any:
    """A fill that depends on which cells are hidden together."""
    return pixels[~hidden].mean() if not hidden.all() else 0


def measured(run: Run, values: Any, target: int = 1, mask: Any = None) -> Faithfulness:
    return followed(run, values, target, mask)[0]


def curves(run: Run, values: Any, target: int = 1) -> OrderCurves:
    return measured(run, values, target).under[0]


def followed(
    run: Run, values: Any, target: int = 1, mask: Any = None
) -> tuple[Faithfulness, list[tuple[int, int]]]:
    found: list[Faithfulness] = []

    def whole() -> Iterator[tuple[int, int]]:
        found.append((yield from faithfulness_steps([run], values, target, mask)))

    seen = list(whole())
    return found[0], seen


def additive(parts: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Two classes; each white cell adds its part to the probability of the second."""

    def model(batch: np.ndarray) -> np.ndarray:
        rows, columns = parts.shape
        high, wide = batch.shape[1] // rows, batch.shape[2] // columns
        cells = batch.reshape(len(batch), rows, high, columns, wide, 3).mean(axis=(2, 4, 5)) / 255
        second = 0.5 + (cells * parts).sum(axis=(1, 2))
        return np.stack([1 - second, second], axis=1)

    return model


def ranks(order: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A map that ranks the cells in this order."""
    values = np.empty(len(order), np.float32)
    values[list(order)] = -np.arange(len(order))
    return values.reshape(shape)


def area(heights: Any, counts: Any) -> float:
    """Trapezoids, added up one by one."""
    total = 0.0
    for k in range(1, len(counts)):
        width = (counts[k] - counts[k - 1]) / counts[-1]
        total += width * (float(heights[k]) + float(heights[k - 1])) / 2
    return total


# The curves


def test_the_one_cell_that_matters_is_found_first_or_last() -> None:
    run = run_of(TopLeft(6), 2, WHITE)
    best = curves(run, [[4, 3], [2, 1]])
    assert best.counts == (0, 1, 2, 3, 4)
    assert best.deletion_curve.tolist() == [1, 0, 0, 0, 0]
    assert best.insertion_curve.tolist() == [0, 1, 1, 1, 1]
    assert (best.deletion, best.insertion, best.srg) == (0.125, 0.875, 0.75)
    worst = curves(run, [[1, 2], [3, 4]])
    assert (worst.deletion, worst.insertion, worst.srg) == (0.875, 0.125, -0.75)
    assert best.fill == "black"
    assert best.chance is None


@pytest.mark.parametrize("fill", ["cell-mean", "noise", visible_mean])
@pytest.mark.parametrize("grid", [(1, 1), (3, 4), (4, 4), (6, 6), (7, 9), (12, 12)])
def test_srg_is_what_hiding_the_least_important_first_gives(grid: Any, fill: Any) -> None:
    run = run_of(fill=fill, grid=grid, batch=5)
    values = RNG.normal(size=grid).astype(np.float32)
    found = curves(run, values, target=2)
    least_first = np.argsort(values.ravel()).tolist()

    def asked(order: list[int], counts: list[int]) -> list[float]:
        pictures = [run.masker.masked(order[:k])[np.newaxis] for k in counts]
        return [float(run.classifier(picture)[0, 2]) for picture in pictures]

    counts = list(found.counts)
    morf, lerf = asked(least_first[::-1], counts), asked(least_first, counts)
    np.testing.assert_allclose(found.deletion_curve, morf, atol=1e-6)
    np.testing.assert_allclose(found.insertion_curve[::-1], lerf, atol=1e-6)
    assert found.srg == pytest.approx(area(lerf, counts) - area(morf, counts), abs=1e-6)


@FEW
@given(st.permutations(range(9)), st.integers(0, 3))
def test_areas_are_shares_and_a_ranking_turned_around_turns_the_gain(
    order: list[int], target: int
) -> None:
    run = run_of(grid=3, batch=5)
    found, turned = (measured(run, ranks(o, (3, 3)), target) for o in (order, order[::-1]))
    assert 0 <= found.deletion <= 1
    assert 0 <= found.insertion <= 1
    assert -1 <= found.srg <= 1
    assert turned.deletion == pytest.approx(found.insertion)
    assert turned.srg == pytest.approx(-found.srg)


@pytest.mark.parametrize("shape", [(2, 2), (2, 3)])
@HANDFUL
@given(st.data())
def test_no_ranking_beats_the_true_drops_of_an_additive_model(
    shape: tuple[int, int], data: st.DataObject
) -> None:
    size = shape[0] * shape[1]
    hundredths = st.lists(st.integers(-8, 8), min_size=size, max_size=size)
    parts = np.array(data.draw(hundredths)).reshape(shape) / 100
    run = run_of(additive(parts), shape, WHITE, batch=5)
    list(run.steps())
    drops = run.baseline[1] - run.vectors[:, 1]
    np.testing.assert_allclose(drops, parts.ravel(), atol=1e-6)
    true = measured(run, parts)
    others = [measured(run, ranks(order, shape)) for order in permutations(range(size))]
    assert true.deletion == pytest.approx(min(other.deletion for other in others), abs=1e-6)
    assert true.insertion == pytest.approx(max(other.insertion for other in others), abs=1e-6)
    assert true.srg == pytest.approx(max(other.srg for other in others), abs=1e-6)
    # By chance: the mean over all orders.
    assert np.mean([other.srg for other in others]) == pytest.approx(0, abs=1e-6)


def test_probabilities_a_little_out_of_range_are_kept_within() -> None:
    run = run_of(lambda batch: np.full((len(batch), 2), [-0.0005, 1.0005]), 2)
    run.classifier.output = "softmax"
    assert measured(run, np.eye(2), 1).deletion == 1
    assert measured(run, np.eye(2), 0).deletion == 0


# What is asked


def test_nothing_is_asked_twice() -> None:
    run = run_of(grid=3, batch=4)
    found, seen = followed(run, np.arange(9).reshape(3, 3))
    # Ten deletions and ten insertions; the whole picture and nothing of it belong to both.
    assert found.calls == 18
    assert seen == [(22, 100), (44, 100), (66, 100), (88, 100), (100, 100), (100, 100)]
    assert found.seconds > 0
    again, seen = followed(run, np.arange(9).reshape(3, 3))
    assert (again.calls, seen) == (0, [(100, 100)])
    assert again.under[0].record == found.under[0].record


def test_the_cells_of_a_run_that_is_done_count_as_known() -> None:
    run = run_of(grid=3, batch=5)
    list(run.steps())
    # The whole picture and the first deletion are known, and so is the last but one insertion.
    assert measured(run, np.arange(9).reshape(3, 3)).calls == 18 - 3


def test_answers_that_a_run_forgets_meanwhile_are_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = RNG.normal(size=(3, 3)).astype(np.float32)
    expected = measured(run_of(grid=3, batch=5), values)
    monkeypatch.setattr(set_answers, "KEPT_SETS", 5)
    run = run_of(grid=3, batch=5)
    list(run.ask([tuple(range(9))]))  # the oldest answer, the first to be forgotten
    found = measured(run, values)
    assert found.under[0].record == expected.under[0].record
    assert found.calls == expected.calls - 2  # the whole picture is known, too


def test_a_model_that_gives_no_number_is_reported() -> None:
    with pytest.raises(ClassifierError, match="NaN or infinity"):
        measured(run_of(Spoiled(6, "nan"), 3, batch=5), np.arange(9).reshape(3, 3))


# The map


def test_cells_without_a_value_rank_last_and_the_curves_still_end_with_nothing() -> None:
    run = run_of(TopLeft(6), 2, WHITE)
    found = measured(run, [[NAN, 1], [INF, 2]])
    (under,) = found.under
    assert under.deletion_curve.tolist() == [1, 1, 1, 0, 0]  # order: 3, 1, then 0, 2 by place
    assert under.insertion_curve.tolist() == [0, 0, 0, 1, 1]
    assert found.notes == ("2 of 4 cells have no value; they rank last.",)


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (np.zeros((3, 3)), "Every cell has the same value"),
        ([[0, 0, 0], [0, 1, 2], [3, 4, 5]], "4 of 9 cells share their value with others"),
        ([[0, 0, 1], [1, 2, 3], [4, 5, 6]], "4 of 9 cells share their value with others"),
        ([[0, 0, 1], [2, 3, 4], [5, 6, 7]], None),
    ],
)
def test_a_map_that_does_not_tell_cells_apart_is_said_to(values: Any, note: str | None) -> None:
    notes = measured(run_of(grid=3, batch=5), values).notes
    assert [one.startswith(str(note)) for one in notes] == ([True] if note else [])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((2, 3)), r"has the shape \(2, 3\)\. Wanted .*: \(3, 3\)"),
        (np.zeros(9), r"has the shape \(9,\)"),
        (np.full((3, 3), NAN), "NaN and infinity only"),
    ],
)
def test_what_is_no_map_of_the_grid_is_refused(values: Any, message: str) -> None:
    run = run_of(grid=3, batch=5)
    with pytest.raises(ValueError, match=message):
        measured(run, values)
    assert run.baseline is None  # before the model was asked anything


# The mask

LEFT = np.zeros((4, 4), np.bool_)
LEFT[:2, :3] = True  # all of cell 0, half of cell 1


def test_what_lies_inside_is_counted_by_the_part_that_is_covered() -> None:
    found = on_mask([[3, 2], [-7, 1]], LEFT, GRID)
    assert found == OnMask(
        pointing=True,
        inside=(3 + 1) / 6,
        mask_area=6 / 16,
        touched=2,
        inside_itself=(1 + 0.25) / 1.5,
        inside_most=1,
    )


@pytest.mark.parametrize(
    ("values", "pointing", "rank"),
    [
        ([[1, 0], [0, 0]], True, MaskRank(1, 1)),
        ([[0, 1], [0, 0]], True, MaskRank(1, 4)),  # touched is enough; cell 0 ties with the rest
        ([[2, 1], [3, 0]], False, MaskRank(2, 2)),
        ([[1, 1], [0, 0]], True, MaskRank(1, 2)),  # two share the maximum, and both touch it
        ([[1, 0], [1, 0]], False, MaskRank(2, 2)),  # two share it, and one does not
        ([[0, 0], [0, 0]], False, MaskRank(3, 4)),
        ([[NAN, INF], [-5, NAN]], False, MaskRank(3, 4)),
        ([[-5, NAN], [INF, NAN]], True, MaskRank(1, 1)),
    ],
)
def test_pointing(values: Any, pointing: bool, rank: MaskRank) -> None:
    assert on_mask(values, LEFT, GRID).pointing is pointing
    assert rank_of_mask(values, LEFT, GRID) == rank


def test_a_map_that_is_negative_everywhere_has_no_share_inside() -> None:
    run = run_of(TopLeft(2), 2, Picture(np.full((4, 4, 3), 255, np.float32)))
    found = measured(run, [[-1, -2], [-3, -4]], mask=LEFT)
    assert found.inside is None
    assert found.pointing is True
    assert found.notes == ("No value is positive, so none lies inside the mask or outside.",)


MAPS = st.lists(st.floats(-1, 1, width=32), min_size=12, max_size=12)
PIXELS = st.lists(st.booleans(), min_size=70, max_size=70).filter(any)


@given(MAPS, PIXELS)
def test_inside_and_outside_make_one(values: list[float], pixels: list[bool]) -> None:
    grid, mask = Grid(3, 4, 7, 10), np.array(pixels).reshape(7, 10)
    values = np.array(values).reshape(3, 4)
    inside = on_mask(values, mask, grid)
    if not mask.all():
        outside = on_mask(values, ~mask, grid)
        assert inside.mask_area + outside.mask_area == pytest.approx(1)
        assert (inside.inside is None) == (outside.inside is None) == (values.max() <= 0)
        if inside.inside is not None:
            assert inside.inside <= inside.inside_most + 1e-9
            assert inside.inside + outside.inside == pytest.approx(1)
    touched, main = rank_of_mask(values, mask, grid)
    assert 1 <= touched <= main <= 12
    assert touched <= 12 - inside.touched + 1
    assert inside.pointing == (touched == 1)
    # The same value everywhere reaches the mask's share, cells of any size; the mask itself more.
    assert on_mask(np.ones((3, 4)), mask, grid).inside == pytest.approx(inside.mask_area)
    covered = mean_of_cells(mask.astype(np.float32), grid)
    assert on_mask(covered, mask, grid).inside == pytest.approx(inside.inside_itself)
    best = np.where(covered == covered.max(), 1, 0)
    assert on_mask(best, mask, grid).inside == pytest.approx(inside.inside_most)
    assert inside.mask_area <= inside.inside_itself + 1e-9 <= inside.inside_most + 2e-9


def test_a_mask_of_the_picture_is_brought_to_the_input() -> None:
    wide = np.zeros((4, 8), np.bool_)
    wide[:, 4:] = True
    square = fit_mask(wide, GRID, (40, 80))  # the input is square where the picture is not
    assert square.tolist() == [[False, False, True, True]] * 4
    larger = fit_mask(LEFT, Grid(2, 2, 8, 8), (100, 100))
    np.testing.assert_array_equal(larger, LEFT.repeat(2, axis=0).repeat(2, axis=1))
    assert fit_mask(LEFT, GRID, (40, 80)) is LEFT  # of the input's size already
    # A picture that is shown smaller is rounded to whole pixels.
    assert fit_mask(np.ones((3000, 1003), np.bool_), GRID, (1024, 342)).all()
    middles = np.zeros((12, 12), np.bool_)
    middles[1::3, 1::3] = True
    assert fit_mask(middles, GRID, (100, 100)).all()


@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True)),
)
def test_no_pixel_of_a_mask_is_lost(
    old: tuple[int, int], new: tuple[int, int], place: tuple[float, float]
) -> None:
    row, column = (int(part * side) for part, side in zip(place, old, strict=True))
    mask = np.zeros(old, np.bool_)
    mask[row, column] = True
    fitted = fit_mask(mask, Grid(1, 1, *new), old)
    # One pixel where it shrinks, in which the middle of the old one lies; else a block of them.
    for side, was, now, place_of in zip((0, 1), old, new, (row, column), strict=True):
        true = np.flatnonzero(fitted.any(axis=1 - side))
        assert (len(true) == 1) if now <= was else len(true) >= now // was
        assert true[0] <= (place_of + 0.5) * now / was < true[-1] + 1
    assert fitted.sum() == fitted.any(axis=1).sum() * fitted.any(axis=0).sum()


def test_a_small_object_of_a_large_picture_is_found() -> None:
    for place in range(0, 2990, 299):
        mask = np.zeros((3000, 3000), np.bool_)
        mask[place : place + 10, place : place + 10] = True
        assert fit_mask(mask, Grid(4, 4, 128, 128), (3000, 3000)).any()


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (LEFT.astype(np.uint8), r"uint8 \(4, 4\)\. Wanted is bool .*say mask > 0"),
        (np.ones((4, 4, 3), np.bool_), r"bool \(4, 4, 3\)"),
        (np.ones((30, 30), np.bool_), "30×30 and the picture 40×80.*input, 4×4"),
        (np.zeros((40, 80), np.bool_), "true nowhere at the model's input, 4×4"),
    ],
)
def test_masks_that_do_not_fit_are_refused(mask: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_mask(mask, GRID, (40, 80))


def test_a_rank_wants_a_mask_at_the_input() -> None:
    with pytest.raises(ValueError, match="6×9"):
        rank_of_mask(np.zeros((2, 2)), np.ones((6, 9), np.bool_), GRID)


def test_a_mask_is_checked_before_the_model_is_asked_and_fits_the_run() -> None:
    run = run_of(TopLeft(6), 2, WHITE)
    with pytest.raises(ValueError, match="mask"):
        measured(run, np.eye(2), mask=np.ones((12, 13), np.int64))
    assert run.baseline is None
    found = measured(run, [[4, 3], [2, 1]], mask=LEFT)  # 4×4 for a picture of 12×12
    assert (found.pointing, found.touched) == (True, 2)
    assert found.inside == pytest.approx((4 + 1.5) / 10)
    assert found.mask_area == 6 / 16
    assert measured(run, [[4, 3], [2, 1]]).pointing is None


def test_a_map_that_is_checked_is_float32() -> None:
    assert checked_map([[1, 2], [3, NAN]], GRID).dtype == np.float32


# The record


def test_a_record_gives_the_same() -> None:
    run = run_of(TopLeft(6), 2, WHITE)
    chance = drain(chance_steps(run, 1))
    for mask, chances in ((None, None), (LEFT, [chance])):
        steps = faithfulness_steps([run], [[4, 3], [NAN, 1]], 1, mask, chances)
        found = drain(steps)
        again = Faithfulness.of_record(json.loads(json.dumps(found.record)))
        assert again.record == found.record
        assert str(again) == str(found)
        assert again.under[0].counts == found.under[0].counts
        assert again.under[0].deletion_curve.dtype == np.float32
        assert again.under[0].chance == (chance if chances else None)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("counts", [1, 2, 3, 4, 5], ValueError),
        ("counts", [], ValueError),
        ("deletion_curve", [0.5], ValueError),
        ("insertion_curve", [[0.5] * 5], ValueError),
        ("chance", {"area": [0, 1], "srg": [0, 1], "counts": [0], "curve": []}, ValueError),
        ("chance", {"area": [0, 1]}, KeyError),
    ],
)
def test_what_is_no_record_of_curves_is_refused(
    name: str, value: Any, error: type[Exception]
) -> None:
    record = measured(run_of(TopLeft(6), 2, WHITE), np.eye(2)).record
    with pytest.raises(error):
        Faithfulness.of_record({**record, "under": [{**record["under"][0], name: value}]})


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("inside", "much", ValueError), ("calls", None, TypeError), ("under", [], ValueError)],
)
def test_what_is_no_record_is_refused(name: str, value: Any, error: type[Exception]) -> None:
    record = measured(run_of(TopLeft(6), 2, WHITE), np.eye(2)).record
    with pytest.raises(error):
        Faithfulness.of_record({**record, name: value})


def test_curves_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        curves(run_of(grid=3, batch=5), np.eye(3)).deletion_curve[0] = 1
