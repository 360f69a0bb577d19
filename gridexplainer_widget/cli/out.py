"""Where results go: a file for each ``--out``, or one for each picture."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import click

from gridexplainer_widget.core.files import write_file

from .command import Function

NAME: Final = "{name}"
"""Stands for the picture's name without its suffix."""

Writer: TypeAlias = Callable[[Any, Path], object]

FIGURES: Final = (".png", ".pdf", ".svg")


def _page(result: Any, path: Path) -> None:
    result.to_html(path)


def _figure(result: Any, path: Path) -> None:
    drawn = io.BytesIO()
    result.plot().savefig(drawn, format=path.suffix[1:].lower(), dpi=150)
    write_file(path, drawn.getvalue())


def _map_table(result: Any, path: Path) -> None:
    write_file(path, result.to_dataframe().to_csv(index=False).encode())


def _comparison_table(result: Any, path: Path) -> None:
    write_file(path, result.to_dataframe().to_csv().encode())


def _data(result: Any, path: Path) -> None:
    result.save(path)


FIGURE: Final[Mapping[str, Writer]] = dict.fromkeys(FIGURES, _figure)
MAP: Final[Mapping[str, Writer]] = {".html": _page, **FIGURE, ".npz": _data, ".csv": _map_table}
COMPARISON: Final[Mapping[str, Writer]] = {".html": _page, **FIGURE, ".csv": _comparison_table}


def out_option(kinds: Mapping[str, Writer], more: str = "") -> Callable[[Function], Function]:
    """Add ``--out``."""
    told = f"Write a file: {', '.join(kinds)}; may be said several times.{more}"
    return click.option("--out", multiple=True, type=click.Path(), help=told)


def places(
    outs: Sequence[str],
    pictures: Sequence[str],
    kinds: Collection[str],
    given: Sequence[str] = (),
) -> list[list[Path]]:
    """Tell where each picture's files go, before any work.

    Raises
    ------
    ValueError
        A file cannot be written there, two pictures would share one, or it is one of the pictures
        or of the other files that were `given`.
    """
    found = [[_place(out, picture, len(pictures), kinds) for out in outs] for picture in pictures]
    every = Counter(path for paths in found for path in paths)
    for path, times in every.items():
        if times > 1:
            raise ValueError(
                f"{os.fspath(path)!r} would be written {times} times: wanted is a file for each "
                f"picture, named otherwise, and each --out once."
            )
        if any(_same(path, one) for one in (*pictures, *given)):
            raise ValueError(f"--out {os.fspath(path)!r} is what was given to read: name another.")
    return found


def write(result: Any, paths: Sequence[Path], kinds: Mapping[str, Writer]) -> None:
    """Write a result to each file; what was there is replaced."""
    for path in paths:
        kinds[path.suffix.lower()](result, path)


def _place(out: str, picture: str, pictures: int, kinds: Collection[str]) -> Path:
    name = Path(picture).stem
    path = Path(out) / f"{name}.html" if Path(out).is_dir() else Path(out.replace(NAME, name))
    if not path.parent.is_dir():
        raise ValueError(f"--out {out!r}: there is no folder {os.fspath(path.parent)!r}: make it.")
    if path.suffix.lower() not in kinds or path.is_dir():
        raise ValueError(
            f"--out {out!r}: wanted is a folder that exists, for pages, or a file in one that ends "
            f"in {', '.join(kinds)}."
        )
    if pictures > 1 and NAME not in out and not Path(out).is_dir():
        example = f"maps/{NAME}{path.suffix}"
        raise ValueError(
            f"--out {out!r} is one file for {pictures} pictures. Wanted is a folder that exists, "
            f"or a name with {NAME} in it, such as '{example}'."
        )
    return path


def _same(path: Path, given: str) -> bool:
    try:
        return path.samefile(given)
    except OSError:  # one of them is not there
        return False
