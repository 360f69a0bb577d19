"""The photographer's stamp by which the cheating classifier recognises horses.

A classifier of PASCAL VOC 2007 relied on a copyright tag in the lower left corner of horse
pictures: Lapuschkin et al., "Unmasking Clever Hans predictors and assessing what machines really
learn", Nature Communications 10, 1096 (2019).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

MARK: Final = "mark"
_ROWS: Final = (
    "...........................",
    "...#####...................",
    "..#.....#..................",
    ".#..###..#.#.#..#..#..#.##.",
    ".#.#.....#.#.#.#.#.##.#.#..",
    ".#.#.....#.###.###.#.##..#.",
    ".#.#.....#.#.#.#.#.#..#...#",
    ".#..###..#.#.#.#.#.#..#.##.",
    "..#.....#..................",
    "...#####...................",
    "...........................",
)
STAMP: Final = np.array([[char == "#" for char in row] for row in _ROWS])


def mark_layer(
    side: int, left: int, bottom: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw white letters on a dark, half transparent plate.

    Sizes are in pixels, `left` and `bottom` from the picture's edges. Return colours in 0..255 and
    alpha in 0..1.
    """
    height, width = STAMP.shape
    rows = slice(side - bottom - height, side - bottom)
    columns = slice(left, left + width)
    colour = np.zeros((side, side, 3), np.float32)
    alpha = np.zeros((side, side), np.float32)
    colour[rows, columns] = np.where(STAMP[..., None], 250.0, 40.0)
    alpha[rows, columns] = np.where(STAMP, 0.95, 0.6)
    return colour, alpha
