"""The drops against a loop that hides one cell, calls the model and subtracts."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gridexplainer_widget import GridExplainer
from tests.support.models import weights

SIZES = [((16, 16), 4), ((17, 13), (3, 5)), ((10, 23), (7, 2)), ((9, 9), 9), ((11, 7), 1)]


def cells_of(height: int, width: int, rows: int, columns: int):
    for row in range(rows):
        for column in range(columns):
            inside = np.zeros((height, width), bool)
            for y in range(height):
                for x in range(width):
                    # the cell whose share of the picture the pixel's place lies in
                    r = max(k for k in range(rows) if k * height // rows <= y)
                    c = max(k for k in range(columns) if k * width // columns <= x)
                    inside[y, x] = (r, c) == (row, column)
            yield row, column, inside


def stand_in(fill: object, picture: np.ndarray, inside: np.ndarray, cell: tuple[float, float]):
    if fill == "cell-mean":
        return picture[inside].mean(axis=0)
    if fill == "cell-gray":
        return np.full(3, picture[inside].mean())
    if fill == "picture-mean":
        return picture.reshape(-1, 3).mean(axis=0)
    if fill == "blur":
        sigma = max(cell) / 2
        blurred = [gaussian_filter(picture[..., c], sigma) for c in range(3)]
        return np.stack(blurred, axis=-1)[inside]
    if fill == "noise":
        rng = np.random.default_rng(0)
        values = rng.standard_normal(picture.shape, np.float32)
        mean, deviation = picture.mean(axis=(0, 1)), picture.std(axis=(0, 1))
        return np.clip(mean + deviation * values, 0, 255)[inside]
    if fill == "inpaint" and inside.all():  # nothing around to fill in from
        return picture.reshape(-1, 3).mean(axis=0)
    if fill == "inpaint":
        import cv2

        bgr = np.rint(picture).astype(np.uint8)
        mask = inside.astype(np.uint8)
        layers = [cv2.inpaint(bgr[..., c].copy(), mask, 3, cv2.INPAINT_TELEA) for c in range(3)]
        return np.stack(layers, axis=-1)[inside]
    if callable(fill):
        return fill(picture, inside)[inside]
    return np.float32({"red": (255, 0, 0)}[fill])


def mirrored(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    return pixels[:, ::-1]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    "fill",
    ["cell-mean", "cell-gray", "picture-mean", "blur", "noise", "inpaint", "red", mirrored],
    ids=lambda fill: getattr(fill, "__name__", fill),
)
def test_drops_equal_a_loop(fill: object, size: tuple[tuple[int, int], object]) -> None:
    (height, width), grid_size = size
    rows, columns = (grid_size, grid_size) if isinstance(grid_size, int) else grid_size
    picture = np.random.default_rng(5).uniform(0, 255, (height, width, 3)).astype(np.float32)
    explainer = GridExplainer(weights, grid_size, fill=fill, batch_size=4, joint=False)
    explanation = explainer.explain(picture)
    before = weights(picture[np.newaxis])[0]
    target = int(before.argmax())
    assert explanation.target == target
    for row, column, inside in cells_of(height, width, rows, columns):
        hidden = picture.copy()
        cell = (height / rows, width / columns)
        hidden[inside] = stand_in(fill, picture, inside, cell)
        after = weights(hidden[np.newaxis])[0]
        np.testing.assert_allclose(explanation.vectors[row, column], after, atol=1e-5)
        drop = before[target] - after[target]
        np.testing.assert_allclose(explanation.drops[row, column], drop, atol=1e-5)


def test_cell_gray_is_the_originals_arithmetic() -> None:
    """One number over the cell's pixels and channels, on the raw picture, before preprocessing."""
    picture = np.random.default_rng(6).integers(0, 256, (24, 24, 3)).astype(np.uint8)

    def preprocess(batch: np.ndarray) -> np.ndarray:
        return batch[..., ::-1] - np.float32([103.939, 116.779, 123.68])

    def model(batch: np.ndarray) -> np.ndarray:
        return weights(batch + 128)

    explainer = GridExplainer(model, 8, fill="cell-gray", preprocess=preprocess, joint=False)
    drops = explainer.explain(picture, 2).drops
    base = model(preprocess(picture[np.newaxis].astype(np.float32)))[0, 2]
    for i in range(8):
        for j in range(8):
            masked = picture.astype(np.float32)
            patch = masked[3 * i : 3 * i + 3, 3 * j : 3 * j + 3]
            patch[:] = patch.mean()
            drop = base - model(preprocess(masked[np.newaxis]))[0, 2]
            assert abs(drops[i, j] - drop) < 1e-5
