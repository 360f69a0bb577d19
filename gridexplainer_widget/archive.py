"""Explanation ↔ one .npz file: arrays and JSON, no pickle."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .classifiers.labels import find_class
from .classifiers.preflight import Preflight
from .explanation import Explanation
from .grid import Grid
from .scores import parse_score

MAX_BYTES = 2**30
"""A file that unpacks to more than this is not loaded."""

FORMAT = 1

PICTURES = ("picture", "seen", "replacement")

ARRAYS = (*PICTURES, "vectors", "failed", "baseline_vector")

HEADER = ("target", "labels", "score", "fill", "model", "preprocessing", "seconds")


def save(explanation: Explanation, path: str | os.PathLike[str]) -> Path:
    """Write an explanation; see :meth:`Explanation.save`."""
    path = Path(path)
    if path.suffix != ".npz":
        path = path.with_name(path.name + ".npz")
    path.write_bytes(npz_bytes(explanation))
    return path


def npz_bytes(explanation: Explanation) -> bytes:
    """Return what :func:`save` writes."""
    header = {
        "format": FORMAT,
        "grid": list(vars(explanation.grid).values()),
        "settings": dict(explanation.settings),
        "checked": explanation.checked.record if explanation.checked else None,
        **{name: getattr(explanation, name) for name in HEADER},
    }
    arrays: dict[str, Any] = {name: getattr(explanation, name) for name in ARRAYS}
    file = io.BytesIO()
    np.savez_compressed(file, header=np.array(json.dumps(header)), **arrays)
    return file.getvalue()


def load(path: str | os.PathLike[str]) -> Explanation:
    """Read an explanation; see :meth:`Explanation.load`."""
    try:
        _refuse_bombs(path)
        with np.load(path, allow_pickle=False) as file:
            header = json.loads(str(file["header"]))
            arrays = {name: file[name] for name in ARRAYS}
        return _from_parts(header, arrays)
    except FileNotFoundError:
        raise
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{os.fspath(path)!r} is no explanation that can be read: {error}. "
            "Wanted is a file that Explanation.save() wrote."
        ) from error


def _refuse_bombs(path: str | os.PathLike[str]) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MAX_BYTES:
        raise ValueError(f"it would unpack to {size:,} bytes, and at most {MAX_BYTES:,} are read")


def _from_parts(header: Any, arrays: Mapping[str, NDArray[Any]]) -> Explanation:
    if header["format"] != FORMAT:
        raise ValueError(f"its format is {header['format']!r}, and {FORMAT} is wanted")
    rows, columns, height, width = (int(number) for number in header["grid"])
    grid = Grid(rows, columns, height, width)
    labels = tuple(map(str, header["labels"]))
    picture = arrays["picture"]
    shapes = {
        "picture": (*picture.shape[:2], 3),
        "seen": (grid.height, grid.width, 3),
        "replacement": (grid.height, grid.width, 3),
        "vectors": (*grid.shape, len(labels)),
        "failed": grid.shape,
        "baseline_vector": (len(labels),),
    }
    for name, shape in shapes.items():
        kind = _kind(name)
        if arrays[name].shape != shape or arrays[name].dtype != kind:
            raise ValueError(
                f"its {name} is {arrays[name].dtype} {arrays[name].shape}, and "
                f"{np.dtype(kind)} {shape} is wanted"
            )
    return Explanation(
        picture=picture,
        seen=arrays["seen"],
        replacement=arrays["replacement"],
        grid=grid,
        vectors=arrays["vectors"],
        failed=arrays["failed"],
        baseline_vector=arrays["baseline_vector"],
        target=find_class(header["target"], labels),
        labels=labels,
        score=parse_score(header["score"]),
        seconds=float(header["seconds"]),
        settings=dict(header["settings"]),
        checked=Preflight.of_record(header["checked"]) if header["checked"] else None,
        **{name: str(header[name]) for name in ("fill", "model", "preprocessing")},
    )


def _kind(name: str) -> type[np.generic]:
    if name in PICTURES:
        return np.uint8
    return np.bool_ if name == "failed" else np.float32
