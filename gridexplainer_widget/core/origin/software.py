"""Which versions are loaded."""

from __future__ import annotations

import platform
import sys
from typing import Final

from gridexplainer_widget._version import __version__

PACKAGES: Final = ("numpy", "PIL", "tensorflow", "keras", "torch", "onnxruntime")
"""On which numbers may depend."""


def software() -> dict[str, str]:
    """Tell the versions of Python, of this package, and of what else is loaded."""
    loaded = {name: getattr(sys.modules.get(name), "__version__", "") for name in PACKAGES}
    ours = {"python": platform.python_version(), "gridexplainer-widget": __version__}
    return {**ours, **{name: str(version) for name, version in loaded.items() if version}}
