import builtins

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridexplainer_widget.core.fills import DEFAULT_FILL, LOCAL, NAMES, Fill, parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.hardly_changed import hardly_changed
from gridexplainer_widget.core.masking import Masker

PIXELS = np.random.default_rng(1).integers(0, 256, (7, 9, 3)).astype(np.float32)
GRID = Grid(2, 3, 7, 9)


def masked(fill: object, *cells: int) -> np.ndarray:
    return Masker(PIXELS, GRID, parse_fill(fill)).masked(cells)


def inside(cell: int) -> tuple[slice, slice]:
    top, left, bottom, right = GRID.box(cell)
    return slice(top, bottom), slice(left, right)


def test_cell_mean_is_per_channel() -> None:
    expected = PIXELS[inside(4)].mean(axis=(0, 1))
    np.testing.assert_allclose(
        masked("cell-mean", 4)[inside(4)], np.broadcast_to(expected, (4, 3, 3))
    )


def test_cell_gray_is_one_number() -> None:
    result = masked("cell-gray", 4)[inside(4)]
    np.testing.assert_allclose(result, PIXELS[inside(4)].mean(), rtol=1e-6)
    assert np.unique(result).size == 1


def test_picture_mean() -> None:
    np.testing.assert_allclose(masked("picture-mean", 0)[0, 0], PIXELS.mean(axis=(0, 1)), rtol=1e-6)


def test_the_mean_of_a_large_plain_picture_is_its_colour() -> None:
    pixels = np.full((300, 300, 3), np.float32(251.3))
    result = Masker(pixels, Grid(1, 1, 300, 300), parse_fill("picture-mean")).masked([0])
    np.testing.assert_array_equal(result, pixels)


def test_the_default_hides_a_plain_cell() -> None:
    """A box of one colour has its own mean: hiding it by that would change nothing."""
    pixels = np.zeros((8, 8, 3), np.float32)
    pixels[:4, :4] = 200, 30, 30
    grid = Grid(2, 2, 8, 8)
    assert NAMES[0] == DEFAULT_FILL
    hidden = Masker(pixels, grid, parse_fill(DEFAULT_FILL)).masked([0])
    np.testing.assert_array_equal(hidden[0, 0], [50, 7.5, 7.5])
    assert Masker(pixels, grid, parse_fill("cell-mean")).changed([0]) is None


@pytest.mark.parametrize(
    ("fill", "color"),
    [
        ("red", (255, 0, 0)),
        ("#0a141e", (10, 20, 30)),
        ((10, 20, 30), (10, 20, 30)),
        ([0, 0, 0], (0, 0, 0)),
        ("gray", (128, 128, 128)),
    ],
)
def test_colors(fill: object, color: tuple[int, ...]) -> None:
    np.testing.assert_array_equal(masked(fill, 2)[inside(2)][0, 0], color)


def test_a_color_on_one_and_four_channels() -> None:
    grid = Grid(1, 1, 2, 2)
    one = Masker(np.zeros((2, 2, 1), np.float32), grid, parse_fill("red")).masked([0])
    four = Masker(np.zeros((2, 2, 4), np.float32), grid, parse_fill("red")).masked([0])
    np.testing.assert_allclose(one, 0.299 * 255, rtol=1e-6)
    assert four[0, 0].tolist() == [255, 0, 0, 255]


def test_noise_is_seeded() -> None:
    def noise(seed: int) -> np.ndarray:
        return Masker(PIXELS, GRID, parse_fill("noise", seed)).masked([1])

    np.testing.assert_array_equal(noise(3), noise(3))
    assert not np.array_equal(noise(3), noise(4))
    assert noise(3).min() >= 0
    assert noise(3).max() <= 255


def test_noise_has_the_pictures_mean_and_deviation() -> None:
    pixels = np.random.default_rng(0).normal(120, 15, (64, 64, 3)).astype(np.float32)
    noise = Masker(pixels, Grid(1, 1, 64, 64), parse_fill("noise")).masked([0])
    np.testing.assert_allclose(noise.mean(axis=(0, 1)), 120, atol=1.5)
    np.testing.assert_allclose(noise.std(axis=(0, 1)), 15, atol=1)


