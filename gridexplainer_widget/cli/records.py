"""Results as plain records, for ``--json``; docs/terminal.md tells each field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.headline import headline_text


def explanation_record(explanation: Explanation) -> dict[str, Any]:
    """Return what a map holds."""
    foretells, cost = explanation.foretells, explanation.cost
    return {
        "sentence": headline_text(explanation),
        "model": explanation.model,
        "target": explanation.target,
        "label": explanation.label,
        "baseline": explanation.baseline,
        "method": explanation.method,
        "map": explanation.map if explanation.attribution is None else None,
        "grid": explanation.grid.shape,
        "fill": explanation.fill,
        "unit": explanation.unit_text,
        "values": explanation.values,
        "foretells": vars(foretells) | {"reliable": foretells.reliable} if foretells else None,
        "notes": explanation.notes,
        "pictures_asked": cost.forward,
        "gradients_asked": cost.backward,
        "seconds": cost.seconds,
    }


def comparison_record(comparison: Comparison) -> dict[str, Any]:
    """Return what maps beside each other hold, and how faithful each is."""
    maps = [
        explanation_record(explanation)
        | {"trust": trust.level if trust else None, "audit": comparison.row(number)}
        for number, (explanation, trust) in enumerate(
            zip(comparison, comparison.trust, strict=True)
        )
    ]
    failures = [
        {"method": one.request.method.name, "error": one.why} for one in comparison.failures
    ]
    return {"maps": maps, "failures": failures}


def named(picture: str, files: Sequence[Path], record: dict[str, Any]) -> dict[str, Any]:
    """Say of which picture a record is, and which files were written."""
    return {"picture": picture, "files": list(files), **record}
