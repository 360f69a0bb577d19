"""Whether a run's numbers come from the model as it is at this moment.

What is compiled of a model answers for the model that it was compiled of. So the model itself is
asked about the whole picture, too: before the first numbers, and again before others join them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import combinations

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.mark import Mark
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.errors import ModelChangedError

ROUNDING = 1e-5
"""By which share of a number two ways to calculate it may differ without a question."""

MAX_ROUNDING = 1e-3
"""What rounding may come to, once the model was read anew."""

KEPT_ROUNDING = 1e-2
"""What rounding may come to in an answer that was kept, perhaps from another machine."""

SMALLEST = 1e-6
"""Numbers below this share of the largest are compared as if they were that large."""

REPEATS = 4
"""How often a model that has changed, or so it seems, is asked the same."""

CHANCE_SHARE = 0.25
"""A model that differs from itself by this share of the change answers by chance."""

RUN_AGAIN = "What was scored before is of the model as it was: run again to ask the model as it is."


class Witness:
    """Remembers the state of the model that a run belongs to.

    Parameters
    ----------
    picture : (1, height, width, channels)
        The whole picture, 0..255.
    """

    def __init__(self, classifier: Classifier, picture: PreparedBatch) -> None:
        self._classifier, self._picture = classifier, picture
        self._mark: Mark | None = None
        self._own: Probabilities | None = None
        self._by_chance = False

    def begin(self) -> None:
        """Take the model's mark before its first answer."""
        self._mark, self._own = self._take_mark(), None

    def accepts(self, answer: Probabilities, way: Hashable, *, renewed: bool) -> bool:
        """Compare an answer about the whole picture with the model's own.

        Parameters
        ----------
        way
            How the answer was calculated. Not asked again while the model's mark shows that all
            is as it was when this way was last compared.
        renewed
            Whether the model was just read anew: what differs now is rounding or a fault.
        """
        known, key = self._classifier.confirmed, self._key(way)
        if key in known and self._mark is not None and self._mark.complete:
            return True
        self._own = self._ask_itself()
        off = difference(answer, self._own)
        first = renewed or key not in known
        allowed = MAX_ROUNDING if first else max(ROUNDING, 4 * known[key])
        if off > allowed:
            return False
        known[key] = max(off, known.get(key, 0.0))
        return True

    def distrusts(self, way: Hashable) -> bool:
        """Whether a way was found to be wrong, even read anew."""
        return self._classifier.confirmed.get(self._key(way)) == np.inf

    def distrust(self, way: Hashable) -> None:
        """Remember that a way is wrong."""
        self._classifier.confirmed[self._key(way)] = np.inf

    def moved(self) -> bool:
        """Whether the model's mark has changed."""
        return self._take_mark() != self._mark

    def confirm(self, baseline: Probabilities) -> None:
        """Ask whether the model is still what it was when it gave this baseline.

        Raises
        ------
        ModelChangedError
            It is not.
        """
        mark = self._take_mark()
        if mark is not None and mark.complete and mark == self._mark:
            return
        now = self._ask_itself()
        compared = baseline if self._own is None else self._own
        allowed = MAX_ROUNDING if self._own is None else ROUNDING
        self.judge(compared, now, self._ask_itself, allowed)
        after = self._take_mark()
        # Weights that asking alone changes tell nothing.
        if mark and after and self._mark and mark.weights == after.weights != self._mark.weights:
            raise ModelChangedError(f"{self._said} Its weights are others. {RUN_AGAIN}")
        self._mark = after

    def judge(
        self,
        before: Probabilities,
        now: Probabilities,
        repeat: Callable[[], Probabilities],
        allowed: float = ROUNDING,
    ) -> None:
        """Raise ModelChangedError if two answers differ that should not.

        `repeat` asks again as `before` was asked: an answer may depend on the pictures in its
        batch. It may depend on chance, too: then the model differs from itself.
        """
        if self._by_chance or difference(before, now) <= allowed:
            return
        again = repeat()
        off = difference(before, again)
        if off <= allowed:
            return
        asked = [self._ask_itself() for _ in range(REPEATS)]
        apart = max(difference(one, other) for one, other in combinations(asked, 2))
        self._by_chance = apart >= CHANCE_SHARE * off
        if self._by_chance:
            return
        names = self._classifier.names(len(before))
        index = int(np.abs(again - before).argmax()) if len(again) == len(before) else 0
        raise ModelChangedError(
            f"{self._said} On the whole picture it gave “{names[index]}” {before[index]:.4g}, and "
            f"now gives {again[index]:.4g}. {RUN_AGAIN}"
        )

    def _key(self, way: Hashable) -> Hashable:
        sure = self._mark is not None and self._mark.complete
        return (self._mark.structure if self._mark is not None and sure else None, way)

    @property
    def _said(self) -> str:
        return f"{self._classifier.name} has changed since."

    def _ask_itself(self) -> Probabilities:
        answer: Probabilities = self._classifier.ask_itself(self._picture)[0]
        return answer

    def _take_mark(self) -> Mark | None:
        return None if self._classifier.mark is None else self._classifier.mark()


def difference(one: Probabilities, other: Probabilities) -> float:
    """Return the largest relative difference of two answers, infinity if they do not compare."""
    if one.shape != other.shape or (np.isnan(one) != np.isnan(other)).any():
        return float("inf")
    a, b = one.astype(np.float64), other.astype(np.float64)
    largest = np.nanmax(np.abs([a, b]), initial=0)
    if largest == 0 or not np.isfinite(largest):
        return 0.0 if np.array_equal(a, b, equal_nan=True) else float("inf")
    scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), SMALLEST * largest)
    return float(np.nanmax(np.abs(a - b) / scale, initial=0))
