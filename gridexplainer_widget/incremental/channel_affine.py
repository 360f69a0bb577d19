"""Folds per-channel operations into one factor and one offset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Change: TypeAlias = tuple[
    Literal["add", "subtract", "multiply", "divide", "normalise"], tuple[Any, ...], float
]
"""Operation, keys of its operands in the model's weights, and epsilon.

Only "normalise" uses epsilon; its operands are gain, shift, mean and variance."""

ChannelNumbers: TypeAlias = NDArray[np.float64]
"""float64 (channels,), or (1,) where all channels share one number."""


def fold(
    changes: Sequence[Change], look_up: Callable[[Any], ChannelNumbers], channels: int
) -> tuple[ChannelNumbers, ChannelNumbers]:
    """Fold changes into ``scale * x + offset``; return both, float64 (channels,)."""
    scale, offset = np.ones(channels), np.zeros(channels)
    for operation, keys, epsilon in changes:
        operands = [look_up(key) for key in keys]
        if operation == "multiply":
            scale, offset = scale * operands[0], offset * operands[0]
        elif operation == "divide":
            scale, offset = scale / operands[0], offset / operands[0]
        elif operation == "normalise":
            gain, shift, mean, variance = operands
            factor = gain / np.sqrt(variance + epsilon)
            scale, offset = scale * factor, (offset - mean) * factor + shift
        else:
            offset = offset + operands[0] if operation == "add" else offset - operands[0]
    return scale, offset
