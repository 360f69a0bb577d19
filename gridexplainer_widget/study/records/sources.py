"""What a study is of: pictures that are not read yet."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

SUFFIXES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".ppm"}
)
"""Of what is taken for a picture in a folder."""

PATH_COLUMNS: Final = ("path", "file", "filename", "filepath", "file_path", "picture", "image")

LABEL_COLUMNS: Final = ("label", "target", "class")

WANTED: Final = (
    "Wanted is a folder, a pattern such as 'photos/**/*.jpg', a list of pictures or of tuples "
    "(picture, label) or (picture, label, mask), a DataFrame with a column of paths, or a Hugging "
    "Face dataset with a column of images."
)


@dataclass(frozen=True, eq=False)
class Source:
    """A picture that is not read yet.

    Parameters
    ----------
    name : str
        The same wherever the folder stands: its path in the folder, as it was given, or its number.
    picture : path, bytes, PIL image or array
    label : int or str, optional
        The true class.
    mask : path or bool array (height, width), optional
        True on the object; of a file, all that is not black.
    """

    name: str
    picture: Any
    label: int | str | None = None
    mask: Any = None

    @property
    def path(self) -> str:
        """Where its file is, also ``s3://…``; "" if it is none."""
        return os.fspath(self.picture) if isinstance(self.picture, (str, os.PathLike)) else ""


class Named(Protocol):
    """Pictures by name."""

    def get(self, name: str, /) -> Source | None:
        """Return the picture of a name; None if there is none."""


def sources_of(given: Any) -> Sequence[Source]:
    """List the pictures of a study; in a folder those of known suffixes, by name.

    Raises
    ------
    FileNotFoundError, ValueError, TypeError
        There is no such folder, no picture in it, or nothing that tells of pictures.
    """
    sources: Sequence[Source]
    if isinstance(given, (str, os.PathLike)):
        sources = _of_path(os.fspath(given))
    elif hasattr(given, "iloc") and hasattr(given, "columns"):
        sources = _of_frame(given)
    elif hasattr(given, "features") and hasattr(given, "column_names"):
        sources = HuggingFace(given)
    elif isinstance(given, Iterable) and not isinstance(given, (bytes, dict)):
        sources = [_of_entry(number, entry) for number, entry in enumerate(given)]
    else:
        raise TypeError(f"{type(given).__name__} holds no pictures for a study. {WANTED}")
    if not sources:
        raise ValueError(f"There is no picture in {given!r:.200}. {WANTED}")
    return sources


class HuggingFace(Sequence[Source]):
    """A dataset's pictures, read one by one."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        kinds = {name: type(feature).__name__ for name, feature in dataset.features.items()}
        images = [name for name, kind in kinds.items() if kind == "Image"]
        if not images:
            raise ValueError(f"The dataset's columns are {kinds}: none is of images. {WANTED}")
        self._image = images[0]
        classes = [name for name, kind in kinds.items() if kind == "ClassLabel"]
        named = [name for name in LABEL_COLUMNS if name in kinds]
        self._label = next(iter((*classes, *named)), None)
        self._names = dataset.features[classes[0]].names if classes else None

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        row = self._dataset[int(index)]
        label = None if self._label is None else row[self._label]
        if self._names is not None and label is not None:
            label = self._names[label] if label >= 0 else None
        return Source(str(index), row[self._image], label)

    def get(self, name: str, /) -> Source | None:
        """Return the picture of a name; no other is read."""
        if not name.isdecimal() or len(name) > len(str(len(self))):
            return None
        number = int(name)
        return self[number] if str(number) == name and number < len(self) else None


def by_name(sources: Sequence[Source]) -> Named:
    """Find pictures by their names; those of a dataset are not held."""
    if isinstance(sources, HuggingFace):
        return sources
    return {source.name: source for source in sources}


def _of_path(path: str) -> list[Source]:
    place = Path(path).expanduser()
    if place.is_dir():
        return [
            Source(one.relative_to(place).as_posix(), str(one))
            for one in sorted(place.rglob("*"))
            if one.suffix.lower() in SUFFIXES and one.is_file()
        ]
    if place.is_file():
        return [Source(path, str(place))]
    if glob.has_magic(path):
        found = map(Path, sorted(glob.glob(str(place), recursive=True)))  # noqa: PTH207 - of any root
        return [Source(one.as_posix(), str(one)) for one in found if one.is_file()]
    raise FileNotFoundError(f"There is no folder {path!r:.200}. {WANTED}")


def _of_frame(frame: Any) -> list[Source]:
    columns = {str(name).lower(): name for name in frame.columns}
    paths = [columns[name] for name in PATH_COLUMNS if name in columns]
    if not paths:
        raise ValueError(
            f"The DataFrame's columns are {list(frame.columns)!r:.200}: none is named "
            f"{', '.join(PATH_COLUMNS)}."
        )
    names = [paths[0], *(columns[name] for name in (*LABEL_COLUMNS, "mask") if name in columns)]
    sources = []
    for number, cells in enumerate(zip(*(frame[name].tolist() for name in names), strict=True)):
        row = {
            str(name).lower(): None if _is_missing(cell) else cell
            for name, cell in zip(names, cells, strict=True)
        }
        label = next((row[name] for name in LABEL_COLUMNS if name in row), None)
        sources.append(_of_entry(number, (cells[0], label, row.get("mask"))))
    return sources


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell)  # noqa: PLR0124 - NaN


def _of_entry(number: int, entry: Any) -> Source:
    if isinstance(entry, Source):
        return entry
    picture, label, mask = entry, None, None
    if isinstance(entry, tuple):
        if len(entry) not in {1, 2, 3}:
            raise ValueError(f"Picture {number} is a tuple of {len(entry)} things. {WANTED}")
        picture, label, mask = (*entry, None, None)[:3]
    is_path = isinstance(picture, (str, os.PathLike))
    name = Path(os.fspath(picture)).as_posix() if is_path else str(number)
    return Source(name, picture, label, mask)
