"""How many pictures to ask about at once, found by time: for devices whose costs nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, replace

CHEAPER = 0.9
"""A picture must take less than this share of the time before, or batches grow no further."""


@dataclass(frozen=True)
class Pace:
    """The size of batches, doubled while a picture gets cheaper.

    The first batch of each size only warms up: devices choose their kernels then.

    Parameters
    ----------
    size, most
        Pictures at once, now and at most.
    least
        Size to go back to where the device refuses more.
    best
        Seconds of a picture at the size before; None at the first.
    warm
        Whether a batch of this size has been run.
    settled
        Whether batches grow no further.
    """

    size: int
    most: int
    least: int
    best: float | None = None
    warm: bool = False
    settled: bool = False

    @classmethod
    def starting(cls, size: int, most: int) -> Pace:
        """Start with batches of `size`."""
        return cls(size, most, size)

    def after(self, pictures: int, seconds: float) -> Pace:
        """Draw the conclusion from a batch; one that was not full tells nothing."""
        if self.settled or pictures != self.size:
            return self
        if not self.warm:
            return replace(self, warm=True)
        each = seconds / pictures
        if self.best is not None and each >= CHEAPER * self.best:
            return replace(self, size=self.size // 2, settled=True)
        if 2 * self.size > self.most:
            return replace(self, settled=True)
        return replace(self, size=2 * self.size, best=each, warm=False)

    def refused(self) -> Pace:
        """Go back to the least size: the device ran out of memory, say."""
        return replace(self, size=self.least, settled=True)
