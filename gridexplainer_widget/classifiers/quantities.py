"""What a model's numbers are, and how they are written; browsers receive it over the wire."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.scores import SCORES, Score

from .outputs import percent


@dataclass(frozen=True)
class Quantity:
    """Probabilities of classes, or values in a `unit` of their own, such as "years".

    Only probabilities have chance, certainty and log-odds; only they can be compared with each
    other, so that one is the largest.
    """

    name: Literal["probability", "value"] = "probability"
    unit: str = ""

    @property
    def is_value(self) -> bool:
        """Whether numbers are values."""
        return self.name == "value"

    @property
    def scores(self) -> tuple[Score, ...]:
        """What drops may be differences of."""
        return ("value",) if self.is_value else SCORES

    @property
    def noun(self) -> str:
        """What to call the unit of differences in a sentence."""
        return self.unit or self.name

    def text(self, number: float) -> str:
        """Write a number: "83.0%", or "57.4 years"."""
        return f"{value_text(number)} {self.unit}".rstrip() if self.is_value else percent(number)

    def leading(self, vector: NDArray[np.floating[Any]], k: int) -> list[int]:
        """Return `k` classes: the most probable, best first; of values, the first in order."""
        order = np.arange(len(vector)) if self.is_value else np.argsort(-vector, kind="stable")
        return [int(index) for index in order[:k]]

    @property
    def noun_of_each(self) -> str:
        """What to call an output without a label."""
        return "value" if self.is_value else "class"

    @property
    def record(self) -> dict[str, str]:
        """Plain values, for browsers."""
        return asdict(self)


PROBABILITY: Final = Quantity()


def quantity_of(settings: Mapping[str, Any]) -> Quantity:
    """Return the quantity of an explanation's settings: `output` and `unit`."""
    if settings.get("output") != "value":
        return PROBABILITY
    return Quantity("value", str(settings.get("unit") or ""))


def value_text(value: float) -> str:
    """Write a value with four digits or more, and a typographic minus; as value_text.ts does."""
    size = abs(value)
    if size and not 1e-4 <= size < 1e7:
        return f"{value:.3e}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")
    digits = 3 - math.floor(math.log10(size)) if size else 0
    text = f"{value:.{min(max(digits, 2 if size < 1e5 else 0), 7)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")
