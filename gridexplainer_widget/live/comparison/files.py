"""Files for the front end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.wire.comparison import SAVED_FORMATS


def saved_comparison(comparison: Comparison, command: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return name and data of the file asked for."""
    kind = command.get("format")
    if kind not in SAVED_FORMATS or not isinstance(command.get("id"), str):
        raise ValueError(f"The front end asked for a file by {dict(command)!r:.200}.")
    if not comparison.explanations:
        raise RuntimeError("No map is done yet, so there is nothing to save.")
    first = comparison.explanations[0]
    label = re.sub(r"\W+", "-", first.label).strip("-")[:60] or "comparison"
    name = f"{label}-{first.grid.rows}x{first.grid.columns}-compared.{kind}"
    return name, comparison._repr_png_() if kind == "png" else str(comparison.to_html()).encode()
