"""What several cells do together, and each by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.scores import Answers, Score, drops_of
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.sets.criterion import Criterion

from .cell_set import LETTERS

SAME: Final = 0.25
"""Log-odds, and share of the larger effect, within which two effects are about the same."""

HALF: Final = 0.5
"""Of a single cell's effect, under which the others have taken some of it back."""

ALL: Final = 0.8
"""Share of the joint effect from which a single cell has most of it."""


@dataclass(frozen=True)
class SetEffect:
    """Answers about a set of cells, its single cells and the whole picture.

    Parameters
    ----------
    label : str
        The target's.
    hidden : Answers (classes,)
        With all of them hidden.
    singles : Answers (cells, classes)
        With each hidden alone.
    contrast : int, optional
        The class that the target is held against, in effects.
    """

    label: str
    target: int
    output: str
    whole: Answers
    hidden: Answers
    singles: Answers
    contrast: int | None = None

    @property
    def text(self) -> str:
        """Say what they do together that they do not do apart; "" if not known, or of one cell."""
        cells = len(self.singles.vectors)
        if cells < 2 or self.output == "value" or np.isnan(self.singles.vectors).any():
            return ""
        return self._change() or self._sum()

    def _change(self) -> str:
        """Tell whether the answer hangs on them together, or on each."""
        criterion = Criterion.of(self.target, self.output, self.whole.vectors)
        if not criterion.kept(self.whole.vectors):
            return ""
        name, cells = f"“{shown(self.label, LETTERS)}”", len(self.singles.vectors)
        both, either = ("both", "either one") if cells == 2 else ("all", "any one")
        lost = [not criterion.kept(vector) for vector in self.singles.vectors]
        if criterion.kept(self.hidden.vectors):
            if not any(lost):
                return ""
            which = f"{either} of them" if all(lost) else _some(sum(lost))
            return (
                f"Without {which} alone the answer is no longer {name}; without {both} it is "
                "again: the model holds them against each other, or against the rest."
            )
        if all(lost):
            return f"Each is needed: without {either} of them alone the answer is no longer {name}."
        if any(lost):
            return (
                f"{_some(sum(lost)).capitalize()} alone {'is' if sum(lost) == 1 else 'are'} "
                f"needed: without {'it' if sum(lost) == 1 else 'any of these'} the answer is no "
                f"longer {name}."
            )
        return (
            f"Without any one of them the answer stays {name}; without {both} it is lost: they "
            "stand in for each other."
        )

    def _sum(self) -> str:
        """Compare what they do together with what they do one by one, in log-odds."""
        joint, singles = float(self._lost(self.hidden)), self._lost(self.singles)
        apart, most = float(singles.sum()), float(singles[abs(singles).argmax()])
        if not np.isfinite([joint, apart]).all():
            return ""
        if max(abs(joint), abs(most)) < SAME:
            return "They do next to nothing, together or one by one."
        if abs(joint - apart) <= max(SAME, SAME * max(abs(joint), abs(apart))):
            return f"Their effects add up: {_log_odds(joint)}, as one by one."
        if singles.max() > SAME and singles.min() < -SAME:
            return f"Some speak for it and some against it: together they take {_log_odds(joint)}."
        return _more(joint, apart) if abs(joint) > abs(apart) else _less(joint, most)

    def _lost(self, answers: Answers) -> NDArray[np.float64]:
        score: Score = "log-odds"
        what = self.target, score, self.output, self.contrast
        lost = drops_of(answers, self.whole, *what)
        return lost.astype(np.float64)


def _more(joint: float, apart: float) -> str:
    return (
        f"Together they do more than one by one ({_log_odds(joint)}, not {_log_odds(apart)}): they "
        "partly stand in for each other."
    )


def _less(joint: float, most: float) -> str:
    """Say why a set does less than its cells; their sum may be more than there is to lose."""
    if joint * most < HALF * most * most:
        return "Together they do less than one of them alone: they make up for each other."
    if abs(most) >= ALL * abs(joint):
        return "One of them alone has most of the effect: the others add little to it."
    return "Together they do less than one by one: what one of them takes is not there twice."


def _some(count: int) -> str:
    return "one of them" if count == 1 else f"{count} of them"


def _log_odds(number: float) -> str:
    return f"{number:.1f}".replace("-", "−") + " in log-odds"


def alone_text(answer: Answers, whole: Answers, target: int, label: str, output: str) -> str:
    """Say whether cells are enough, by what the model says with everything else hidden."""
    if output == "value":
        return ""
    name = f"“{shown(label, LETTERS)}”"
    if Criterion.of(target, output, whole.vectors).kept(answer.vectors):
        return f"They are enough: with everything else hidden the answer is {name}."
    return f"They are not enough for {name}: with everything else hidden it is not the answer."
