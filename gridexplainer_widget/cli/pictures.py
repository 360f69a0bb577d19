"""Pictures as they are named in a terminal: paths, or patterns that the shell has left alone."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path


def found(names: Sequence[str]) -> tuple[str, ...]:
    """Replace each pattern by the files that it matches, in order.

    Raises
    ------
    FileNotFoundError
        A pattern matches no file.
    """
    return tuple(path for name in names for path in _matching(name))


def _matching(name: str) -> list[str]:
    if not glob.has_magic(name) or Path(name).exists():
        return [name]
    files = [path for path in sorted(glob.glob(name, recursive=True)) if Path(path).is_file()]  # noqa: PTH207 - of any root
    if not files:
        raise FileNotFoundError(f"No file matches {name!r}.")
    return files
