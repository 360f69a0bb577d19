"""Make saved models readable by older Keras 3."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

from gridexplainer_widget.core.files import write_file

NEWER: Final = {
    # Written by Keras 3.13 to 3.15, unknown to 3.5; unset or for training only.
    "input_axes",
    "output_axes",
    "quantization_config",
    "renorm",
    "renorm_clipping",
    "renorm_momentum",
}


def make_portable(path: Path) -> None:
    """Drop from a ``.keras`` file what older releases reject."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "config.json":
                data = json.dumps(_without_newer(json.loads(data))).encode()
            target.writestr(entry, data)
    write_file(path, made.getvalue())


def _without_newer(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _without_newer(config[key]) for key in config if key not in NEWER}
    if isinstance(config, list):
        return [_without_newer(item) for item in config]
    return config
