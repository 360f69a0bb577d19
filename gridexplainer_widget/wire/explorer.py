"""Traits and commands of the explorer; a test compares js/src/model/explorer_protocol.ts."""

from __future__ import annotations

from typing import Any, Final

from gridexplainer_widget.core.grid import Grid, parse_grid_size

KERNEL_TRAITS: Final = (
    "picture",
    "labels",
    "prediction",
    "grid",
    "scores",
    "status",
    "progress",
    "evidence",
    "curve",
    "error",
    "notes",
    "about",
    "check",
    "fills",
)
"""Written by the kernel alone; what a front end sends of them is ignored."""

APPEARANCE: Final = ("colormap", "opacity", "numbers", "scale", "threshold")
"""How drops are drawn: changed in the front end without a message of their own."""

FRONT_END_TRAITS: Final = ("grid_size", "fill", "target", "score", "value", "keep", *APPEARANCE)
"""Written by the front end and by the user's Python."""

COMMANDS: Final = ("start", "stop", "play", "explain", "save")
"""Messages ``{"type": …}`` from the front end.

``play`` asks for the curve; ``explain`` brings a picture in its buffer; ``save`` names a `format`
and an `id`, and is answered by ``{"type": "saved", "id", "name"}`` with the file in its buffer.
"""

SAVED_FORMATS: Final = ("html", "npz")

COLORMAPS: Final = ("orange-blue", "purple-green", "red-blue")

SCALES: Final = ("relative", "absolute")

MAX_UPLOAD: Final = 8 * 2**20
"""Bytes of an uploaded picture: Jupyter's server takes messages of up to 10 MiB."""

MAX_GRID: Final = 64
"""Rows, and columns, in the widget."""


def accepted_grid_size(value: Any, height: int, width: int) -> int | tuple[int, int]:
    """Check a grid for a picture of `height` × `width` pixels.

    Raises
    ------
    ValueError
        It is no grid, finer than the pixels, or too fine for the screen.
    """
    rows, columns = parse_grid_size(value)
    if max(rows, columns) > MAX_GRID:
        raise ValueError(
            f"A grid of {rows}×{columns} is too fine for the screen: the widget shows up to "
            f"{MAX_GRID}×{MAX_GRID}. GridExplainer.explain() takes any."
        )
    Grid(rows, columns, height, width)
    return rows if rows == columns else (rows, columns)
