"""Traits and commands of the explorer; mirrored by js/src/model/explorer_protocol.ts."""

from __future__ import annotations

from typing import Any, Final

from gridexplainer_widget.core.grid import Grid, parse_grid_size

KERNEL_TRAITS: Final = (
    "picture",
    "labels",
    "prediction",
    "headline",
    "quantity",
    "grid",
    "scores",
    "together",
    "foretells",
    "method_map",
    "offered",
    "layers",
    "audit",
    "hardly_changed",
    "status",
    "progress",
    "evidence",
    "curve",
    "minimal_sets",
    "certainty",
    "certainty_estimate",
    "error",
    "notes",
    "about",
    "check",
    "fills",
    "fill_texts",
    "unavailable_fills",
    "reading",
)
"""Written by the kernel alone; ignored from the front end."""

APPEARANCE: Final = ("colormap", "opacity", "numbers", "scale", "threshold")
"""How drops are drawn; a change sends no message."""

FRONT_END_TRAITS: Final = (
    "grid_size",
    "fill",
    "target",
    "contrast",
    "score",
    "map",
    "method",
    "layer",
    "value",
    "keep",
    *APPEARANCE,
)
"""Written by the front end and from Python."""

COMMANDS: Final = (
    "start",
    "stop",
    "play",
    "certainty",
    "audit",
    "smallest_set",
    "explain",
    "save",
    "state",
)
"""Messages ``{"type": …}`` from the front end.

``state`` asks for the traits that views share; ``{"type": "state"}`` follows them.
``play`` asks for the curves. ``smallest_set`` has a `kind`, "enough" or "needed", and `next`:
whether another one than that which is shown. ``certainty`` asks how sure each cell is, ``audit``
how far to trust the map that is shown. ``explain`` carries a picture in its buffer. ``save`` has a
`format` and an `id`; the answer is
``{"type": "saved", "id", "name"}`` with the file in its buffer.
"""

SAVED_FORMATS: Final = ("html", "report", "npz")

MAPS: Final = ("", "alone", "together")
"""Maps to show; "" for the one that has earned it."""

COLORMAPS: Final = ("orange-blue", "purple-green", "red-blue")

SCALES: Final = ("relative", "absolute")

UPLOAD_TYPES: Final = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/bmp",
    "image/tiff",
    "image/avif",
    "image/x-portable-anymap",
)
"""What the front end offers to open: what `core.picture_file` decodes."""

MAX_UPLOAD: Final = 8 * 2**20
"""Bytes; Jupyter's server takes messages of up to 10 MiB."""

MAX_GRID: Final = 64
"""Rows or columns in the widget."""


def accepted_grid_size(value: Any, height: int, width: int) -> int | tuple[int, int]:
    """Check a grid for a picture of `height` × `width` pixels, up to MAX_GRID cells a side."""
    rows, columns = parse_grid_size(value)
    if max(rows, columns) > MAX_GRID:
        raise ValueError(
            f"A grid of {rows}×{columns} is too fine for the screen: the widget shows up to "
            f"{MAX_GRID}×{MAX_GRID}. GridExplainer.explain() takes any."
        )
    Grid(rows, columns, height, width)
    return rows if rows == columns else (rows, columns)
