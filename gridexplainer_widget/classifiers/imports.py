"""Import frameworks late: only when one of their models is given."""

from __future__ import annotations

import importlib
from typing import Any


def framework(module: str, what: str, install: str) -> Any:
    """Import a module such as "onnxruntime" for `what`, or say what pip has to `install`.

    Raises
    ------
    ImportError
        It is missing.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        if error.name is not None and error.name.partition(".")[0] != module.partition(".")[0]:
            raise  # it is installed; one of its own dependencies is not
        raise ImportError(
            f"{what} needs {module}: pip install {install!r}.", name=module
        ) from error
