"""All checks of a model."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from gridexplainer_widget.core.shown import shown

from .checks import Check, Verdict
from .hiding import NAME as HIDING

MAX_TEXT = 1000
"""Letters of a text in a record."""

MARKS: dict[Verdict, str] = {"ok": "✓", "unknown": "?", "warning": "!", "wrong": "✕"}


@dataclass(frozen=True)
class Preflight:
    """Results of a model's checks.

    Attributes
    ----------
    checks : tuple of Check
    pictures : int
        Number of pictures classified.
    """

    checks: tuple[Check, ...]
    pictures: int

    def joined(self, *checks: Check) -> Preflight:
        """Add checks."""
        return replace(self, checks=(*self.checks, *checks))

    @property
    def verdict(self) -> Verdict:
        """The weightiest verdict."""
        found = [check.verdict for check in self.checks]
        return max([*found, "ok"], key=get_args(Verdict).index)

    @property
    def concerns(self) -> tuple[str, ...]:
        """A sentence for each warning or fault, the worst first."""
        worst = [check for check in self.checks if check.verdict == "wrong"]
        doubtful = [check for check in self.checks if check.verdict == "warning"]
        return tuple(check.sentence for check in (*worst, *doubtful))

    @property
    def unknowns(self) -> tuple[str, ...]:
        """A sentence for each check that needs an answer of the user's."""
        open_ones = (check for check in self.checks if check.verdict == "unknown" and check.advice)
        return tuple(check.sentence for check in open_ones)

    @property
    def tells_of_picture(self) -> bool:
        """Whether another picture may tell more of what is not known."""
        return any(check.of_picture for check in self.checks)

    @property
    def summary(self) -> str:
        """One line on all checks."""
        if self.concerns:
            more = len(self.concerns) - 1
            first = f"Technical check: {self.concerns[0]}" + (f" And {more} more." if more else "")
            return " ".join([first, *_not_known(self.checks)])
        quiet = [check for check in self.checks if not check.advice]
        told = [*self.unknowns, *_not_known(quiet)]
        if told:
            return f"Technical check: {' '.join(told)} All else passed on one picture."
        return "Technical check on one picture: nothing wrong was found."

    @property
    def tells_of_maps(self) -> bool:
        """Whether the model is sound enough that what is hidden can be told of."""
        return any(check.name == HIDING and check.verdict != "wrong" for check in self.checks)

    def about_map(self, hiding: Check) -> Preflight:
        """Put in what is left of a map's own answer when all is hidden, if the model is sound."""
        told = (
            hiding if check.name == HIDING and check.verdict != "wrong" else check
            for check in self.checks
        )
        return replace(self, checks=tuple(told))

    def __str__(self) -> str:
        width = max(len(check.name) for check in self.checks)
        rows = [
            f"{MARKS[check.verdict]} {check.name:<{width}}  {check.seen}"
            + (f"\n  {'':<{width}}  → {check.advice}" if check.advice else "")
            for check in self.checks
        ]
        return "\n".join([*rows, "", self.summary])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{MARKS[check.verdict]} {check.verdict}</td><td>{check.name}</td>"
            f"<td style='text-align:left'>{html.escape(check.seen)}</td>"
            f"<td style='text-align:left'>{html.escape(check.advice)}</td></tr>"
            for check in self.checks
        )
        head = "".join(f"<th>{name}</th>" for name in ("verdict", "check", "seen", "what to do"))
        return f"<table><tr>{head}</tr>{rows}</table><p>{html.escape(self.summary)}</p>"

    @property
    def record(self) -> dict[str, Any]:
        """Plain values, for the wire and for files."""
        return {
            "verdict": self.verdict,
            "summary": self.summary,
            "pictures": self.pictures,
            "checks": [[c.name, c.verdict, c.seen, c.advice] for c in self.checks],
        }

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Preflight:
        """Read a :attr:`record`.

        Raises
        ------
        ValueError
            It is invalid.
        """
        checks = []
        for name, verdict, seen, advice in record["checks"]:
            if verdict not in get_args(Verdict):
                raise ValueError(f"it holds the verdict {verdict!r:.40}, which is none")
            texts = [shown(text, MAX_TEXT) for text in (name, seen, advice)]
            checks.append(Check(texts[0], verdict, texts[1], texts[2]))
        if not checks:
            raise ValueError("it holds a check of nothing")
        return cls(tuple(checks), int(record["pictures"]))


def _not_known(checks: Iterable[Check]) -> tuple[str, ...]:
    names = [check.name.lower() for check in checks if check.verdict == "unknown"]
    return (f"Not known: {', '.join(names)}.",) if names else ()
