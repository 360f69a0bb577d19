"""The numbers of pictures that a gallery sorts and filters by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Number:
    """A column of a study, as a gallery shows it.

    Parameters
    ----------
    name, title : str
        Of the column; what people read.
    low, high : float
        Ends of the histogram, which numbers beyond them widen.
    unit : str
        "%" of what is between 0 and 1.
    help : str
        What it is, in a sentence.
    """

    name: str
    title: str
    low: float
    high: float
    unit: str
    help: str

    def around(self, known: NDArray[np.float32]) -> Number:
        """Widen the ends."""
        low, high = min(self.low, float(known.min())), max(self.high, float(known.max()))
        return replace(self, low=low, high=high)

    @property
    def record(self) -> dict[str, Any]:
        """All fields as plain values."""
        return asdict(self)


NUMBERS: Final = (
    Number("probability", "probability", 0, 1, "%", "Of the model's answer."),
    Number(
        *("foretells", "foretells", -1, 1, ""),
        "How well the map foretells what hiding other cells does: 1 perfectly, 0 not at all.",
    ),
    Number(
        *("border_share", "on the border", 0, 1, "%"),
        "Of what speaks for the answer, so much is in outermost cells; of an even 8×8 map, 44%.",
    ),
    Number(
        *("corner_share", "in one corner", 0, 1, "%"),
        "Of what speaks for the answer, so much is in one corner; of an even 8×8 map, 6%.",
    ),
    Number(
        *("evenness", "evenness", 0, 1, ""),
        "0: one cell has all that speaks for the answer; 1: all cells have as much of it.",
    ),
    Number(
        *("inside", "inside the mask", 0, 1, "%"),
        "Of what speaks for the answer, so much is inside the mask.",
    ),
    Number(
        *("srg", "audit (SRG)", -1, 1, ""),
        "How much sooner the answer goes with the cells hidden that the map puts first than last.",
    ),
    Number(
        *("sure_for", "sure cells", 0, 1, "cells"),
        "Cells of which one can be sure that they speak for the answer.",
    ),
)

UNITS_OF_PROBABILITIES: Final = frozenset({"probability", "log-odds", ""})
"""Of the maps of a model that gives probabilities."""


def numbers_of(
    rows: Sequence[Mapping[str, Any]],
) -> tuple[list[Number], list[NDArray[np.float32]]]:
    """Collect the columns of which anything is known."""
    columns, numbers = [], []
    for column in NUMBERS:
        found = np.array([_number(row[column.name]) for row in rows], np.float32)
        known = found[np.isfinite(found)]
        if known.size:
            columns.append(_in_unit(column, rows[0]["unit"] or "").around(known))
            numbers.append(found)
    return columns, numbers


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _in_unit(column: Number, unit: str) -> Number:
    """Name what a model gives that gives no probabilities."""
    if column.name != "probability" or unit in UNITS_OF_PROBABILITIES:
        return column
    return replace(column, title="value", unit="" if unit == "value" else unit)
