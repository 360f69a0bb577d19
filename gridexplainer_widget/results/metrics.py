"""The figures of a map's audit: what each is called, what it means and which is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gridexplainer_widget.analysis.faithfulness import Faithfulness


@dataclass(frozen=True)
class Measure:
    """One figure.

    Parameters
    ----------
    name : str
        Of the attribute of :class:`Faithfulness`.
    title : str
    better : {"higher", "lower"}
    meaning : str
        One sentence.
    signed : bool
        Whether the sign is written where it is +.
    """

    name: str
    title: str
    better: Literal["higher", "lower"]
    meaning: str
    signed: bool = False

    @property
    def short(self) -> str:
        """The title with an arrow towards the better."""
        return f"{self.title} {ARROWS[self.better]}"

    def text(self, value: float) -> str:
        """Write a figure, or whether it was a hit."""
        if isinstance(value, bool):
            return "hit" if value else "miss"
        digits = 2 if abs(value) >= 0.01 else 4
        text = f"{value:{'+' if self.signed else ''}.{digits}f}".replace("-", "−")
        return text if any(digit in text for digit in "123456789") else "0.00"

    def worth(self, value: float) -> float:
        """Return what is larger the better the figure is."""
        return value if self.better == "higher" else -value


ARROWS: Final = {"higher": "↑", "lower": "↓"}

MEASURES: Final = {
    measure.name: measure
    for measure in (
        Measure(
            "deletion",
            "Deletion",
            "lower",
            "mean probability left while cells are hidden, most important first; lower is better.",
        ),
        Measure(
            "insertion",
            "Insertion",
            "higher",
            "mean probability while cells are shown again, most important first; higher is better.",
        ),
        Measure(
            "srg",
            "SRG",
            "higher",
            "insertion minus deletion, −1 to 1; 0 is what chance reaches; higher is better.",
            signed=True,
        ),
        Measure(
            "randomised",
            "Scrambled",
            "lower",
            "mean rank correlation, sign left out, with the maps of the same network while its "
            "weights are scrambled layer by layer; lower is better: a map that stays does not show "
            "what the model has learned.",
        ),
        Measure(
            "pointing",
            "Pointing",
            "higher",
            "whether the most important cell touches the object.",
        ),
        Measure(
            "inside",
            "Inside",
            "higher",
            "share of the positive values that lies inside the object; higher is better.",
        ),
    )
}
"""In the order in which they are shown."""


def row_of(figures: Faithfulness) -> str:
    """Write the figures that are known in one line."""
    return ", ".join(
        f"{measure.short} {measure.text(value)}"
        for name, measure in MEASURES.items()
        if (value := getattr(figures, name)) is not None
    )


def table_of(figures: Faithfulness) -> str:
    """Write each figure that is known on a line, with what it means."""
    return "\n".join(
        f"{measure.short} {measure.text(value)}: {measure.meaning}"
        for name, measure in MEASURES.items()
        if (value := getattr(figures, name)) is not None
    )


def best_of(figures: Sequence[Faithfulness]) -> dict[str, float]:
    """Return the best value of each figure among several maps; none where all are alike."""
    best = {}
    for name, measure in MEASURES.items():
        known = [value for one in figures if (value := getattr(one, name)) is not None]
        texts = {measure.text(value) for value in known}
        if len(texts) > 1:
            best[name] = max(known, key=measure.worth)
    return best
