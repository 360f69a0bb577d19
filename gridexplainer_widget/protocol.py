"""Names of what crosses the wire; js/src/protocol.ts holds the same and a test compares them."""

from __future__ import annotations

from typing import Final

KERNEL_TRAITS: Final = (
    "picture",
    "labels",
    "prediction",
    "grid",
    "scores",
    "status",
    "progress",
    "evidence",
    "error",
    "notes",
    "about",
    "fills",
)
"""Written by the kernel alone; what a front end sends of them is ignored."""

FRONT_END_TRAITS: Final = ("grid_size", "fill", "target", "score", "value")
"""Written by the front end and by the user's Python."""

COMMANDS: Final = ("start", "stop")
"""Messages ``{"type": …}`` from the front end."""

STATUSES: Final = ("running", "stopped", "done", "error")

MAX_GRID: Final = 64
"""Most rows and columns in the widget."""
