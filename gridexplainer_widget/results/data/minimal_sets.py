"""The smallest sets of cells that keep an answer, and those that change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.sets.places import MOST_OF_A_PLACE, Structure

from .cell_set import LETTERS, CellSet

STRUCTURES: Final[dict[Structure, str]] = {
    "one place": "{name} comes from one place.",
    "several suffice": "Several places each suffice for {name}: it is lost only without all.",
    "several needed": "Several places are needed together for {name}: without any of them it is "
    "lost.",
    "no place": "{name} has no place: its first set takes more than "
    f"{MOST_OF_A_PLACE:.0%} of the cells.",
    "": "",
}


@dataclass(frozen=True)
class MinimalSets:
    """Sets of cells that are enough for an answer, and such as are needed.

    Parameters
    ----------
    target : int
    label : str
        Of the target.
    enough, needed : tuple of CellSet
        Disjoint among themselves, in the order in which they were found.
    structure : {"one place", "several suffice", "several needed", "no place", ""}
        Where the answer comes from; "" if not known.
    calls, seconds
        Spent in all.
    margin : float
        By which the answer must lead.
    notes : tuple of str
        Why there is no set of a kind, say.
    """

    target: int
    label: str
    enough: tuple[CellSet, ...] = ()
    needed: tuple[CellSet, ...] = ()
    structure: Structure = ""
    calls: int = 0
    seconds: float = 0.0
    margin: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def sets(self) -> tuple[CellSet, ...]:
        """All sets, those that are enough first."""
        return *self.enough, *self.needed

    @property
    def sentence(self) -> str:
        """Where the answer comes from; "" if that is not known."""
        return STRUCTURES[self.structure].format(name=f"“{shown(self.label, LETTERS)}”")

    @property
    def told(self) -> tuple[str, ...]:
        """What a reader of the map should know: where the answer comes from, and how little."""
        first = [found[0].sentence for found in (self.enough, self.needed) if found]
        return (*filter(None, [self.sentence]), *first, *self.notes)

    @property
    def record(self) -> dict[str, Any]:
        """Plain values, without the sets' `answers`."""
        sets = {"enough": self.enough, "needed": self.needed}
        records = {kind: [found.record for found in kinds] for kind, kinds in sets.items()}
        return {**vars(self), **records, "notes": list(self.notes)}

    def with_set(self, found: CellSet) -> MinimalSets:
        """Return these and one more."""
        if found.kind == "enough":
            return replace(self, enough=(*self.enough, found))
        return replace(self, needed=(*self.needed, found))

    def __str__(self) -> str:
        sets = (f"{found.sentence} {found.receipt}" for found in self.sets)
        return "\n".join([*filter(None, [self.sentence]), *sets, *self.notes])
