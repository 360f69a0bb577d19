"""How sure each cell is: what it does, hidden alone in several ways."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.labels import find_class, find_contrast
from gridexplainer_widget.classifiers.quantities import Quantity, quantity_of
from gridexplainer_widget.core.scores import Answers, Score, drops_of
from gridexplainer_widget.core.shown import shown

from .sure import (
    LEAST_LOG_ODDS,
    LEAST_SHARE,
    SHARE_OF_STRONGEST,
    interval_of,
    strongest,
    verdicts_of,
)

if TYPE_CHECKING:
    from typing_extensions import Self


CLASS_VERBS: Final = ("speak for", "speak against")

VALUE_VERBS: Final = ("raise", "lower")


@dataclass(frozen=True, eq=False)
class Certainty:
    """What each cell does, hidden alone in several ways, and whether they agree.

    Parameters
    ----------
    ways : tuple of str
        What stands in for a hidden cell.
    answers : Answers (ways, rows, columns, classes)
        What the model says; NaN where it was not asked.
    tells : bool array (ways, rows, columns)
        False where a way hardly changes a cell, and so says nothing.
    whole : Answers (classes,)
        Of the whole picture.
    target : int
    labels : tuple of str
        One per class.
    output, unit : str
        Of the model.
    calls : int
        Pictures given to the model.
    seconds : float
    contrast : int, optional
        The class that the target is held against.
    """

    ways: tuple[str, ...]
    answers: Answers = field(repr=False)
    tells: NDArray[np.bool_] = field(repr=False)
    whole: Answers = field(repr=False)
    target: int
    labels: tuple[str, ...] = field(repr=False)
    output: str
    unit: str = ""
    calls: int = 0
    seconds: float = 0.0
    contrast: int | None = None

    def __post_init__(self) -> None:
        for array in (*self.answers, self.tells):
            array.setflags(write=False)

    @property
    def quantity(self) -> Quantity:
        """What the model's numbers are."""
        return quantity_of({"output": self.output, "unit": self.unit})

    @property
    def score(self) -> Score:
        """Unit of the values: log-odds, or a model's own."""
        return "value" if self.quantity.is_value else "log-odds"

    @cached_property
    def values(self) -> NDArray[np.float32]:
        """What hiding each cell in each way takes: float32 (ways, rows, columns).

        Positive where the cell supports the target; NaN where the model was not asked.
        """
        what = self.target, self.score, self.output, self.contrast
        values = drops_of(self.answers, self.whole, *what)
        values.setflags(write=False)
        return values

    @cached_property
    def told(self) -> NDArray[np.float32]:
        """The values; NaN where a way hardly changes the cell."""
        return np.where(self.tells, self.values, np.float32(np.nan))

    @cached_property
    def low(self) -> NDArray[np.float32]:
        """Lower end of what another way may tell: float32 (rows, columns); NaN where none does.

        See :func:`.sure.interval_of`.
        """
        return interval_of(self.told)[0]

    @cached_property
    def high(self) -> NDArray[np.float32]:
        """Upper end, as `low`."""
        return interval_of(self.told)[1]

    @cached_property
    def margin(self) -> float:
        """What a value must exceed to count.

        A share of the strongest cell's; at least 0.25 in log-odds, a thousandth of a value.
        """
        whole = float(np.abs(self.whole.vectors[self.target]))
        least = LEAST_SHARE * whole if self.quantity.is_value else LEAST_LOG_ODDS
        return max(least, SHARE_OF_STRONGEST * strongest(self._judged))

    @cached_property
    def verdicts(self) -> NDArray[np.int8]:
        """1 where a cell is sure to support the target, −1 against, 0 not known (rows, columns)."""
        return verdicts_of(self._judged, self.margin)

    @cached_property
    def _judged(self) -> NDArray[np.float32]:
        """What is told of the cells that were hidden in every way."""
        return np.where(self.asked, self.told, np.float32(np.nan))

    @cached_property
    def asked(self) -> NDArray[np.bool_]:
        """Which cells the model was asked about in every way: bool (rows, columns)."""
        return np.asarray(np.isfinite(self.answers.vectors[..., 0]).all(axis=0))

    @property
    def complete(self) -> bool:
        """Whether the model was asked about every cell in every way."""
        return bool(self.asked.all())

    @property
    def sentence(self) -> str:
        """How many cells are sure, in words."""
        done, cells = int(self.asked.sum()), self.asked.size
        if not done:
            return f"No cell was hidden in all {len(self.ways)} ways yet."
        return (f"So far ({done} of {cells} cells): " if done < cells else "") + self._counts(done)

    def _counts(self, done: int) -> str:
        label = f"“{shown(self.labels[self.target], 40)}”"
        support, oppose = VALUE_VERBS if self.quantity.is_value else CLASS_VERBS
        it, other = f"{oppose} it", f"{oppose} {label}"
        if self.contrast is not None:
            it = other = f"{support} “{shown(self.labels[self.contrast], 40)}”"
        up, down = (int((self.verdicts == sign).sum()) for sign in (1, -1))
        sure, rest = up + down, done - up - down
        if not sure:
            return f"No cell is sure to {support} {label} or to {it}, whatever hides it."
        sides = f"{support} {label}" if up else other
        sides += f" and {down} to {it}" if up and down else ""
        others = f" Of the other {'one' if rest == 1 else rest} it is not known."
        them, ways = "it" if sure == 1 else "them", len(self.ways)
        return (
            f"{_cells(up or down)} sure to {sides}, in at least {ways - 1} of {ways} ways to hide "
            f"{them}.{others if rest else ''}"
        )

    @property
    def record(self) -> dict[str, Any]:
        """Plain values and bytes (little-endian float32, row by row), for browsers."""
        return {
            "ways": list(self.ways),
            "unit": self.quantity.noun if self.quantity.is_value else "log-odds",
            **{
                name: np.asarray(getattr(self, name), "<f4").tobytes()
                for name in ("values", "low", "high")
            },
            "tells": self.tells.astype(np.uint8).tobytes(),
            "verdicts": self.verdicts.ravel().tolist(),
            "margin": self.margin,
            "sentence": self.sentence,
            "target": self.target,
            "contrast": self.contrast,
            "done": int(self.asked.sum()),
            "calls": self.calls,
            "seconds": self.seconds,
        }

    def for_target(self, target: int | str, contrast: int | str | None = None) -> Self:
        """Return the certainty of another class, or of it rather than a contrast; no model call.

        Raises
        ------
        ValueError
            There is no such class, or they are one.
        """
        index = find_class(target, self.labels)
        against = find_contrast(contrast, index, self.labels, self.output)
        return replace(self, target=index, contrast=against)


def _cells(count: int) -> str:
    return "1 cell is" if count == 1 else f"{count} cells are"