def test_blur_takes_away_detail_and_keeps_the_brightness() -> None:
    board = np.indices((32, 32)).sum(axis=0)[..., np.newaxis] % 2 * np.float32([200, 200, 200])
    blurred = Masker(board, Grid(1, 1, 32, 32), parse_fill("blur")).masked([0])
    np.testing.assert_allclose(blurred, 100, atol=3)


def test_inpaint_continues_what_surrounds_the_cell() -> None:
    pixels = np.full((12, 12, 3), 80, np.float32)
    pixels[4:8, 4:8] = 250
    result = Masker(pixels, Grid(3, 3, 12, 12), parse_fill("inpaint")).masked([4])
    np.testing.assert_allclose(result, 80, atol=4)


def test_a_callable_sees_a_copy_and_what_is_hidden() -> None:
    seen = []

    def mine(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        seen.append(hidden.copy())
        pixels[:] = -1
        return np.float32([1, 2, 3])

    result = masked(mine, 0, 5)
    assert result[0, 0].tolist() == [1, 2, 3]
    expected = np.zeros((7, 9), bool)
    expected[inside(0)] = expected[inside(5)] = True
    np.testing.assert_array_equal(seen[0], expected)
    np.testing.assert_array_equal(result[~expected], PIXELS[~expected])
    assert parse_fill(mine).name == "mine"


@pytest.mark.parametrize("name", [*NAMES, "red"])
@given(cells=st.sets(st.integers(0, 5)))
def test_only_hidden_pixels_change(name: str, cells: set[int]) -> None:
    result = masked(name, *cells)
    hidden = np.zeros((7, 9), bool)
    for cell in cells:
        hidden[inside(cell)] = True
    np.testing.assert_array_equal(result[~hidden], PIXELS[~hidden])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LOCAL])
def test_hiding_two_cells_is_hiding_each(name: str) -> None:
    both = masked(name, 0, 4)
    np.testing.assert_array_equal(both[inside(0)], masked(name, 0)[inside(0)])
    np.testing.assert_array_equal(both[inside(4)], masked(name, 4)[inside(4)])


def test_hiding_nothing_is_the_picture() -> None:
    np.testing.assert_array_equal(masked("cell-mean"), PIXELS)


def test_the_buffer_is_used() -> None:
    out = np.empty_like(PIXELS)
    assert Masker(PIXELS, GRID, parse_fill("blur")).masked([1], out=out) is out


@pytest.mark.parametrize(
    "bad", ["pink elephant", (1, 2), (300, 0, 0), (-1, 0, 0), 7, None, ("a", "b", "c")]
)
def test_unknown_fills_are_refused(bad: object) -> None:
    with pytest.raises(ValueError, match=r"unknown.*'cell-mean'.*callable"):
        parse_fill(bad)


def returning(value: object) -> list[Fill]:
    return [Fill("whole", whole=lambda *_: value), Fill("local", local=lambda *_: value)]


@pytest.mark.parametrize("fill", returning(np.zeros((2, 2))))
def test_a_callable_of_the_wrong_shape(fill: Fill) -> None:
    with pytest.raises(ValueError, match=r"returned shape \(2, 2\); wanted is \(7, 9, 3\)"):
        masked(fill, 0)


@pytest.mark.parametrize("fill", returning(np.float32(np.nan)))
def test_a_callable_that_returns_nan(fill: Fill) -> None:
    with pytest.raises(ValueError, match="NaN"):
        masked(fill, 0)


@pytest.mark.parametrize("fill", [*returning(None), *returning("red"), *returning([])])
def test_a_callable_that_returns_no_numbers(fill: Fill) -> None:
    with pytest.raises(ValueError, match=r"returned (NoneType|str|list); wanted are numbers"):
        masked(fill, 0)


@pytest.mark.parametrize("value", [-3, 300])
def test_a_callable_that_leaves_the_range(value: int) -> None:
    for fill in returning(np.float32(value)):
        with pytest.raises(ValueError, match=rf"from {value} to {value}.*np\.clip"):
            masked(fill, 0)


