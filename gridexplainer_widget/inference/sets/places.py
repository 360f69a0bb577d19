"""Where an answer comes from, as disjoint sets tell: one place, or several."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from typing import Final, Literal, TypeAlias

import numpy as np

from .criterion import Outcome
from .ledger import Cells
from .regions import apart, distance, everything, regions_of, splits

Structure: TypeAlias = Literal["one place", "several suffice", "several needed", "no place", ""]
"""Where the answer comes from; "several suffice": each place by itself; "several needed": none
without the others; "" if that is not known."""

STRUCTURES: Final[tuple[Structure, ...]] = (
    "one place",
    "several suffice",
    "several needed",
    "no place",
    "",
)

MOST_OF_A_PLACE: Final = 0.25
"""Share of the cells above which the first set that is enough has no place."""

LITTLE: Final = 0.5
"""Share of the lead that may be lost without a place that is not needed."""

MUCH: Final = 0.75
"""Share of the lead that is lost without a place that is needed."""

TRIED: Final = 4
"""Ways to tell places apart that are tried in each direction."""

Asking: TypeAlias = "Generator[list[Cells], list[Outcome], Structure]"
"""Yields sets to hide, is sent whether that keeps the answer, and by what lead."""


def structure_steps(
    shape: tuple[int, int], enough: Sequence[Cells], needed: Sequence[Cells]
) -> Asking:
    """Tell the structure from sets that are enough and sets that are needed.

    A set that is needed hits every place that suffices; a set that is enough holds every place that
    is needed. So both are split where they have gaps. That one place suffices without the other is
    not all: what is left of the answer without one of them is measured against what is left without
    both.
    """
    cells = everything(shape)
    if not enough or not needed:
        return ""
    found = set[Structure]()
    for places in islice(_places(needed[0], enough, shape), TRIED):
        told = yield from _either(regions_of(places, shape))
        found.add(told)
        if told == "several suffice":
            break
    for places in islice(_places(enough[0], needed, shape), TRIED):
        told = yield from _together(regions_of(places, shape), cells)
        found.add(told)
        if told == "several needed":
            break
    several = found & {"several suffice", "several needed"}
    if several:
        return several.pop() if len(several) == 1 else ""
    if len(enough[0]) > MOST_OF_A_PLACE * len(cells):
        return "no place"
    meet = distance(enough[0], needed[0], shape) <= 1
    return "one place" if meet and found <= {"one place"} else ""


def _places(
    first: Cells, others: Sequence[Cells], shape: tuple[int, int]
) -> Iterator[Sequence[Cells]]:
    """Find what may be several places: the parts of a set, or disjoint sets that lie apart."""
    yield from splits(first, shape)
    for number, one in enumerate(others):
        yield from ((one, other) for other in others[:number] if apart(one, other, shape))


def _either(regions: Sequence[Cells]) -> Asking:
    """Tell whether each region suffices, and without all of them the answer is lost."""
    every = frozenset[int]().union(*regions)
    whole, without, *alone = yield [frozenset(), every, *(every - region for region in regions)]
    if without.works:
        return ""  # there is more elsewhere
    lost = _lost(whole, without, alone)
    if all(one.works for one in alone) and lost.max() <= LITTLE:
        return "several suffice"
    adds_up = lost.min() > LITTLE  # parts of one
    dominates = (lost <= LITTLE).sum() == 1 and lost.max() >= MUCH
    return "one place" if adds_up or dominates else ""


def _together(regions: Sequence[Cells], cells: Cells) -> Asking:
    """Tell whether the answer is lost without any region, and all of them suffice."""
    every = frozenset[int]().union(*regions)
    whole, without, only, *less = yield [frozenset(), every, cells - every, *regions]
    if without.works:
        return ""
    lost = _lost(whole, without, less)
    if only.works and not any(one.works for one in less) and lost.min() >= MUCH:
        return "several needed"
    return "one place" if (lost >= MUCH).sum() == 1 and lost.min() <= LITTLE else ""


def _lost(whole: Outcome, without: Outcome, outcomes: Sequence[Outcome]) -> np.ndarray:
    """Return the shares of the lead that are lost, of what is lost without all regions."""
    most = max(whole.lead - without.lead, float(np.finfo(np.float32).eps))
    return np.array([whole.lead - one.lead for one in outcomes]) / most
