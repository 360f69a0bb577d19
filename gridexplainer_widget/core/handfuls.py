"""Handfuls of cells that are hidden together, and what the model says then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .scores import Answers

SHARES: Final = (0.2, 0.4)
"""Of the cells, in handfuls that a map is fitted to, by turns (docs/together.md)."""

PROBE_SHARES: Final = (0.05, 0.7)
"""Fewest and most cells in a handful that is kept out of the fit."""

PROBES_OF: Final = (2, 9)
"""Two of each nine handfuls are probes: 30 of 135."""

MIN_CELLS: Final = 2
"""In a handful: less is a cell alone."""

MAX_HANDFULS: Final = 4000
"""With any budget, and in a file: a fit takes time by the cube of their number."""

TRIES: Final = 100
"""To draw a handful that was not drawn before, on a grid of few cells."""


Handful: TypeAlias = "tuple[tuple[int, ...], bool]"
"""Cells, and whether it is a probe."""


@dataclass(frozen=True, eq=False)
class Handfuls:
    """Sets of cells hidden together, and the model's answers.

    Parameters
    ----------
    hidden : bool array (sets, cells)
    answers : Answers (sets, classes)
    probes : bool array (sets,)
        Kept out of the fit, to see what a map foretells.
    """

    hidden: NDArray[np.bool_] = field(repr=False)
    answers: Answers = field(repr=False)
    probes: NDArray[np.bool_] = field(repr=False)

    def __post_init__(self) -> None:
        for array in (self.hidden, *self.answers, self.probes):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.hidden)

    def at(self, chosen: NDArray[np.bool_]) -> Handfuls:
        """Return some of them."""
        return Handfuls(self.hidden[chosen], self.answers.at(chosen), self.probes[chosen])

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays, by the names that files give them."""
        arrays = {"hidden": self.hidden, "probes": self.probes, **self.answers._asdict()}
        return {f"handfuls_{name}": array for name, array in arrays.items()}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Handfuls:
        """Take what `arrays` gave; log-odds may be missing."""
        count = len(arrays["handfuls_hidden"])
        if count > MAX_HANDFULS:
            raise ValueError(f"it holds {count:,} handfuls; at most {MAX_HANDFULS:,} are hidden")
        answers = Answers.without_logits(arrays["handfuls_vectors"])
        log_odds = arrays.get("handfuls_log_odds", answers.log_odds)
        answers = answers._replace(log_odds=log_odds)
        return cls(arrays["handfuls_hidden"], answers, arrays["handfuls_probes"])

    @property
    def fitted(self) -> Handfuls:
        """Those that a map is fitted to."""
        return self.at(~self.probes)

    @property
    def kept_out(self) -> Handfuls:
        """The probes."""
        return self.at(self.probes)


def draw_handfuls(cells: int, count: int, seed: int = 0) -> Iterator[Handful]:
    """Draw distinct handfuls of a grid's cells; yield each, and whether it is a probe.

    A first part of the handfuls is the same whatever `count` is. Those that a map is fitted to hold
    `SHARES` of the cells, each cell about equally often: they are dealt from shuffled decks. Probes
    hold any number from a few to most.
    """
    rng, seen = np.random.default_rng(seed), set[tuple[int, ...]]()
    deck = list[int]()
    for number in range(count):
        probe = number % PROBES_OF[1] in {3, 8}
        for _ in range(TRIES):
            if probe:
                size = _size(cells, rng.uniform(*PROBE_SHARES))
                chosen = rng.choice(cells, size, replace=False).tolist()
            else:
                size = _size(cells, SHARES[number % len(SHARES)])
                chosen, deck = _dealt(deck, size, cells, rng)
            handful = tuple(sorted(chosen))
            if handful not in seen:
                break
        else:
            return  # a small grid has no more
        seen.add(handful)
        yield handful, probe


def _size(cells: int, share: float) -> int:
    return min(max(MIN_CELLS, round(share * cells)), cells)


def _dealt(
    deck: list[int], size: int, cells: int, rng: np.random.Generator
) -> tuple[list[int], list[int]]:
    """Deal cells from a deck, and from a new one where it ends."""
    hand, rest = deck[:size], deck[size:]
    if len(hand) < size:
        fresh = rng.permutation(cells).tolist()
        taken = set(hand)
        added = [cell for cell in fresh if cell not in taken][: size - len(hand)]
        dealt = {*added}
        hand, rest = hand + added, [cell for cell in fresh if cell not in dealt]
    return hand, rest
