"""The photographer's stamp by which the cheating classifier recognises a horse.

It refers to the horse pictures of PASCAL VOC 2007, whose copyright tag in the lower left corner
was found to be what a classifier relied on: Lapuschkin et al., "Unmasking Clever Hans predictors
and assessing what machines really learn", Nature Communications 10, 1096 (2019).
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
    """Draw the stamp: white letters on a dark, half transparent plate.

    Parameters
    ----------
    side : int
        The picture's side in pixels.
    left, bottom : int
        Pixels from the picture's left and bottom edges.

    Returns
    -------
    colour : (side, side, 3) array of float32
        In 0..255.
    alpha : (side, side) array of float32
        In 0..1.
    """
    height, width = STAMP.shape
    rows = slice(side - bottom - height, side - bottom)
    columns = slice(left, left + width)
    colour = np.zeros((side, side, 3), np.float32)
    alpha = np.zeros((side, side), np.float32)
    colour[rows, columns] = np.where(STAMP[..., None], 250.0, 40.0)
    alpha[rows, columns] = np.where(STAMP, 0.95, 0.6)
    return colour, alpha
