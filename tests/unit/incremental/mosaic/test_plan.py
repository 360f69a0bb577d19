"""What the patches of tiles hold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.incremental.boxes import as_boxes
from gridexplainer_widget.incremental.graph import Graph, Node
from gridexplainer_widget.incremental.mosaic.choose import choose_tiles
from gridexplainer_widget.incremental.mosaic.plan import TilePlan, looked_at
from gridexplainer_widget.incremental.mosaic.tiles import Tiles
from gridexplainer_widget.incremental.window import POINT, Window
from tests.support.sizes import MANY

THREE = Window((3, 3), (1, 1), (1, 1))
HALVING = Window((3, 3), (2, 2), (0, 0))


def chain(side: int, channels: int = 1, work: float = 0.0) -> Graph:
    """A convolution, its ReLU, the sum of both branches of it, and what needs all."""
    half = (side - 3) // 2 + 1
    nodes = (
        Node("picture", (), (), (side, side), 3, "input"),
        Node("conv", (0,), (THREE,), (side, side), channels, "convolution", work),
        Node("relu", (1,), (POINT,), (side, side), channels, "pointwise"),
        Node("branch", (2,), (THREE,), (side, side), channels, "convolution", work),
        Node("sum", (2, 3), (POINT, POINT), (side, side), channels, "pointwise"),
        Node("halved", (4,), (HALVING,), (half, half), channels, "convolution", work),
        Node("mean", (5,), (None,), (1, 1), channels, "other"),
    )
    return Graph(nodes, (6,))


def plan_of(graph: Graph, patched: set[int], grid: Grid) -> TilePlan:
    return TilePlan(graph, frozenset(patched), Tiles(grid.row_edges, grid.column_edges))


def test_patches_hold_what_their_tile_depends_on() -> None:
    plan = plan_of(chain(16), {0, 1, 2, 3, 4}, Grid(2, 2, 16, 16))
    assert plan.cut == (4,)
    middle = [plan.patches[index][4, 0].tolist() for index in range(5)]
    assert middle == [[2, 14], [3, 13], [3, 13], [4, 12], [4, 12]], "one more row for each 3×3"
    corner = [plan.patches[index][0, 0].tolist() for index in range(5)]
    assert corner == [[0, 12], [0, 10], [0, 10], [0, 8], [0, 8]], "as large, within the map"


def test_no_tile_may_see_more_than_four_cells() -> None:
    grid = Grid(4, 4, 16, 16)  # tiles of four pixels, and two around them, see two rows of cells
    assert plan_of(chain(16), {0, 1, 2, 3, 4}, grid).seen is not None
    assert plan_of(chain(16), {0, 1, 2, 3, 4, 5}, grid).seen is None


def test_tiles_are_chosen_where_they_save_work() -> None:
    grid = Grid(8, 8, 224, 224)
    tiles, cells = Tiles(grid.row_edges, grid.column_edges), as_boxes(grid.boxes())
    chosen = choose_tiles(chain(224, 8, 1e5), cells, tiles)
    assert chosen is not None
    assert chosen.patched == {0, 1, 2, 3, 4, 5}
    assert choose_tiles(chain(224, 4096, 1e5), cells, tiles) is None, "their states take gigabytes"


@MANY
@given(
    st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(-2, 2), st.integers(1, 2)),
    st.integers(1, 20),
    st.data(),
)
def test_what_a_window_reads_is_within_the_box_looked_at(
    numbers: tuple[int, int, int, int], made: int, data: st.DataObject
) -> None:
    length, stride, before, repeat = numbers
    window = Window((length, 1), (stride, 1), (before, 0), (repeat, 1))
    size = data.draw(st.integers(1, 20))
    top = data.draw(st.integers(0, made - 1))
    bottom = data.draw(st.integers(top + 1, made))
    (found,) = looked_at(np.array([[[top, bottom], [0, 1]]]), window, (size, 1))
    for row in range(top, bottom):
        for read in range(row * stride - before, row * stride - before + length):
            if 0 <= read < size * repeat:
                assert found[0, 0] <= read // repeat < found[0, 1]
    assert 0 <= found[0, 0] < found[0, 1] <= size
