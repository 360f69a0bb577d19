"""Where tiles lie, and what they see."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.incremental.mosaic.tiles import Tiles, hidden_in, packed_states
from tests.support.sizes import MANY


def tiles_of(grid: Grid) -> Tiles:
    return Tiles(grid.row_edges, grid.column_edges)


def test_tiles_go_from_middle_to_middle() -> None:
    tiles = tiles_of(Grid(2, 1, 8, 6))
    assert len(tiles) == 6
    boxes = tiles.boxes((8, 6))
    assert boxes[:, 0].tolist() == [[0, 2], [0, 2], [2, 6], [2, 6], [6, 8], [6, 8]]
    assert boxes[:, 1].tolist() == [[0, 3], [3, 6]] * 3
    assert tiles.boxes((4, 3))[2].tolist() == [[1, 3], [0, 1]], "in a map of half the size"
    assert tiles.at((4, 3)).tolist() == [[0, 1, 1], [2, 3, 3], [2, 3, 3], [4, 5, 5]]


def test_a_tile_sees_the_cells_in_its_box() -> None:
    tiles = tiles_of(Grid(3, 2, 9, 8))
    boxes = np.array([[[0, 3], [0, 4]], [[2, 6], [3, 5]], [[8, 9], [7, 8]]])
    seen = tiles.seen(boxes)
    assert seen is not None
    assert seen.tolist() == [[0, -1, -1, -1], [0, 1, 2, 3], [5, -1, -1, -1]]
    assert tiles.seen(np.array([[[2, 7], [0, 1]]])) is None, "three rows of cells"


def test_states_by_hand() -> None:
    seen = np.array([[0, 1, 3, 4], [2, -1, 5, -1]])
    hidden = np.zeros((2, 6), np.bool_)
    hidden[0, [1, 4, 5]] = True
    assert packed_states(hidden, seen).tolist() == [[2 + 8, 4], [0, 0]]
    assert hidden_in(10, seen[0].tolist()) == (1, 4)
    assert hidden_in(0, seen[1].tolist()) == ()


@MANY
@given(
    st.tuples(*[st.integers(1, 6)] * 2),
    st.tuples(*[st.integers(6, 40)] * 2),
    st.tuples(*[st.integers(1, 40)] * 2),
)
def test_tiles_cover_any_map_once(
    cells: tuple[int, int], picture: tuple[int, int], size: tuple[int, int]
) -> None:
    tiles = tiles_of(Grid(*cells, *picture))
    found = np.full(size, -1)
    for number, ((top, bottom), (left, right)) in enumerate(tiles.boxes(size).tolist()):
        assert (found[top:bottom, left:right] == -1).all()
        found[top:bottom, left:right] = number
    np.testing.assert_array_equal(found, tiles.at(size))
