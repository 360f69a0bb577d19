"""How many of how many, and between what bounds that lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class Share:
    """A count of pictures, with the interval of Clopper and Pearson.

    Parameters
    ----------
    count, of : int
        So many of so many pictures.
    confidence : float, 0..1
        Of the interval; larger where several questions are asked at once.
    """

    count: int
    of: int
    confidence: float = CONFIDENCE

    @property
    def value(self) -> float:
        """The share, 0..1; 0 of no pictures."""
        return self.count / self.of if self.of else 0.0

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Where the share of all such pictures lies, 0..1."""
        from scipy.stats import beta  # noqa: PLC0415 - slow to import

        rest, tail = self.of - self.count, (1 - self.confidence) / 2
        low = float(beta.ppf(tail, self.count, rest + 1)) if self.count else 0.0
        high = float(beta.ppf(1 - tail, self.count + 1, rest)) if rest else 1.0
        return low, high

    def above(self, other: Share) -> bool:
        """Whether the intervals do not touch, and this one is above."""
        return self.of > 0 and other.of > 0 and self.bounds[0] > other.bounds[1]

    def __str__(self) -> str:
        if not self.of:
            return "no pictures"
        return f"{self.count:,} of {self.of:,} ({self.text}, {self.bounds_text})"

    @property
    def text(self) -> str:
        """The share in percent, never rounded to none or all."""
        if 0 < self.value < 0.005:
            return "<1%"
        if 0.995 <= self.value < 1:
            return ">99%"
        return f"{self.value:.0%}"

    @property
    def bounds_text(self) -> str:
        """The bounds, rounded outwards."""
        low, high = self.bounds
        return f"{math.floor(100 * low)} to {math.ceil(100 * high)}%"
