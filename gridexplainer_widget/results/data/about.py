"""What a map is of, in words: the model, and how its cells were hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gridexplainer_widget.core.fills import fill_text
from gridexplainer_widget.core.grid import Grid

CAVEAT: Final = (
    "The map shows what this model reacts to when parts are hidden, not what is true of the "
    "picture. Hidden in another way, it may react otherwise."
)
"""What a reader must know of every map."""

HIDDEN: Final[Mapping[str, str]] = {
    "alone": "each hidden alone by",
    "together": "hidden together in handfuls by",
}


def about_record(
    model: str, output: str, preprocessing: str, how: Mapping[str, str]
) -> dict[str, Any]:
    """Describe a model, and how each map was made of it, for a front end."""
    facts = (model, output, f"preprocessing: {preprocessing}")
    return {
        "model": model,
        "preprocessing": preprocessing,
        "output": output,
        "text": " · ".join(filter(None, facts)),
        "how": dict(how),
        "caveat": CAVEAT,
    }


def how_made(model: str, grid: Grid, fill: str, *, two: bool) -> dict[str, str]:
    """Say how each map was made: "MobileNetV2 · 8 × 8 cells · each hidden alone by blur"."""
    hidden = HIDDEN if two else {"alone": "hidden by"}
    begun = f"{model} · {grid.rows} × {grid.columns} cells"
    return {name: f"{begun} · {how} {fill_text(fill)}" for name, how in hidden.items()}
