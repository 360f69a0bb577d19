"""What crosses the wire in a comparison; a test compares js/src/compare_protocol.ts with it."""

from __future__ import annotations

from typing import Any, Final

KERNEL_TRAITS: Final = (
    "picture",
    "labels",
    "prediction",
    "grid",
    "offered",
    "layers",
    "maps",
    "evidence",
    "fill",
    "status",
    "error",
)
"""Written by the kernel alone; what a front end sends of them is ignored."""

FRONT_END_TRAITS: Final = ("methods", "target", "value", "randomise")
"""Written by the front end and by the user's Python."""

COMMANDS: Final = ("start", "stop")
"""Messages ``{"type": …}`` from the front end."""

STATUSES: Final = ("running", "stopped", "done", "error")

MAP_STATUSES: Final = ("pending", "running", "done", "failed")

MOST_MAPS: Final = 24
"""Maps in one comparison."""


def accepted_methods(methods: Any) -> list[tuple[str, str]]:
    """Check what is to be compared: method and layer of each map, "" for the last layer.

    Raises
    ------
    ValueError
        It is no list of such, or too long a one.
    """
    if not isinstance(methods, (list, tuple)) or not all(map(_is_pair, methods)):
        raise ValueError(
            f"methods={methods!r:.200} is nothing to compare. Wanted is [(method, layer), …], "
            'where the layer "" is the last one.'
        )
    if len(methods) > MOST_MAPS:
        raise ValueError(f"{len(methods)} maps are too many for the screen; up to {MOST_MAPS} fit.")
    return [(name, layer) for name, layer in methods]


def _is_pair(pair: Any) -> bool:
    return (
        isinstance(pair, (list, tuple))
        and len(pair) == 2
        and all(isinstance(part, str) for part in pair)
    )
