"""The value of the trait `progress`: how far a run is, in numbers and in words."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.core.progress import seconds_text
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.together import handfuls_done


def known_of(run: Run) -> int:
    """Count the cells and handfuls that are known."""
    return int(run.scored.sum()) + handfuls_done(run)


def progress_of(run: Run, handfuls: int, before: int, seconds: float) -> dict[str, Any]:
    """Describe progress to at most `handfuls`, `seconds` after a start with `before` known."""
    done, total = int(run.scored.sum()), len(run.grid)
    together = {"done": handfuls_done(run), "total": handfuls}
    known, wanted = done + together["done"], total + together["total"]
    rate = (known - before) / seconds if seconds > 0 else 0.0
    left = (wanted - known) / rate if rate else None
    return {
        "done": done,
        "total": total,
        "handfuls": together,
        "rate": rate,
        "left": left,
        "share": known / wanted,
        "name": "Cells and handfuls" if handfuls else "Cells",
        "text": _far(done, total, together),
        "pace": _pace(rate, left),
    }


def _far(done: int, total: int, handfuls: dict[str, int]) -> str:
    if handfuls["total"] and done == total:
        return f"{handfuls['done']} of {handfuls['total']} handfuls"
    return f"{done} of {total} cells"


def _pace(rate: float, left: float | None) -> str:
    """Write how fast it goes and how long it takes: "12 a second · 3 s left"."""
    if left is None:
        return ""
    fast = f"{rate:.1f}" if rate < 9.95 else f"{rate:.0f}"
    return f"{fast} a second" + (f" · {seconds_text(left)} left" if left > 0 else "")
