import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_cdt

from gridexplainer_widget.core.grid import Box, Grid, parse_grid_size


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    height, width = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    return Grid(draw(st.integers(1, height)), draw(st.integers(1, width)), height, width)


@given(grids())
def test_every_pixel_lies_in_exactly_one_cell(grid: Grid) -> None:
    covered = np.zeros((grid.height, grid.width), int)
    for top, left, bottom, right in grid.boxes():
        assert top < bottom
        assert left < right
        covered[top:bottom, left:right] += 1
    assert (covered == 1).all()


@given(grids())
def test_cells_differ_by_at_most_a_pixel(grid: Grid) -> None:
    heights = np.diff(grid.row_edges)
    widths = np.diff(grid.column_edges)
    assert np.ptp(heights) <= 1
    assert np.ptp(widths) <= 1


@given(grids())
def test_edges_and_boxes_agree(grid: Grid) -> None:
    for index, box in enumerate(grid.boxes()):
        row, column = grid.position(index)
        assert grid.index(row, column) == index
        assert (box.top, box.bottom) == tuple(grid.row_edges[row : row + 2])
        assert (box.left, box.right) == tuple(grid.column_edges[column : column + 2])


@given(grids())
def test_the_order_visits_every_cell_once(grid: Grid) -> None:
    assert sorted(grid.spread_order()) == list(range(len(grid)))


def test_the_order_spreads() -> None:
    grid = Grid(8, 8, 64, 64)
    order = grid.spread_order()
    quarter = [grid.position(cell) for cell in order[:4]]
    assert {(row // 4, column // 4) for row, column in quarter} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    sixteenth = [grid.position(cell) for cell in order[:16]]
    assert len({(row // 2, column // 2) for row, column in sixteenth}) == 16


@given(st.integers(1, 64), st.integers(1, 64))
@example(4, 5)
def test_the_order_spreads_on_any_grid(rows: int, columns: int) -> None:
    grid = Grid(rows, columns, 64, 64)
    cells = grid.spread_order()[: max(1, len(grid) // 4)]
    first = np.array([grid.position(cell) for cell in cells])
    halves = 2 * first // grid.shape
    corners = {tuple(place) for place in halves.tolist()}
    if (rows, columns) == (4, 5):  # the only one of these grids whose first quarter misses a corner
        assert corners == {(0, 0), (0, 1), (1, 0)}
    elif min(rows, columns) >= 4:
        assert len(corners) == 4
    elif len(first) > 1:
        assert set(halves[:, np.argmax(grid.shape)]) == {0, 1}
    rest = np.ones(grid.shape)
    rest[tuple(first.T)] = 0
    # A single row waits for columns whose turn comes in rows that it does not have.
    assert distance_transform_cdt(rest, "chessboard").max() <= (6 if min(rows, columns) == 1 else 3)


def test_boxes_by_hand_where_the_size_is_no_multiple() -> None:
    grid = Grid(2, 3, 5, 7)
    assert grid.boxes() == [
        Box(0, 0, 2, 2),
        Box(0, 2, 2, 4),
        Box(0, 4, 2, 7),
        Box(2, 0, 5, 2),
        Box(2, 2, 5, 4),
        Box(2, 4, 5, 7),
    ]


@pytest.mark.parametrize(("given", "parsed"), [(8, (8, 8)), ((2, 3), (2, 3)), ([4, 1], (4, 1))])
def test_grid_sizes(given: object, parsed: tuple[int, int]) -> None:
    assert parse_grid_size(given) == parsed
    assert parse_grid_size(np.int64(8)) == (8, 8)


@pytest.mark.parametrize(
    "bad", [0, -1, 2.5, "8", None, (1,), (1, 2, 3), (0, 4), (2, "3"), True, {}]
)
def test_what_is_no_grid_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match=r"no grid.*whole number.*rows, columns"):
        parse_grid_size(bad)


def test_a_grid_finer_than_the_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match=r"9×9 cells.*8×8 pixels.*1 to 8 rows"):
        Grid.of(9, 8, 8)


def test_no_such_cell() -> None:
    with pytest.raises(IndexError, match=r"no cell \(2, 0\).*0 to 1"):
        Grid(2, 2, 4, 4).index(2, 0)
