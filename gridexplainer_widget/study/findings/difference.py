"""In what two studies of the same pictures differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.shown import quoted, shown

from .share import Share

MOST_NAMED: Final = 10
"""Pictures that are named."""

LIKE: Final = 0.95
"""Correlation from which two maps are alike, however well the fills agree."""

FAR: Final = 5
"""Percentile of the correlations between fills below which two maps are far apart."""


@dataclass(frozen=True)
class Pair:
    """One picture in both studies.

    Parameters
    ----------
    name : str
    label, before, after : str
        The true class, "" if none was given; what either model says.
    likeness : float, optional
        Correlation of the maps, where both are of the same class.
    """

    name: str
    label: str
    before: str
    after: str
    likeness: float | None

    @property
    def answer_changed(self) -> bool:
        """Whether the most probable class is another."""
        return self.before != self.after


@dataclass(frozen=True, eq=False)
class Difference:
    """What changed from one model to the other.

    Parameters
    ----------
    pairs : tuple of Pair
    missing : int
        Pictures that only one of the studies has.
    between_fills : tuple of float
        Correlations of maps of one model that differ by the fill alone.
    """

    pairs: tuple[Pair, ...]
    missing: int
    between_fills: tuple[float, ...]

    @property
    def answers(self) -> tuple[Pair, ...]:
        """The pictures whose answer changed."""
        return tuple(pair for pair in self.pairs if pair.answer_changed)

    @property
    def threshold(self) -> float:
        """The correlation below which a map changed by more than another fill would change it."""
        if not self.between_fills:
            return LIKE
        return min(LIKE, float(np.percentile(self.between_fills, FAR)))

    @property
    def maps(self) -> tuple[Pair, ...]:
        """The pictures with the same answer and another map, those that changed most first."""
        known = [pair for pair in self.pairs if pair.likeness is not None]
        far = [pair for pair in known if _likeness(pair) < self.threshold]
        return tuple(sorted(far, key=_likeness))

    @property
    def map_share(self) -> Share:
        """How many maps changed."""
        return Share(len(self.maps), sum(pair.likeness is not None for pair in self.pairs))

    @property
    def fill_share(self) -> Share:
        """How many maps are as far apart if only the fill is another."""
        far = sum(likeness < self.threshold for likeness in self.between_fills)
        return Share(far, len(self.between_fills))

    @property
    def maps_changed(self) -> bool:
        """Whether more maps changed than another fill would change."""
        return self.map_share.above(self.fill_share)

    @property
    def changed(self) -> bool:
        """Whether an answer changed, or more maps than another fill would change."""
        return bool(self.answers) or self.maps_changed

    def __str__(self) -> str:
        lines = [f"{len(self.pairs):,} pictures in both."]
        if self.missing:
            lines[0] += f" {self.missing:,} are in one alone, or failed there, and are left out."
        lines.append(f"Answers changed: {Share(len(self.answers), len(self.pairs))}.")
        lines += [f"  {_told(pair)}" for pair in self.answers[:MOST_NAMED]]
        lines += _more(len(self.answers))
        beyond = "more than" if self.maps_changed else "no more than"
        lines.append(
            f"Maps with the same answer changed (correlation below {self.threshold:.2f}): "
            f"{self.map_share}; {beyond} another fill changes them: {self.fill_share}."
        )
        lines += [f"  {shown(pair.name)}: {_likeness(pair):.2f}" for pair in self.maps[:MOST_NAMED]]
        lines += _more(len(self.maps))
        return "\n".join(lines)

    __repr__ = __str__


def pairs_of(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> tuple[list[Pair], int]:
    """Match rows of the same pictures; return the pairs, and how many rows have none."""
    known = {(row["name"], row["sha256"]): row for row in after}
    pairs = []
    for row in before:
        other = known.get((row["name"], row["sha256"]))
        if other is not None:
            pairs.append(_pair(row, other))
    return pairs, len(before) + len(after) - 2 * len(pairs)


def likeness_of(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the correlation of two maps; of maps without any contrast 1 if both are, else 0."""
    first, second = (np.nan_to_num(map_.astype(np.float64)).ravel() for map_ in (one, other))
    flat = [np.ptp(map_) == 0 for map_ in (first, second)]
    if any(flat):
        return float(all(flat))
    return float(np.corrcoef(first, second)[0, 1])


def _pair(row: Mapping[str, Any], other: Mapping[str, Any]) -> Pair:
    before, after = row["target_label"], other["target_label"]
    maps = (np.asarray(one["values"], np.float64) for one in (row, other))
    likeness = likeness_of(*maps) if before == after else None
    return Pair(row["name"], row["label"] or "", before, after, likeness)


def _likeness(pair: Pair) -> float:
    return 1.0 if pair.likeness is None else pair.likeness


def _told(pair: Pair) -> str:
    truth = f", which is {quoted(pair.label)}" if pair.label else ""
    return f"{shown(pair.name)}: {quoted(pair.before)} → {quoted(pair.after)}{truth}"


def _more(count: int) -> list[str]:
    return [f"  and {count - MOST_NAMED:,} more"] if count > MOST_NAMED else []
