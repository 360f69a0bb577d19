"""The two maps of occlusion: cells hidden alone, and together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.handfuls import Handfuls
from gridexplainer_widget.core.scores import Answers, Score, drops_of

from .foretells import Foretells, foretells
from .together import fitted_map

MapName: TypeAlias = Literal["alone", "together"]

LEAD: Final = 0.2
"""How much more the cells alone must foretell to be shown: less is the chance of thirty probes.

The fit begins with the cells alone, and so is nearly always the better map (docs/together.md).
"""

ENOUGH: Final = 0.85
"""Of what hiding does, foretold by the cells alone: they are exact, and a fit has little to add."""


@dataclass(frozen=True, eq=False)
class TwoMaps:
    """A map (rows, columns), the one fitted to handfuls around it, and what both foretell.

    Parameters
    ----------
    alone : float32 (rows, columns)
        Drops of the cells hidden alone, or another method's map.
    handfuls : Handfuls, optional
    whole : Answers (classes,)
        Of the whole picture.
    fitted : bool
        Whether there is a second map: not of another method's.
    contrast : int, optional
        The class that the target is held against.
    """

    alone: NDArray[np.float32]
    handfuls: Handfuls | None
    whole: Answers
    target: int
    score: Score
    output: str
    fitted: bool = True
    contrast: int | None = None

    @cached_property
    def maps(self) -> Mapping[MapName, NDArray[np.float32]]:
        """The maps that are known."""
        alone: Mapping[MapName, NDArray[np.float32]] = {"alone": self.alone}
        if self.handfuls is None or not self.fitted:
            return alone
        what = self.target, self.score, self.output, self.contrast
        together = fitted_map(self.handfuls, self.whole, self.alone, *what)
        return alone if together is None else {**alone, "together": together}

    @cached_property
    def foretold(self) -> Mapping[MapName, Foretells]:
        """What the maps foretell of the handfuls that were kept out of the fit."""
        if self.handfuls is None:
            return {}
        probes = self.handfuls.kept_out
        drops = self._drops(probes.answers)
        measured = {name: foretells(map_, probes.hidden, drops) for name, map_ in self.maps.items()}
        return {name: found for name, found in measured.items() if found is not None}

    @property
    def handful_drops(self) -> NDArray[np.float32]:
        """Drops with handfuls hidden that a map is fitted to: float32 (handfuls,)."""
        if self.handfuls is None:
            return np.empty(0, np.float32)
        return self._drops(self.handfuls.fitted.answers)

    @property
    def shown(self) -> MapName:
        """The fitted map if it was measured, unless the cells alone foretell enough."""
        if "together" not in self.foretold:
            return "alone"
        enough = min(ENOUGH, self.foretold["together"].value + LEAD)
        told = "alone" in self.foretold and self.foretold["alone"].value > enough
        return "alone" if told else "together"

    def _drops(self, answers: Answers) -> NDArray[np.float32]:
        what = self.target, self.score, self.output, self.contrast
        return drops_of(answers, self.whole, *what)
