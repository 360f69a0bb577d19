"""Pictures from the front end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.core.picture import Picture, read_picture
from gridexplainer_widget.core.picture_file import plugin_of
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.wire.explorer import MAX_UPLOAD


@dataclass(frozen=True)
class Upload:
    """A file from the front end, in a format that is read."""

    name: str
    data: bytes

    def picture(self) -> Picture:
        """Decode it; this may take seconds."""
        try:
            return read_picture(self.data)
        except ValueError as error:
            raise ValueError(f"“{self.name}”: {error}") from error


def upload_of(command: Mapping[str, Any], buffers: Any) -> Upload:
    """Take the only picture of a message, up to MAX_UPLOAD bytes; look at its first bytes."""
    if not buffers or len(buffers) != 1:
        raise ValueError(f"The front end sent {len(buffers or [])} pictures; wanted is one.")
    size = memoryview(buffers[0]).nbytes
    if size > MAX_UPLOAD:
        raise ValueError(
            f"The picture has {size:,} bytes; at most {MAX_UPLOAD:,} are taken from the browser. "
            "Make it smaller, or give it from Python: widget.explain(path)."
        )
    name = shown(command.get("name") or "a picture")
    upload = Upload(name, bytes(buffers[0]))
    plugin_of(upload.data, f"“{name}”")
    return upload
