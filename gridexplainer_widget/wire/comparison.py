"""Traits and commands of the comparison; mirrored by js/src/model/comparison_protocol.ts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

KERNEL_TRAITS: Final = (
    "picture",
    "labels",
    "prediction",
    "quantity",
    "grid",
    "offered",
    "layers",
    "maps",
    "progress",
    "evidence",
    "fills",
    "status",
    "error",
    "metrics",
    "map_fills",
    "reading",
)
"""Written by the kernel alone; ignored from the front end."""

FRONT_END_TRAITS: Final = (
    "methods",
    "target",
    "contrast",
    "value",
    "randomise",
    "grid_size",
    "map_fill",
)
"""Written by the front end and from Python."""

COMMANDS: Final = ("start", "stop", "state", "explain", "save")
"""Messages ``{"type": …}`` from the front end, as the explorer's."""

SAVED_FORMATS: Final = ("html", "png")

MAP_STATUSES: Final = ("pending", "running", "done", "failed")

MAX_MAPS: Final = 24
"""In one comparison."""


def accepted_methods(methods: Any) -> Sequence[Any]:
    """Check that methods are a list of at most MAX_MAPS."""
    if not isinstance(methods, (list, tuple)):
        raise TypeError(
            f"methods={methods!r:.200} is no list to compare. Wanted is such as "
            "['occlusion', 'grad-cam', ('rise', {'samples': 500})]."
        )
    if len(methods) > MAX_MAPS:
        raise ValueError(f"{len(methods)} maps are too many for the screen; up to {MAX_MAPS} fit.")
    return methods
