"""Pad and crop maps in TensorFlow."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.incremental.step import Tensor
from gridexplainer_widget.incremental.window import NO_PADS, Pads, Pair

__all__ = ["Pads", "padded", "same_pads", "with_padding"]


def with_padding(  # noqa: PLR0913, PLR0917 - as an operation takes them
    tf: Any, x: Tensor, size: Pair, stride: Pair, pads: Pads, outside: float = 0.0
) -> tuple[Tensor, str]:
    """Pad maps, unless the operation can do it, which saves a copy.

    Return the maps and the operation's own padding, "SAME" or "VALID".
    """
    same = tuple(
        same_pads(n, length, step)
        for n, length, step in zip(x.shape[1:3], size, stride, strict=True)
    )
    if same == pads:
        return x, "VALID" if pads == NO_PADS else "SAME"
    return padded(tf, x, pads, outside), "VALID"


def same_pads(n: int, size: int, stride: int) -> Pair:
    """Return how many rows "SAME" adds before and after `n` rows."""
    total = max((-(-n // stride) - 1) * stride + size - n, 0)
    return total // 2, total - total // 2


def padded(tf: Any, x: Tensor, pads: Pads, outside: float = 0.0) -> Tensor:
    """Pad rows and columns, or crop where negative."""
    (top, bottom), (left, right) = pads
    if min(top, bottom, left, right) < 0:
        rows = slice(max(-top, 0), -max(-bottom, 0) or None)
        x = x[:, rows, slice(max(-left, 0), -max(-right, 0) or None)]
        top, bottom, left, right = (max(pad, 0) for pad in (top, bottom, left, right))
    if not any((top, bottom, left, right)):
        return x
    return tf.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=outside)
