"""PyTorch, torchvision and timm, wherever the tests run; and the drops in a plain loop.

PyPI's torchvision for Linux is built for CUDA. Beside a PyTorch for the CPU its own operators do
not load, and then it cannot be imported at all, nor can timm and the image processors of Hugging
Face. No classifier needs these operators; declaring two is enough.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

try:
    import torchvision
except RuntimeError:
    _declared = torch.library.Library("torchvision", "DEF")
    for _name in ("nms", "qnms"):
        _declared.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

import timm  # it imports torchvision

torch.set_num_threads(
    1
)  # the models are small, and threads wait for each other where cores are busy

__all__ = ["drops_by_hand", "timm", "torch", "torchvision"]


def drops_by_hand(
    ask: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    pixels: NDArray[np.float32],
    side: int,
) -> NDArray[np.float32]:
    """Hide one cell of `side` × `side` under its mean, ask about one picture at a time, subtract.

    `ask` takes float32 (1, H, W, C) in 0..255 and returns probabilities (1, classes).
    """
    before = ask(pixels[np.newaxis])[0]
    drops = np.empty((side, side), np.float32)
    height, width = (np.linspace(0, length, side + 1).astype(int) for length in pixels.shape[:2])
    for row, column in np.ndindex(side, side):
        hidden = pixels.copy()
        cell = hidden[height[row] : height[row + 1], width[column] : width[column + 1]]
        cell[:] = cell.mean(axis=(0, 1))
        drops[row, column] = (before - ask(hidden[np.newaxis])[0])[before.argmax()]
    return drops
