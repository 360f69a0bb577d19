"""What came of computing a case again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from gridexplainer_widget.core.shown import readable

Verdict: TypeAlias = Literal["same", "differs", "not known", "not recorded"]

MARKS: Final[dict[Verdict, str]] = {
    "same": "✓",
    "differs": "✕",
    "not known": "?",
    "not recorded": "·",
}

SAID: Final[dict[Verdict, str]] = {
    "same": "The same: what the page records comes out again.",
    "differs": "Not the same.",
    "not known": "It cannot be told whether it is the same.",
}

NOT_AGAIN: Final = (
    "Certainty, audits and other methods' maps were not computed again. Digests are no signature: "
    "hold those of page and data against ones that were kept elsewhere."
)

SHOWN_CELLS: Final = 10


@dataclass(frozen=True)
class Finding:
    """What was compared, whether it is the same, and what was seen."""

    what: str
    verdict: Verdict
    told: str


@dataclass(frozen=True)
class CellDifference:
    """A cell, counted from 0, whose number is another: as recorded, and as it came out."""

    map: str
    row: int
    column: int
    recorded: float | None
    now: float | None


@dataclass(frozen=True)
class Verification:
    """What came of computing a case again.

    Parameters
    ----------
    findings : tuple of Finding
    cells : tuple of CellDifference
        Those that differ by more than the tolerance, the most first.
    tolerance : float
        In the unit of the map.
    page_digest, data_digest : str
        SHA-256 of the file, and of the data inside.
    """

    findings: tuple[Finding, ...]
    cells: tuple[CellDifference, ...]
    tolerance: float
    page_digest: str
    data_digest: str

    @property
    def verdict(self) -> Verdict:
        """Whether all is the same, something differs, or something could not be compared."""
        found = {finding.verdict for finding in self.findings}
        for verdict in ("differs", "not known"):
            if verdict in found:
                return verdict
        return "same"

    @property
    def record(self) -> dict[str, Any]:
        """Plain values, for other programs."""
        return {
            "verdict": self.verdict,
            "findings": [dict(vars(finding)) for finding in self.findings],
            "cells": [dict(vars(cell)) for cell in self.cells],
            "tolerance": self.tolerance,
            "page_sha256": self.page_digest,
            "data_sha256": self.data_digest,
        }

    def __str__(self) -> str:
        width = max((len(finding.what) for finding in self.findings), default=0)
        lines = [f"{MARKS[one.verdict]} {one.what:<{width}}  {one.told}" for one in self.findings]
        more = len(self.cells) - SHOWN_CELLS
        cells = [_line(cell) for cell in self.cells[:SHOWN_CELLS]]
        cells += [f"  and {more:,} more"] if more > 0 else []
        digests = [f"SHA-256 of the page  {self.page_digest}"]
        digests.append(f"SHA-256 of the data  {self.data_digest}")
        parts = [SAID[self.verdict], "", *lines, *cells, "", *digests, "", NOT_AGAIN]
        return readable("\n".join(parts))


def _line(cell: CellDifference) -> str:
    before, now = ("none" if one is None else f"{one:.4g}" for one in (cell.recorded, cell.now))
    place = f"row {cell.row + 1}, column {cell.column + 1}"
    return f"  {cell.map}, {place}: recorded {before}, now {now}"
