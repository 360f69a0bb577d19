import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.patch_fill import patch_fill, photograph_fill


def places(height: int, width: int) -> np.ndarray:
    """Number the pixels, so that each tells where it is from."""
    return np.indices((height, width)).transpose(1, 2, 0).astype(np.float32)


@given(
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    parts=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    seed=st.integers(0, 99),
)
def test_a_patch_is_a_mirrored_piece_of_the_picture(
    size: tuple[int, int], parts: tuple[int, int], seed: int
) -> None:
    grid = Grid(min(parts[0], size[0]), min(parts[1], size[1]), *size)
    filled = patch_fill(seed)(places(*size), grid)
    for top, left, bottom, right in grid.boxes():
        patch = filled[top:bottom, left:right]
        rows, columns = patch[:, 0, 0], patch[0, :, 1]
        np.testing.assert_array_equal(rows, rows[0] + np.arange(bottom - top))
        np.testing.assert_array_equal(columns, columns[0] - np.arange(right - left))
        np.testing.assert_array_equal(patch, np.stack(np.meshgrid(rows, columns, indexing="ij"), 2))


@given(
    parts=st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda parts: max(parts) > 1),
    seed=st.integers(0, 99),
)
def test_a_patch_comes_from_elsewhere(parts: tuple[int, int], seed: int) -> None:
    """Cells of the same size: there is always a place that shares no pixel with one."""
    grid = Grid(*parts, 4 * parts[0], 6 * parts[1])
    filled = patch_fill(seed)(places(grid.height, grid.width), grid)
    for top, left, bottom, right in grid.boxes():
        rows, columns = filled[top:bottom, left:right].transpose(2, 0, 1)
        inside = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
        assert not inside.any()


def test_the_only_cell_is_mirrored() -> None:
    pixels = places(3, 4)
    np.testing.assert_array_equal(patch_fill(0)(pixels, Grid(1, 1, 3, 4)), pixels[:, ::-1])


def test_halves_change_places() -> None:
    pixels = places(4, 6)
    filled = patch_fill(0)(pixels, Grid(2, 1, 4, 6))
    np.testing.assert_array_equal(filled, np.roll(pixels, 2, axis=0)[:, ::-1])


def test_patches_are_seeded() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.float32)

    def hidden(seed: int) -> np.ndarray:
        return Masker(pixels, Grid(4, 4, 16, 16), parse_fill("patches", seed)).masked(range(16))

    np.testing.assert_array_equal(hidden(3), hidden(3))
    assert not np.array_equal(hidden(3), hidden(4))


def test_a_photograph_shows_its_own_place() -> None:
    pixels, photograph = places(4, 6), places(4, 6) + 100
    filled = photograph_fill(photograph)(pixels, Grid(2, 3, 4, 6))
    np.testing.assert_array_equal(filled, photograph)
