"""What batch normalisation remembers of the pictures that a network was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST = 2
"""Batch normalisations to look at: later ones tell the ranges less apart."""

MIN_POSITIONS = 16
"""Fewest places of a map whose variance tells something."""

MAX_MISFIT = 50.0
"""Pixels that are 255 times too large misfit by thousands: as bad as any."""


@dataclass(frozen=True)
class Statistics:
    """A batch normalisation's running mean and variance, (channels,)."""

    mean: NDArray[np.floating[Any]]
    variance: NDArray[np.floating[Any]]
    epsilon: float

    @property
    def untouched(self) -> bool:
        """Whether they are as a new layer's."""
        return bool((self.mean == 0).all() and (self.variance == 1).all())


def misfit(maps: NDArray[Any], trained: Statistics) -> NDArray[np.float64] | None:
    """Return how far maps (n, height, width, channels) are from those of training: (n,).

    It is the Kullback-Leibler divergence of a channel's values from those that the layer remembers,
    both taken for normal, in nats; of the channels, the median. None where nothing can be told.
    """
    if trained.untouched or maps.shape[1] * maps.shape[2] < MIN_POSITIONS:
        return None
    with np.errstate(all="ignore"):
        scale = np.sqrt(trained.variance.astype(np.float64) + trained.epsilon)
        units = (maps.astype(np.float64) - trained.mean) / scale
        mean, variance = units.mean(axis=(1, 2)), units.var(axis=(1, 2))
        apart = (variance + mean**2 - 1 - np.log(variance + 1e-9)) / 2
        median = np.nan_to_num(np.median(apart, axis=1), nan=MAX_MISFIT)
    clipped: NDArray[np.float64] = np.clip(median, 0, MAX_MISFIT)
    return clipped


def mean_misfit(found: Sequence[NDArray[np.float64] | None]) -> NDArray[np.float64] | None:
    """Average the misfits of several layers, as far as they are known."""
    known = [one for one in found if one is not None]
    mean: NDArray[np.float64] | None = np.mean(known, axis=0) if known else None
    return mean
