"""Files for the front end."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gridexplainer_widget.results.archive import npz_bytes
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.wire.explorer import SAVED_FORMATS


def saved_file(
    explanation: Explanation, command: Mapping[str, Any], page: Callable[[], object]
) -> tuple[str, bytes]:
    """Return name and data of the file asked for; `page` makes the standalone page."""
    kind = command.get("format")
    if kind not in SAVED_FORMATS or not isinstance(command.get("id"), str):
        raise ValueError(f"The front end asked for a file by {dict(command)!r:.200}.")
    label = (
        re.sub(r"\W+", "-", f"{explanation.label}{explanation.rather}").strip("-")[:60]
        or "explanation"
    )
    name = f"{label}-{explanation.grid.rows}x{explanation.grid.columns}"
    if kind == "npz":
        return f"{name}.npz", npz_bytes(explanation)
    if kind == "report":
        return f"{name}-report.html", str(explanation.report()).encode()
    return f"{name}.html", str(page()).encode()
