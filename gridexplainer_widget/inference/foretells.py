"""Measures how well a map foretells what hiding does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MIN_PROBES: Final = 12
"""Fewer tell nothing."""

RANDOM_MAPS: Final = 400

WORDS: Final = ((0.6, "well"), (0.35, "fairly"), (-1.0, "a little"))
"""From which value on a map foretells how well."""

BAND: Final = (5, 95)
"""Percentiles of random maps."""

ROUNDING: Final = 1e-5
"""Share of numbers below which what differs among them is rounding."""


@dataclass(frozen=True)
class Foretells:
    """How well a map foretells the drops of handfuls that it was not fitted to.

    Sensitivity-n (M. Ancona et al., "Towards better understanding of gradient-based attribution
    methods for Deep Neural Networks", ICLR 2018) over handfuls of any size.

    Parameters
    ----------
    value : float, −1..1
        Correlation of the map's sum over a handful with its drop, the number of hidden cells and
        its square partialled out.
    low, high : float
        5th and 95th percentile of maps of normally distributed numbers.
    probes : int
        Handfuls.
    """

    value: float
    low: float
    high: float
    probes: int

    @property
    def reliable(self) -> bool:
        """Whether the map foretells more than 95 % of random maps do."""
        return self.value > self.high

    @property
    def sentence(self) -> str:
        """How far to believe the map: one text for figures, pages, widgets and terminals."""
        if self.reliable:
            return (
                f"How far to believe it: it foretells {self._how} what hiding other cells does "
                f"({self._compared})."
            )
        return (
            "This map says nothing reliable about this picture: "
            f"it foretells {_signed(self.value)}, and random maps reach {_signed(self.high)}."
        )

    @property
    def sentence_where_flat(self) -> str:
        """The same where hiding hardly moves the answer: a map may foretell even that."""
        if not self.reliable:
            return self.sentence
        return (
            "There is little to believe: hiding cells hardly moves the answer. How little, the map "
            f"foretells {self._how} ({self._compared})."
        )

    @property
    def _how(self) -> str:
        return next(word for least, word in WORDS if self.value >= least)

    @property
    def _compared(self) -> str:
        return f"{_signed(self.value)} of 1; random maps reach {_signed(self.high)}"

    @property
    def record(self) -> dict[str, Any]:
        """All fields as plain values."""
        return dict(vars(self))


def foretells(
    values: NDArray[np.floating], hidden: NDArray[np.bool_], drops: NDArray[np.floating]
) -> Foretells | None:
    """Measure a map (cells,) on handfuls (sets, cells) and their drops (sets,).

    None for fewer than `MIN_PROBES`, where all values are alike, and where the number of hidden
    cells tells the whole drop.
    """
    flat = np.nan_to_num(values.astype(np.float64).ravel())
    if len(hidden) < MIN_PROBES or np.ptp(flat) <= ROUNDING * np.abs(flat).max():
        return None
    sizes, known = hidden.sum(axis=1).astype(np.float64), drops.astype(np.float64)
    rest = _without(sizes)
    sets, wanted = rest @ hidden, rest @ known
    if np.linalg.norm(wanted) <= ROUNDING * np.linalg.norm(known):
        return None
    sums = np.concatenate([flat[np.newaxis], _random_maps(len(flat))]) @ sets.T
    scale = np.linalg.norm(sums, axis=1) * np.linalg.norm(wanted)
    found = np.divide(sums @ wanted, scale, out=np.zeros(len(sums)), where=scale > 0)
    low, high = np.percentile(found[1:], BAND)
    return Foretells(float(found[0]), float(low), float(high), len(hidden))


@lru_cache(maxsize=2)
def _random_maps(cells: int) -> NDArray[np.float64]:
    """Draw the same random maps for all maps, classes and scores.

    With the map's own numbers in random places, one cell of nine that has all would often be in its
    own place, and a perfect map would be no better than these.
    """
    return np.random.default_rng(0).normal(size=(RANDOM_MAPS, cells))


def _without(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the projection that removes what the sizes explain: drops bend with them."""
    basis, _ = np.linalg.qr(np.vander(sizes / max(1.0, float(sizes.max())), 3))
    projection: NDArray[np.float64] = np.eye(len(sizes)) - basis @ basis.T
    return projection


def _signed(number: float) -> str:
    """Write two digits with a typographic minus."""
    return f"{round(number, 2) + 0.0:.2f}".replace("-", "−")
