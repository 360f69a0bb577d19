from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridexplainer_widget import as_classifier
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.inference.cell_sets import Curves, Selection, ranking, sum_of_drops
from gridexplainer_widget.inference.run import Run
from tests.support.models import weights

GRID = Grid(3, 4, 12, 16)
CELLS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=15)


@given(CELLS)
def test_what_is_kept_and_what_is_hidden_make_the_picture(cells: list[tuple[int, int]]) -> None:
    hidden = Selection(tuple(cells)).hidden(GRID)
    kept = Selection(tuple(cells), keep=True).hidden(GRID)
    assert sorted(hidden + kept) == list(range(12))
    assert {GRID.position(cell) for cell in hidden} == set(cells)


def square(side: int) -> Grid:
    return Grid(side, side, 12, 12)


def row(index: int, *columns: int) -> list[tuple[int, int]]:
    return [(index, column) for column in columns]


@pytest.mark.parametrize(
    ("cells", "old", "new", "found"),
    [
        (row(0, 1), square(2), square(4), [*row(0, 2, 3), *row(1, 2, 3)]),
        ([*row(0, 2, 3), *row(1, 2, 3)], square(4), square(2), row(0, 1)),
        (row(0, 2, 3), square(4), square(2), row(0, 1)),  # half of it
        (row(1, 1), square(4), square(2), row(0, 0)),  # a quarter, where no cell has more
        ([*row(0, 0, 1, 2), *row(1, 0, 1)], square(4), square(2), row(0, 0)),
        # The middle third has two of three pixels of two quarters.
        (row(1, 1), square(3), square(4), [*row(1, 1, 2), *row(2, 1, 2)]),
        (row(0, 2), Grid(1, 4, 4, 8), Grid(2, 2, 4, 8), [(0, 1), (1, 1)]),
        ([], square(2), square(4), []),
        ([(1, 1), (0, 0)], square(2), square(2), [(1, 1), (0, 0)]),
    ],
)
def test_a_selection_on_another_grid(
    cells: list[tuple[int, int]], old: Grid, new: Grid, found: list[tuple[int, int]]
) -> None:
    """The same cases as in js/tests/cells/refit.test.ts."""
    for keep in (False, True):
        selection = Selection(tuple(cells), keep)
        assert selection.refit(old, new) == Selection(tuple(found), keep)


def pixels_of(cells: Iterable[tuple[int, int]], grid: Grid) -> NDArray[np.bool_]:
    """Tell for each pixel whether a cell has it."""
    mask = np.zeros((grid.height, grid.width), bool)
    for cell in cells:
        top, left, bottom, right = grid.box(grid.index(*cell))
        mask[top:bottom, left:right] = True
    return mask


SIDES = st.integers(1, 11)


@given(CELLS, SIDES, SIDES)
def test_a_refitted_selection_covers_the_same_pixels(
    cells: list[tuple[int, int]], rows: int, columns: int
) -> None:
    """Cells of which half is selected, and else those of which the most is."""
    new = Grid(rows, columns, GRID.height, GRID.width)
    chosen = pixels_of(cells, GRID)
    shares = {
        new.position(cell): chosen[top:bottom, left:right].mean()
        for cell, (top, left, bottom, right) in enumerate(new.boxes())
    }
    least = min(0.5, max(shares.values())) - 1e-9
    expected = [cell for cell, share in shares.items() if share >= least] if cells else []
    found = Selection(tuple(cells)).refit(GRID, new).cells
    if new == GRID:
        assert found == tuple(cells)
    else:
        assert list(found) == expected


@given(CELLS, st.sampled_from([(3, 4), (6, 4), (3, 8), (12, 16)]))
def test_whole_cells_come_back_from_a_finer_grid(
    cells: list[tuple[int, int]], finer: tuple[int, int]
) -> None:
    fine = Grid(*finer, GRID.height, GRID.width)
    there = Selection(tuple(cells)).refit(GRID, fine)
    assert (pixels_of(there.cells, fine) == pixels_of(cells, GRID)).all()
    assert set(there.refit(fine, GRID).cells) == set(cells)


def test_the_ranking_leaves_out_what_was_not_scored() -> None:
    drops = [0.1, np.nan, 0.5, np.inf, 0.5, -0.2]
    assert ranking(drops).tolist() == [2, 4, 0, 5]


@given(st.permutations(range(12)), st.integers(0, 12))
def test_curves_go_from_the_whole_picture_to_nothing(order: list[int], k: int) -> None:
    curves = Curves(tuple(order), 12)
    assert curves.counts == tuple(range(13))
    assert curves.deletion(0) == ()
    assert curves.insertion(12) == ()
    assert set(curves.deletion(k)) == set(order[:k])
    assert set(curves.insertion(k)) == set(order[k:])
    assert len(curves.sets) == 26


@given(st.integers(33, 5000))
def test_long_curves_have_33_points_spread_evenly(cells: int) -> None:
    counts = Curves(tuple(range(cells)), cells).counts
    assert (counts[0], counts[-1], len(counts)) == (0, cells, 33 - cells % 2)
    steps = np.diff(counts)
    assert steps.min() >= 1
    assert steps.max() - steps.min() <= 1


@pytest.mark.parametrize("cells", range(1, 201))
def test_a_ranking_and_its_reverse_hide_the_same_numbers(cells: int) -> None:
    counts = Curves(tuple(range(cells)), cells).counts
    assert counts[::-1] == tuple(cells - k for k in counts)
    # So that insertion by a ranking is deletion by its reverse, set by set.
    curves, turned = (Curves(order, cells) for order in (range(cells), range(cells)[::-1]))
    assert [curves.insertion(k) for k in counts] == [turned.deletion(k) for k in counts[::-1]]


def test_single_drops_are_added_up() -> None:
    picture = read_picture(np.random.default_rng(0).integers(0, 256, (12, 16, 3)).astype(np.uint8))
    run = Run.of(as_classifier(weights), picture, (3, 4), parse_fill("black"), 4)
    assert sum_of_drops(run, (0, 1), 0, "probability") is None
    next(run.steps())
    assert sum_of_drops(run, range(12), 0, "probability") is None
    list(run.steps())
    expected = sum(float(run.baseline[2] - run.vectors[cell, 2]) for cell in (0, 5, 7))
    assert sum_of_drops(run, (0, 5, 7), 2, "probability") == pytest.approx(expected, abs=1e-6)
