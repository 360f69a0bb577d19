"""Where an output position looks at a map: windows, strides and padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]
"""Along the rows, along the columns."""

Pads: TypeAlias = tuple[Pair, Pair]
"""Rows added before and after a map, and columns; negative where they are cropped."""

NO_PADS: Pads = ((0, 0), (0, 0))


@dataclass(frozen=True)
class Window:
    """Where an output position looks at a map.

    Output row y sees rows ``y * stride - before`` up to, not including,
    ``y * stride - before + size`` of the map with each row repeated `repeat` times; columns alike.

    Parameters
    ----------
    size : (int, int)
        Rows and columns, dilation included.
    stride, before : (int, int)
        `before` is the padding above and to the left; negative where the map is cropped.
    repeat : (int, int)
        How often each row and column is repeated (nearest upsampling).
    outside : float
        Value of the padding.
    """

    size: Pair = (1, 1)
    stride: Pair = (1, 1)
    before: Pair = (0, 0)
    repeat: Pair = (1, 1)
    outside: float = 0.0

    @property
    def step(self) -> Pair:
        """Distance between the rows and columns that are read; 1 unless some are skipped."""
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
"""An output position sees the same position of the map."""


def window_span(size: Pair, dilation: Pair) -> Pair:
    """Return how many rows and columns a dilated window spans."""
    rows, columns = ((n - 1) * apart + 1 for n, apart in zip(size, dilation, strict=True))
    return rows, columns


def stride_in_windows(size: Pair, stride: Pair) -> Pair:
    """Return the stride over gathered windows, which hold no rows and columns that are skipped."""
    rows, columns = (1 if n == 1 else step for n, step in zip(size, stride, strict=True))
    return rows, columns
