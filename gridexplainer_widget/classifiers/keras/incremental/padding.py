"""Rows and columns that are added around the maps of a TensorFlow graph, or cropped."""

from __future__ import annotations

from typing import Any, TypeAlias

from gridexplainer_widget.incremental.graph import Pair

Pads: TypeAlias = tuple[Pair, Pair]
"""Rows added before and after a map, and columns; negative where they are cropped."""


def inside(size: Pair, stride: Pair) -> Pair:
    """Return the stride within windows, which hold no rows that are passed over."""
    rows, columns = (1 if n == 1 else step for n, step in zip(size, stride, strict=True))
    return rows, columns


def with_padding(  # noqa: PLR0913, PLR0917 - as an operation takes them
    tf: Any, x: Any, size: Pair, stride: Pair, pads: Pads, outside: float = 0.0
) -> tuple[Any, str]:
    """Pad maps, or leave it to the operation where that comes to the same and saves a copy."""
    wanted = tuple(
        same_pads(n, length, step)
        for n, length, step in zip(x.shape[1:3], size, stride, strict=True)
    )
    if wanted == pads:
        return x, "SAME" if any(map(any, pads)) else "VALID"
    return padded(tf, x, pads, outside), "VALID"


def same_pads(n: int, size: int, stride: int) -> Pair:
    """Return what TensorFlow adds before and after `n` rows with padding "SAME"."""
    total = max((-(-n // stride) - 1) * stride + size - n, 0)
    return total // 2, total - total // 2


def padded(tf: Any, x: Any, pads: Pads, outside: float = 0.0) -> Any:
    """Pad, or where negative crop, rows and columns of maps."""
    (top, bottom), (left, right) = pads
    if min(top, bottom, left, right) < 0:
        rows = slice(max(-top, 0), -max(-bottom, 0) or None)
        x = x[:, rows, slice(max(-left, 0), -max(-right, 0) or None)]
        top, bottom, left, right = (max(pad, 0) for pad in (top, bottom, left, right))
    if not any((top, bottom, left, right)):
        return x
    return tf.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=outside)
