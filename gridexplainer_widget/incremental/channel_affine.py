"""Changes to each channel of a map by numbers of the model, folded into a factor and an offset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Change: TypeAlias = tuple[
    Literal["add", "subtract", "multiply", "divide", "normalise"], tuple[Any, ...], float
]
"""The operation, the keys of its operands among the model's numbers, and an epsilon.

A normalisation has four operands (gain, shift, mean and variance); it alone needs the epsilon."""

ChannelNumbers: TypeAlias = NDArray[np.float64]
"""float64 (channels,), or (1,) where all channels share one number."""


def fold(
    changes: Sequence[Change], look_up: Callable[[Any], ChannelNumbers], channels: int
) -> tuple[ChannelNumbers, ChannelNumbers]:
    """Fold changes, done one after the other, into ``scale * x + offset``.

    Parameters
    ----------
    changes : sequence of Change
    look_up : callable
        The key of an operand → its numbers, float64 (channels,) or (1,).
    channels : int

    Returns
    -------
    scale, offset : float64 arrays (channels,)
    """
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
