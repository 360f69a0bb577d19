"""Late imports of frameworks."""

from __future__ import annotations

import importlib
from contextlib import nullcontext
from typing import Any, Final

from .quiet_start import quiet_start

LOAD_TENSORFLOW: Final = {"keras", "tensorflow", "tf_keras"}


def framework(module: str, what: str, install: str) -> Any:
    """Import a module for `what`, or raise ImportError with what pip has to `install`."""
    starts = module.partition(".")[0] in LOAD_TENSORFLOW
    try:
        with quiet_start() if starts else nullcontext():
            return importlib.import_module(module)
    except ImportError as error:
        if error.name is not None and error.name.partition(".")[0] != module.partition(".")[0]:
            raise  # one of its own dependencies is missing
        raise ImportError(
            f"{what} needs {module}: pip install {install!r}.", name=module
        ) from error
