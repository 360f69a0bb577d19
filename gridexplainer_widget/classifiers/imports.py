"""Late imports of frameworks."""

from __future__ import annotations

import importlib
from typing import Any


def framework(module: str, what: str, install: str) -> Any:
    """Import a module for `what`, or raise ImportError with what pip has to `install`."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        if error.name is not None and error.name.partition(".")[0] != module.partition(".")[0]:
            raise  # one of its own dependencies is missing
        raise ImportError(
            f"{what} needs {module}: pip install {install!r}.", name=module
        ) from error
