"""Fills of one's own, which the front end knows by name alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from gridexplainer_widget.core.fills import NAMES, Fill, parse_fill

BUILT_IN = (*NAMES, "gray")


class FillNames:
    """Each fill by a name of its own."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._own: dict[str, Fill] = {}

    def accept(self, value: Any) -> Fill:
        """Return a fill; one of one's own by its name, or with a number where that is taken."""
        known = self._own.get(value) if isinstance(value, str) else None
        return known or self._unique(parse_fill(value, self._seed))

    def remember(self, fill: Fill) -> list[str]:
        """Return all names to choose from, this fill's among them."""
        if fill.name not in BUILT_IN:
            self._own[fill.name] = fill
        return [*self._own, *BUILT_IN]

    def _unique(self, fill: Fill) -> Fill:
        if fill.local is None or fill.name in NAMES:
            return fill
        for same in self._own.values():
            if same.local is fill.local:
                return same
        names = (f"{fill.name} {number}" if number > 1 else fill.name for number in count(1))
        return replace(fill, name=next(name for name in names if name not in self._own))
