"""The two maps of occlusion: cells hidden alone, and together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.scores import drops_of
from gridexplainer_widget.inference.foretells import Foretells, foretells
from gridexplainer_widget.inference.together import fitted_map

if TYPE_CHECKING:
    from .explanation_data import ExplanationData

MapName: TypeAlias = Literal["alone", "together"]

LEAD: Final = 0.2
"""How much more the cells alone must foretell to be shown: less is the chance of thirty probes.

The fit begins with the cells alone, and so is nearly always the better map: of twenty photographs,
the choice by the larger figure foretold 0.46 of other hidings, this one 0.485, the better map of
each 0.490, together always 0.487, and alone 0.35 (docs/together.md).
"""


def maps_of(explanation: ExplanationData) -> Mapping[MapName, NDArray[np.float32]]:
    """Return the maps that are known."""
    maps: dict[MapName, NDArray[np.float32]] = {"alone": explanation.drops}
    if explanation.handfuls is None:
        return maps
    together = fitted_map(
        explanation.handfuls,
        explanation.whole,
        explanation.drops,
        explanation.target,
        explanation.score,
        str(explanation.settings.get("output")),
    )
    return maps if together is None else {**maps, "together": together}


def foretold_of(explanation: ExplanationData) -> Mapping[MapName, Foretells]:
    """Measure the maps on the handfuls that were kept out of the fit."""
    if explanation.handfuls is None:
        return {}
    probes = explanation.handfuls.kept_out
    output = str(explanation.settings.get("output"))
    drops = drops_of(
        probes.answers, explanation.whole, explanation.target, explanation.score, output
    )
    attribution = explanation.attribution
    maps: Mapping[MapName, NDArray[np.float32]] = (
        {"alone": attribution.cells} if attribution else explanation.maps
    )
    measured = {name: foretells(map_, probes.hidden, drops) for name, map_ in maps.items()}
    return {name: found for name, found in measured.items() if found is not None}


ENOUGH: Final = 0.9
"""Of what hiding does, foretold by the cells alone: these are exact, and a fit has little to add."""


def better_of(foretold: Mapping[MapName, Foretells]) -> MapName:
    """Return the fitted map if it was measured, unless the cells alone foretell enough."""
    if "together" not in foretold:
        return "alone"
    enough = min(ENOUGH, foretold["together"].value + LEAD)
    return "alone" if "alone" in foretold and foretold["alone"].value > enough else "together"
