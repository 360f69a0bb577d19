"""Small pictures on disk, and models that studies ask about them, also in other processes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget import GridExplainer

from .models import brightness, weights

SIDE = 8


def pictures_in(folder: Path, count: int) -> list[Path]:
    """Write pictures of noise, each of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:03d}.png" for number in range(count)]
    for number, path in enumerate(paths):
        Image.fromarray(noise(number)).save(path)
    return paths


def noise(number: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(number)
    return rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


def tiny(model: object = weights, **settings: object) -> GridExplainer:
    """An explainer of 2×2 cells alone."""
    given = {"grid_size": 2, "joint": False, "input_shape": (SIDE, SIDE), **settings}
    return GridExplainer(model, **given)  # type: ignore[arg-type]


def slow(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """`weights`, in a while."""
    time.sleep(0.01)
    return weights(batch)


def dying(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """`brightness`; a picture with a corner of pure red takes the process with it."""
    if (batch[:, 0, 0] == (255, 0, 0)).all(axis=1).any():
        os._exit(9)
    return brightness(batch)


class Watched:
    """`weights`, and which whole pictures were asked about."""

    def __init__(self) -> None:
        self.asked = set[bytes]()

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.asked |= {picture.astype(np.uint8).tobytes() for picture in batch}
        return weights(batch)

    def was_asked(self, number: int) -> bool:
        """Whether it saw :func:`noise` of a number."""
        return noise(number).tobytes() in self.asked


class Turning:
    """`weights` of some classes, in another order from one moment on."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.left -= len(batch)
        return weights(batch)[:, :: 1 if self.left >= 0 else -1]
