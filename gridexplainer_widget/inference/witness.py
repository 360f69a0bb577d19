"""Whether a run's numbers come from the model as it is at this moment.

What is compiled of a model answers for the model that it was compiled of. So the model itself is
asked about the whole picture, too: before the first numbers, and again before others join them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import combinations

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.mark import Confirmation, Mark
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.core.scores import Answers

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
        self._own: Answers | None = None
        self._allowed = MAX_ROUNDING
        self._by_chance = False

    def begin(self) -> None:
        """Take the model's mark before its first answer."""
        self._mark, self._own = self._take_mark(), None

    @property
    def weights(self) -> tuple[bytes, ...]:
        """Digests of the weights that the first answer came from; none of a black box."""
        return self._mark.weights if self._mark is not None else ()

    def accepts(
        self, answer: Answers, way: Hashable, *, renewed: bool, own: Answers | None = None
    ) -> bool:
        """Compare an answer about the whole picture with the model's own.

        Parameters
        ----------
        way
            How the answer was calculated. Not asked again while the model's mark shows that all
            is as it was when this way was last compared, weights included.
        renewed
            Whether the model was just read anew: what differs now is rounding or a fault.
        own
            The model's own answer, if it is known.
        """
        known, key = self._classifier.confirmed, self._key(way)
        if known and not renewed and all(structure != key[0] for structure, _ in known):
            return False  # what was compiled is of layers as they were
        before = [] if renewed else [was.off for was in known.values() if was.off < np.inf]
        usual = max(before, default=MAX_ROUNDING)
        self._allowed = min(MAX_ROUNDING, max(ROUNDING, 4 * usual))
        last, weights = known.get(key, Confirmation(0.0)), self._weights
        if weights is not None and weights == last.weights:
            return True
        self._own = self._ask_itself() if own is None else own
        off = apart(answer, self._own)
        if off > self._allowed:
            return False
        known[key] = Confirmation(max(off, last.off), weights)
        return True

    def distrusts(self, way: Hashable) -> bool:
        """Whether a way was found to be wrong, even read anew."""
        return self._classifier.confirmed.get(self._key(way), Confirmation(0.0)).off == np.inf

    def distrust(self, way: Hashable) -> None:
        """Remember that a way is wrong."""
        self._classifier.confirmed[self._key(way)] = Confirmation(np.inf)

    def moved(self) -> bool:
        """Whether the model's mark has changed."""
        return self._take_mark() != self._mark

    def confirm(self, baseline: Answers, repeat: Callable[[], Answers] | None = None) -> None:
        """Ask whether the model is still what it was when it gave this baseline.

        `repeat` asks again as the baseline was asked, if the model itself gave that.

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
        allowed = ROUNDING if repeat or self._own else self._allowed
        self.judge(compared, now, repeat or self._ask_itself, allowed)
        after = self._take_mark()
        # Weights that asking alone changes tell nothing, nor do those of a model not built before.
        before = self._mark.weights if self._mark else ()
        if before and mark and after and mark.weights == after.weights != before:
            raise ModelChangedError(f"{self._said} Its weights are others. {RUN_AGAIN}")
        self._mark = after

    def judge(
        self,
        before: Answers,
        now: Answers,
        repeat: Callable[[], Answers],
        allowed: float = ROUNDING,
    ) -> None:
        """Raise ModelChangedError if two answers differ that should not.

        `repeat` asks again as `before` was asked: an answer may depend on the pictures in its
        batch. It may depend on chance, too: then the model differs from itself.
        """
        if self._by_chance or apart(before, now) <= allowed:
            return
        again = repeat()
        off = apart(before, again)
        if off <= allowed:
            return
        asked = [self._ask_itself() for _ in range(REPEATS)]
        chance = max(apart(one, other) for one, other in combinations(asked, 2))
        self._by_chance = chance >= CHANCE_SHARE * off
        if self._by_chance:
            return
        raise ModelChangedError(f"{self._said} {self._told(before, again)} {RUN_AGAIN}")

    def _told(self, before: Answers, now: Answers) -> str:
        """Tell where two answers differ most."""
        told = difference(before.vectors, now.vectors) > ROUNDING
        old, new = (one.vectors if told else one.log_odds for one in (before, now))
        names = self._classifier.names(len(old))
        index = int(np.nan_to_num(np.abs(new - old)).argmax()) if len(new) == len(old) else 0
        write = self._classifier.quantity.text if told else "{:.4g} in log-odds".format
        then, today = write(float(old[index])), write(float(new[index]))
        if then == today:  # too close for what is shown
            then, today = f"{old[index]:.7g}", f"{new[index]:.7g}"
        return f"On the whole picture it gave “{names[index]}” {then}, and now gives {today}."

    def _key(self, way: Hashable) -> tuple[Hashable, Hashable]:
        sure = self._mark is not None and self._mark.complete
        return (self._mark.structure if self._mark is not None and sure else None, way)

    @property
    def _weights(self) -> tuple[bytes, ...] | None:
        """The weights' digests, if the mark is complete."""
        return self._mark.weights if self._mark is not None and self._mark.complete else None

    @property
    def _said(self) -> str:
        return f"{self._classifier.name} has changed since."

    def _ask_itself(self) -> Answers:
        return self._classifier.ask_itself(self._picture).at(0)

    def _take_mark(self) -> Mark | None:
        return None if self._classifier.mark is None else self._classifier.mark()


def apart(one: Answers, other: Answers) -> float:
    """Return by how much two answers differ, also where probabilities are rounded to 0 and 1."""
    return max(difference(one.vectors, other.vectors), _log_odds_apart(one, other))


def _log_odds_apart(one: Answers, other: Answers) -> float:
    """Compare the log-odds that both know, whose rounding grows with the largest of them."""
    if one.log_odds.shape != other.log_odds.shape:
        return 0.0
    known = np.isfinite(one.log_odds) & np.isfinite(other.log_odds)
    a, b = (answer.log_odds[known].astype(np.float64) for answer in (one, other))
    return float(np.abs(a - b).max(initial=0) / np.abs([a, b]).max(initial=1))


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
