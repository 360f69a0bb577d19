"""Traits and messages of the gallery; mirrored by js/src/model/gallery_protocol.ts."""

from __future__ import annotations

from typing import Any, Final

KERNEL_TRAITS: Final = ("about", "names", "codes", "numbers", "aspects", "maps", "error")
"""Written by the kernel alone."""

FRONT_END_TRAITS: Final = ("opened",)
"""Written by the front end, and checked by Python."""

COMMANDS: Final = ("thumbnails",)
"""Messages ``{"type": …}`` from the front end."""

MAX_THUMBNAILS: Final = 500
"""In one message."""


def accepted_rows(rows: Any, pictures: int) -> list[int]:
    """Check which pictures a front end asks for.

    Raises
    ------
    ValueError
        It is no list of their numbers, or too long.
    """
    numbers: list[Any] = [None]
    if isinstance(rows, list) and len(rows) <= MAX_THUMBNAILS:
        numbers = rows
    for row in numbers:
        if not isinstance(row, int) or isinstance(row, bool) or not 0 <= row < pictures:
            raise ValueError(
                f"rows={rows!r:.200}; wanted are at most {MAX_THUMBNAILS} whole numbers below "
                f"{pictures}."
            )
    return numbers
