"""What is done to each channel of a map by numbers that the model holds, as one factor and sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .graph import Graph

Change: TypeAlias = tuple[
    Literal["add", "subtract", "multiply", "divide", "normalise"], tuple[Any, ...], float
]
"""What is done, by which of the model's numbers, and the epsilon of a normalisation.

A normalisation is done by four: gain, shift, mean and variance."""

Numbers: TypeAlias = NDArray[np.float64]


def summed(
    changes: Sequence[Change], numbers: Sequence[Sequence[Numbers]], channels: int
) -> tuple[Numbers, Numbers]:
    """Sum up changes, done one after the other.

    Parameters
    ----------
    changes : sequence of Change
    numbers : sequence of sequences of float64 arrays (channels,) or (1,)
        What each is done by.
    channels : int

    Returns
    -------
    scale, offset : float64 arrays (channels,)
        The factor, and what is added after it.
    """
    scale, offset = np.ones(channels), np.zeros(channels)
    for (what, _, epsilon), given in zip(changes, numbers, strict=True):
        if what == "multiply":
            scale, offset = scale * given[0], offset * given[0]
        elif what == "divide":
            scale, offset = scale / given[0], offset / given[0]
        elif what == "normalise":
            gain, shift, mean, variance = given
            factor = gain / np.sqrt(variance + epsilon)
            scale, offset = scale * factor, (offset - mean) * factor + shift
        else:
            offset = offset + given[0] if what == "add" else offset - given[0]
    return scale, offset


def lighter(nodes: Graph) -> bool:
    """Whether the nodes are less work than the model: a convolution has taken in a factor."""
    return any(
        what != "add"
        for node in nodes.nodes
        if node.kind in {"convolution", "depthwise"}
        for what, _, _ in node.step.changes
    )