@pytest.mark.parametrize("fill", returning(np.float32(np.nan)))
def test_a_fill_that_fails_leaves_the_picture_as_it_is_seen(fill: Fill) -> None:
    masker = Masker(PIXELS, GRID, fill)
    with pytest.raises(ValueError, match="NaN"):
        masker.masked([0])
    np.testing.assert_array_equal(masker.replacement, masker.seen)


def test_a_whole_fill_shows_what_stands_in_for_every_cell() -> None:
    masker = Masker(PIXELS, GRID, parse_fill("noise"))
    masker.masked([1])
    np.testing.assert_array_equal(masker.replacement, np.rint(masked("noise", *range(6))))


def test_a_local_fill_shows_the_cells_that_were_hidden_alone_as_they_were_at_first() -> None:
    values = iter([10, 20, 30, 40])
    masker = Masker(PIXELS, GRID, parse_fill(lambda pixels, hidden: np.float32(next(values))))
    for cells in ([4], [0, 1], [4], [5]):
        masker.masked(cells)
    expected = PIXELS.astype(np.uint8)
    expected[inside(4)], expected[inside(5)] = 10, 40
    np.testing.assert_array_equal(masker.replacement, expected)
    np.testing.assert_array_equal(masker.seen, PIXELS)


def test_the_masker_tells_which_cells_hardly_change() -> None:
    pixels = np.zeros((4, 6, 3), np.float32)
    pixels[:2, :2] = 100
    pixels[2:, 4:] = 7.4, 0, 13
    masker = Masker(pixels, Grid(2, 3, 4, 6), parse_fill("black"))
    masker.masked([0])
    assert np.flatnonzero(~masker.hardly_changed).tolist() == [0, 5]


def test_a_local_fill_tells_it_as_cells_are_hidden() -> None:
    masker = Masker(PIXELS, GRID, parse_fill(lambda pixels, hidden: np.float32(0)))
    assert masker.hardly_changed.all()
    masker.masked([4])
    assert np.flatnonzero(~masker.hardly_changed).tolist() == [4]


@example(rows=3, columns=2, seed=59, by=8.6875)  # a tie
@given(
    rows=st.integers(1, 7), columns=st.integers(1, 9), seed=st.integers(0, 99), by=st.floats(0, 20)
)
def test_hardly_changed_is_a_root_mean_square_of_each_cell(
    rows: int, columns: int, seed: int, by: float
) -> None:
    rng, grid = np.random.default_rng(seed), Grid(rows, columns, 7, 9)
    one = rng.integers(0, 256, (7, 9, 3)).astype(np.uint8)
    other = np.clip(one + rng.normal(0, by, one.shape), 0, 255).astype(np.uint8)
    squares = (one.astype(int) - other) ** 2
    cells = [squares[top:bottom, left:right] for top, left, bottom, right in grid.boxes()]
    expected = np.reshape([cell.sum() < 64 * cell.size for cell in cells], grid.shape)
    np.testing.assert_array_equal(hardly_changed(one, other, grid), expected)


def test_what_is_shown_has_three_channels() -> None:
    masker = Masker(np.full((2, 2, 1), 7.4, np.float32), Grid(1, 1, 2, 2), parse_fill("white"))
    masker.masked([0])
    assert masker.seen.tolist() == [[[7] * 3] * 2] * 2
    assert masker.replacement.tolist() == [[[255] * 3] * 2] * 2


def test_a_fill_without_a_way_to_fill() -> None:
    with pytest.raises(TypeError, match="neither"):
        Masker(PIXELS, GRID, Fill("empty")).masked([0])


def test_inpaint_with_nothing_to_go_by_is_the_mean() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6, 3)).astype(np.float32)
    hidden = Masker(pixels, Grid(2, 2, 6, 6), parse_fill("inpaint")).masked(range(4))
    mean = np.broadcast_to(pixels.mean(axis=(0, 1)), (6, 6, 3))
    np.testing.assert_allclose(hidden, mean, rtol=1e-6)


def test_inpaint_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_cv2(name: str, *rest: object, **options: object) -> object:
        if name == "cv2":
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without_cv2)
    with pytest.raises(ImportError, match=r"gridexplainer-widget\[inpaint\]"):
        parse_fill("inpaint")
