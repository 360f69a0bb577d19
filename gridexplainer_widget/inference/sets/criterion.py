"""Whether a model's answer is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.clear_answer import is_clear
from gridexplainer_widget.core.scores import INDEPENDENT

Kind: TypeAlias = Literal["enough", "needed"]
"""Enough: the set alone keeps the answer. Needed: hiding it changes the answer."""

KINDS: tuple[Kind, Kind] = ("enough", "needed")


class Outcome(NamedTuple):
    """What one set of cells does.

    `works`: it fulfils the criterion. `lead`: how near it comes, above all for ranking sets.
    """

    works: bool
    lead: float


@dataclass(frozen=True)
class Criterion:
    """The answer is the target: it is the top class, or, of a sigmoid, above 0.5.

    With a `margin`, the target's probability must lead the next one's by more to be kept, and fall
    behind by as much to be changed. If it must be `clear`, it is lost where all classes are near
    alike, whichever of them is first.
    """

    target: int
    output: str
    margin: float = 0.0
    clear: bool = False

    @classmethod
    def of(cls, target: int, output: str, whole: Probabilities, margin: float = 0.0) -> Criterion:
        """Return the criterion for a picture: where its own answer is clear, a kept one must be."""
        clear = output not in INDEPENDENT and is_clear(whole)
        return cls(target, output, margin, clear)

    def kept(self, vector: Probabilities) -> bool:
        """Tell whether the answer is the target."""
        target, other = self._both(vector)
        return target - other > self.margin and self._is_clear(vector)

    def kept_without_margin(self, vector: Probabilities) -> bool:
        """Tell whether the answer is the target, if only just."""
        target, other = self._both(vector)
        return target > other and self._is_clear(vector)

    def changed(self, vector: Probabilities) -> bool:
        """Tell whether the answer is no longer the target."""
        target, other = self._both(vector)
        return target - other <= -self.margin or not self._is_clear(vector)

    def _is_clear(self, vector: Probabilities) -> bool:
        return not self.clear or is_clear(vector)

    def outcome(self, kind: Kind, vector: Probabilities) -> Outcome:
        """Judge a set by what the model says of the picture that belongs to its kind."""
        target, other = self._both(vector)
        tiny = float(np.finfo(np.float32).tiny)
        lead = float(np.log(max(target, tiny)) - np.log(max(other, tiny)))
        if kind == "enough":
            return Outcome(self.kept(vector), lead)
        return Outcome(self.changed(vector), -lead)

    def _both(self, vector: Probabilities) -> tuple[float, float]:
        """Return the target's probability, and that of what else would be the answer."""
        target = float(vector[self.target])
        if self.output in INDEPENDENT or len(vector) == 1:
            return target, 1 - target
        return target, float(np.delete(vector, self.target).max())
