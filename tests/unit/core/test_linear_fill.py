"""The fill of ROAD, beside a dense solution and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.core import linear_fill as module
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.linear_fill import NOISE, linear_fill
from gridexplainer_widget.core.masking import Masker


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NOISE", 0)


def dense(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Solve with a row for each pixel of the picture, shown ones standing for themselves."""
    height, width, channels = pixels.shape
    matrix, wanted = np.eye(height * width), pixels.reshape(-1, channels).astype(float)
    for y, x in np.argwhere(hidden):
        weights = {}
        for i in range(max(0, y - 1), min(height, y + 2)):
            for j in range(max(0, x - 1), min(width, x + 2)):
                weights[i, j] = (0, 1 / 6, 1 / 12)[abs(i - y) + abs(j - x)]
        for (i, j), weight in weights.items():
            matrix[y * width + x, i * width + j] -= weight / sum(weights.values())
        wanted[y * width + x] = 0
    return np.linalg.solve(matrix, wanted).reshape(pixels.shape)


@given(
    height=st.integers(1, 5), width=st.integers(2, 5), channels=st.integers(1, 4), data=st.data()
)
def test_it_is_what_a_dense_solution_gives(
    height: int, width: int, channels: int, data: st.DataObject
) -> None:
    seed = data.draw(st.integers(0, 99))
    rng = np.random.default_rng(seed)
    pixels = rng.uniform(20, 230, (height, width, channels)).astype(np.float32)
    hidden = rng.random((height, width)) < 0.6
    hidden.flat[data.draw(st.integers(0, hidden.size - 1))] = False
    noise = np.random.default_rng(seed).standard_normal(pixels.shape, np.float32)
    expected = dense(pixels, hidden) + NOISE * noise
    result = linear_fill(seed)(pixels, hidden)
    np.testing.assert_allclose(result[hidden], expected[hidden], atol=1e-3)


@pytest.mark.usefixtures("silent")
def test_one_pixel_by_hand() -> None:
    pixels = np.float32([[12, 24, 12], [60, 7, 0], [0, 36, 0]])[..., np.newaxis]
    hidden = np.zeros((3, 3), bool)
    hidden[1, 1] = True  # (24 + 60 + 36) / 6 + (12 + 12) / 12
    assert linear_fill(0)(pixels, hidden)[1, 1, 0] == pytest.approx(22)
    corner = np.zeros((3, 3), bool)
    corner[0, 0] = True  # the neighbours that it has: 2/5, 2/5, 1/5
    expected = 0.4 * 24 + 0.4 * 60 + 0.2 * 7
    assert linear_fill(0)(pixels, corner)[0, 0, 0] == pytest.approx(expected)


@pytest.mark.usefixtures("silent")
def test_a_slope_goes_on_across_a_hidden_cell() -> None:
    ramp = np.broadcast_to(np.arange(0, 48, 2, dtype=np.float32)[:, np.newaxis], (24, 24, 3))
    hidden = Masker(ramp, Grid(3, 3, 24, 24), parse_fill("linear")).masked([4])
    np.testing.assert_allclose(hidden, ramp, atol=1e-3)


def test_noise_is_seeded_small_and_the_same_for_each_set() -> None:
    pixels = np.full((60, 60, 3), 128, np.float32)
    grid = Grid(3, 3, 60, 60)

    def hidden(cells: list[int], seed: int) -> np.ndarray:
        return Masker(pixels, grid, parse_fill("linear", seed)).masked(cells)[:20, :20]

    assert hidden([0], 1).std() == pytest.approx(NOISE, rel=0.1)
    np.testing.assert_allclose(hidden([0], 1), hidden([0, 1], 1), atol=1e-4)
    assert np.abs(hidden([0], 1) - hidden([0], 2)).max() > 1


def test_with_nothing_to_go_by_it_is_the_mean() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6, 3)).astype(np.float32)
    hidden = Masker(pixels, Grid(2, 2, 6, 6), parse_fill("linear")).masked(range(4))
    np.testing.assert_allclose(hidden, np.broadcast_to(pixels.mean(axis=(0, 1)), (6, 6, 3)))
