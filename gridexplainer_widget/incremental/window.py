"""Which part of its input an output position reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]
"""(rows, columns)."""

Pads: TypeAlias = tuple[Pair, Pair]
"""((top, bottom), (left, right)) padding; negative where cropped."""

NO_PADS: Pads = ((0, 0), (0, 0))


@dataclass(frozen=True)
class Window:
    """The part of an input map that one output position reads.

    Output row y reads rows ``y * stride - before`` up to, excluding, ``y * stride - before + size``
    of the input with each row repeated `repeat` times (nearest-neighbour upsampling); columns
    likewise.

    Parameters
    ----------
    size
        Dilation included.
    before
        Padding at the top and left; negative where cropped.
    outside
        Value of the padding.
    """

    size: Pair = (1, 1)
    stride: Pair = (1, 1)
    before: Pair = (0, 0)
    repeat: Pair = (1, 1)
    outside: float = 0.0

    @property
    def step(self) -> Pair:
        """Distance between rows (columns) read: the stride where `size` is 1, else 1."""
        rows, columns = (
            stride if size == 1 else 1 for size, stride in zip(self.size, self.stride, strict=True)
        )
        return rows, columns

    def reach(self, size: Pair) -> Pair:
        """Return how many rows and columns an output of `size` reads."""
        rows, columns = (
            n if length == 1 else (n - 1) * stride + length
            for n, length, stride in zip(size, self.size, self.stride, strict=True)
        )
        return rows, columns


POINT = Window()
"""Reads the same position alone."""


def window_span(size: Pair, dilation: Pair) -> Pair:
    """Return how many rows and columns a dilated kernel spans."""
    rows, columns = ((n - 1) * apart + 1 for n, apart in zip(size, dilation, strict=True))
    return rows, columns


def stride_in_windows(size: Pair, stride: Pair) -> Pair:
    """Return the stride over filled windows, which leave out what no position reads."""
    rows, columns = (1 if n == 1 else step for n, step in zip(size, stride, strict=True))
    return rows, columns
