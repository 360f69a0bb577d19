"""Compare input ranges by what a network's batch normalisation remembers of its training."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.arrays import PreparedBatch

from .candidates import Candidate

MIN_MISFIT_LEAD = 0.4
"""Lead in misfit, in nats, from which one range is likelier than another.

Measured on six networks with real weights (docs/preflight.md): another range was reported under the
right one for 1 of 116 pictures, and under a wrong one that changes the answer for 312 of 334; with
the right range among those named for 379 of 387. Half the lead finds a twentieth more and is wrong
five times as often.
"""

MAX_MISFIT_TIE = 0.2
"""Gap to the best within which others are named, too."""


@dataclass(frozen=True)
class Remembered:
    """How far the picture misfits, as it is handed over now and in `others`, the best first."""

    now: float
    others: tuple[tuple[Candidate, float], ...]

    @property
    def settled(self) -> bool:
        """Whether the present range is far likelier than all others."""
        return all(misfit > self.now + MIN_MISFIT_LEAD for _, misfit in self.others)

    @property
    def better(self) -> tuple[Candidate, ...]:
        """The likeliest other range if it is far likelier, and those nearly as likely."""
        best = min((misfit for _, misfit in self.others), default=np.inf)
        if best > self.now - MIN_MISFIT_LEAD:
            return ()
        return tuple(other for other, misfit in self.others if misfit < best + MAX_MISFIT_TIE)

    def allows(self, candidate: Candidate) -> bool:
        """Whether a range is about as likely as the present one, or nothing is known of it."""
        known = dict(self.others).get(candidate, self.now)
        return known < self.now + MAX_MISFIT_TIE


def remember(
    classifier: Classifier, pixels: PreparedBatch, others: Sequence[Candidate]
) -> Generator[int, None, Remembered | None]:
    """Hold a picture in all ranges against the training; None where the model does not tell.

    The idea that batch normalisation keeps an image of its training set is that of H. Yin et al.,
    "Dreaming to Distill: Data-free Knowledge Transfer via DeepInversion", CVPR 2020.
    """
    ranges = [other for other in others if other.usual and not other.only_order]
    if classifier.misfit is None or not ranges:
        return None
    picture = pixels[np.newaxis]
    yield 1 + len(ranges)
    found = None
    with suppress(Exception), classifier.lock:  # a network that cannot be looked into
        handed = [
            np.asarray(preprocessing(picture), np.float32)
            for preprocessing in (
                classifier.preprocessing,
                *(candidate.preprocessing for candidate in ranges),
            )
        ]
        found = classifier.misfit(np.concatenate(handed))
    if found is None:
        return None
    by_misfit = sorted(zip(ranges, found[1:].tolist(), strict=True), key=lambda pair: pair[1])
    return Remembered(float(found[0]), tuple(by_misfit))
