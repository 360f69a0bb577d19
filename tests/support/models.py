"""Models whose drops can be worked out by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def brightness(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Two classes: the mean of all values over 255 is the probability of the second."""
    bright = batch.mean(axis=(1, 2, 3), dtype=np.float64) / 255
    return np.stack([1 - bright, bright], axis=1).astype(np.float32)


class TopLeft:
    """Three classes; the second is as probable as the top left `size` pixels are bright."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.batches: list[int] = []

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.batches.append(len(batch))
        corner = batch[:, : self.size, : self.size].mean(axis=(1, 2, 3)) / 255
        return np.stack([0.25 * (1 - corner), corner, 0.75 * (1 - corner)], axis=1)


class Spoiled:
    """`brightness` until `good` pictures have been seen, then whatever `spoil` does."""

    def __init__(self, good: int, spoil: str) -> None:
        self.left, self.spoil = good, spoil

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        answer = brightness(batch)
        bad = np.arange(len(batch)) >= self.left
        self.left -= len(batch)
        if bad.any():
            if self.spoil == "raise":
                raise RuntimeError("the graphics card caught fire")
            if self.spoil == "interrupt":
                raise KeyboardInterrupt
            answer[bad] = np.nan
        return answer


def weights(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Four classes, softmax over smooth functions of every pixel: no two cells alike."""
    flat = batch.reshape(len(batch), -1).astype(np.float64) / 255
    rng = np.random.default_rng(7)
    logits = flat @ rng.normal(size=(flat.shape[1], 4)) / 4
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)


def either(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Two classes: sure of the first as long as one of two corners of 8×8 pixels is bright."""
    corners = batch[:, :8, :8].mean((1, 2, 3)), batch[:, -8:, -8:].mean((1, 2, 3))
    bright = np.maximum(*corners) / 255
    return np.stack([bright, 1 - bright], axis=1)


def unforeseeable(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Two classes: what it says of a picture tells nothing of another."""
    sums = np.rint(batch).reshape(len(batch), -1).sum(axis=1, dtype=np.float64)
    share = 0.4 + 0.2 * (sums * 0.6180339887498949 % 1)
    return np.stack([share, 1 - share], axis=1).astype(np.float32)
