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

from .attribution.base import Attribution, Cost
from .attribution.methods import parse_method
from .classifiers.labels import find_class
from .classifiers.preflight import Preflight
from .explanation import NATIVE, Explanation
from .grid import Grid
from .scores import SCORES, parse_score

MAX_BYTES = 2**30
"""A file that unpacks to more than this is not loaded."""

FORMAT = 2

PICTURES = ("picture", "replacement")

ARRAYS = (*PICTURES, "pixels", "vectors", "failed", "baseline_vector")

MAPS = ("native", "pixels", "cells")
"""Arrays of an attribution, behind "attribution_"."""

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
    arrays["pixels"] = _compact(explanation.pixels)
    found = explanation.attribution
    if found is not None:
        header["attribution"] = {
            **{name: value for name, value in vars(found).items() if name not in MAPS},
            "cost": vars(found.cost),
        }
        arrays |= {f"attribution_{name}": getattr(found, name) for name in MAPS}
    file = io.BytesIO()
    np.savez_compressed(file, header=np.array(json.dumps(header)), **arrays)
    return file.getvalue()


def load(path: str | os.PathLike[str]) -> Explanation:
    """Read an explanation; see :meth:`Explanation.load`."""
    try:
        _refuse_bombs(path)
        with np.load(path, allow_pickle=False) as file:
            header = json.loads(str(file["header"]))
            maps = [f"attribution_{name}" for name in MAPS] if header.get("attribution") else []
            arrays = {name: file[name] for name in (*ARRAYS, *maps)}
        return _from_parts(header, arrays)
    except FileNotFoundError:
        raise
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{os.fspath(path)!r} is no explanation that can be read: {error}. "
            "Wanted is a file that Explanation.save() wrote."
        ) from error


def _compact(pixels: NDArray[np.float32]) -> NDArray[Any]:
    """Write whole numbers, as of a picture that was not resized, in a byte each."""
    small = np.clip(pixels, 0, 255).astype(np.uint8)
    return small if np.array_equal(small, pixels) else pixels


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
        "pixels": (grid.height, grid.width, *arrays["pixels"].shape[2:3]),
        "replacement": (grid.height, grid.width, 3),
        "vectors": (*grid.shape, len(labels)),
        "failed": grid.shape,
        "baseline_vector": (len(labels),),
    }
    if arrays["pixels"].dtype == np.uint8:
        arrays = {**arrays, "pixels": arrays["pixels"].astype(np.float32)}
    if arrays["pixels"].shape[2:] not in {(1,), (3,), (4,)}:
        raise ValueError(f"its pixels are {arrays['pixels'].shape}, and 1, 3 or 4 channels wanted")
    for name, shape in shapes.items():
        kind = _kind(name)
        if arrays[name].shape != shape or arrays[name].dtype != kind:
            raise ValueError(
                f"its {name} is {arrays[name].dtype} {arrays[name].shape}, and "
                f"{np.dtype(kind)} {shape} is wanted"
            )
    return Explanation(
        picture=picture,
        pixels=arrays["pixels"],
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
        attribution=_attribution(header.get("attribution"), arrays, grid),
        **{name: str(header[name]) for name in ("fill", "model", "preprocessing")},
    )


def _attribution(said: Any, arrays: Mapping[str, NDArray[Any]], grid: Grid) -> Attribution | None:
    if not said:
        return None
    maps = {name: arrays[f"attribution_{name}"] for name in MAPS}
    wanted = {"pixels": (grid.height, grid.width), "cells": grid.shape}
    for name, map_ in maps.items():
        if map_.dtype != np.float32 or map_.ndim != 2 or map_.shape != wanted.get(name, map_.shape):
            raise ValueError(f"its {name} of {said['method']!r} are {map_.dtype} {map_.shape}")
    spent = said["cost"]
    cost = Cost(int(spent["forward"]), int(spent["backward"]), float(spent["seconds"]))
    if said["resolution"] not in NATIVE or said["unit"] not in {"", *SCORES}:
        raise ValueError(f"it knows no {said['resolution']!r} in {said['unit']!r}")
    return Attribution(
        method=parse_method(said["method"]).name,
        resolution=said["resolution"],
        derived=str(said["derived"]),
        unit=said["unit"],
        layers=tuple(map(str, said["layers"])),
        notes=tuple(map(str, said["notes"])),
        cost=cost,
        **maps,
    )


def _kind(name: str) -> type[np.generic]:
    if name in PICTURES:
        return np.uint8
    return np.bool_ if name == "failed" else np.float32
