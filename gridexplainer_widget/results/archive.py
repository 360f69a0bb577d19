"""Explanation ↔ one .npz file of arrays and JSON, no pickle."""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import Attribution, Cost
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.classifiers.outputs import parse_output
from gridexplainer_widget.core.files import write_file
from gridexplainer_widget.core.grid import Grid, is_whole
from gridexplainer_widget.core.scores import SCORES, parse_score
from gridexplainer_widget.methods.registry import MethodSpec, parse_method
from gridexplainer_widget.methods.requests import OPTIONS

from .explanation_data import RESOLUTION_NOUNS, ExplanationData

MAX_BYTES = 2**30
"""Files that unpack to more are refused."""

FORMAT_VERSION: Final = 2

UINT8_ARRAYS: Final = ("picture", "replacement")

ARRAYS: Final = (*UINT8_ARRAYS, "pixels", "vectors", "failed", "baseline_vector")

MAP_ARRAYS: Final = ("native", "pixels", "cells")
"""Stored with the prefix "attribution_"."""

TOLERANCE: Final = 0.01
"""Allowed excess of pixels and probabilities over their ranges."""

HEADER_FIELDS: Final = ("target", "labels", "score", "fill", "model", "preprocessing", "seconds")


def save(explanation: ExplanationData, path: str | os.PathLike[str]) -> Path:
    """Write an explanation."""
    path = Path(path)
    if path.suffix != ".npz":
        path = path.with_name(path.name + ".npz")
    return write_file(path, npz_bytes(explanation))


def npz_bytes(explanation: ExplanationData) -> bytes:
    """Return what :func:`save` writes."""
    header = {
        "format": FORMAT_VERSION,
        "grid": list(vars(explanation.grid).values()),
        "settings": dict(explanation.settings),
        "checked": explanation.checked.record if explanation.checked else None,
        **{name: getattr(explanation, name) for name in HEADER_FIELDS},
    }
    arrays: dict[str, Any] = {name: getattr(explanation, name) for name in ARRAYS}
    arrays["pixels"] = _compact(explanation.pixels)
    found = explanation.attribution
    if found is not None:
        header["attribution"] = {
            **{name: value for name, value in vars(found).items() if name not in MAP_ARRAYS},
            "cost": vars(found.cost),
        }
        arrays |= {f"attribution_{name}": getattr(found, name) for name in MAP_ARRAYS}
    file = io.BytesIO()
    np.savez_compressed(file, header=np.array(json.dumps(header)), **arrays)
    return file.getvalue()


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read an explanation's fields."""
    try:
        _refuse_bombs(path)
        with np.load(path, allow_pickle=False) as file:
            header = _mapping(json.loads(str(file["header"])), "header")
            found = header.get("attribution") is not None
            maps = [f"attribution_{name}" for name in MAP_ARRAYS] if found else []
            arrays = {name: file[name] for name in (*ARRAYS, *maps)}
        return _from_parts(header, arrays)
    except FileNotFoundError:
        raise
    except Exception as error:  # zipfile, zlib, NumPy and JSON raise many kinds
        raise ValueError(
            f"{os.fspath(path)!r} is no explanation that can be read: {error}. "
            "Wanted is a file that Explanation.save() wrote."
        ) from error


def _compact(pixels: NDArray[np.float32]) -> NDArray[Any]:
    small = np.clip(pixels, 0, 255).astype(np.uint8)
    return small if np.array_equal(small, pixels) else pixels


def _refuse_bombs(path: str | os.PathLike[str]) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MAX_BYTES:
        raise ValueError(f"it would unpack to {size:,} bytes, and at most {MAX_BYTES:,} are read")


def _from_parts(header: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    if header["format"] != FORMAT_VERSION:
        raise ValueError(f"its format is {header['format']!r}, and {FORMAT_VERSION} is wanted")
    rows, columns, height, width = (_whole(number, "grid") for number in header["grid"])
    grid = Grid(rows, columns, height, width)
    labels = _texts(header["labels"], "labels")
    if arrays["pixels"].dtype == np.uint8:
        arrays = {**arrays, "pixels": arrays["pixels"].astype(np.float32)}
    _check_arrays(arrays, grid, len(labels))
    attribution = None
    if header.get("attribution") is not None:
        attribution = _attribution(_mapping(header["attribution"], "attribution"), arrays, grid)
    method = parse_method(attribution.method if attribution else "occlusion")
    return dict(
        picture=arrays["picture"],
        pixels=arrays["pixels"],
        replacement=arrays["replacement"],
        grid=grid,
        vectors=arrays["vectors"],
        failed=arrays["failed"],
        baseline_vector=arrays["baseline_vector"],
        target=find_class(header["target"], labels),
        labels=labels,
        score=parse_score(header["score"]),
        seconds=_seconds(header["seconds"]),
        settings=_settings(header["settings"], method),
        checked=Preflight.of_record(header["checked"]) if header["checked"] else None,
        attribution=attribution,
        **{name: str(header[name]) for name in ("fill", "model", "preprocessing")},
    )


def _check_arrays(arrays: Mapping[str, NDArray[Any]], grid: Grid, classes: int) -> None:
    picture = arrays["picture"]
    shapes = {
        "picture": (*picture.shape[:2], 3),
        "pixels": (grid.height, grid.width, *arrays["pixels"].shape[2:3]),
        "replacement": (grid.height, grid.width, 3),
        "vectors": (*grid.shape, classes),
        "failed": grid.shape,
        "baseline_vector": (classes,),
    }
    if arrays["pixels"].shape[2:] not in {(1,), (3,), (4,)}:
        raise ValueError(f"its pixels are {arrays['pixels'].shape}, and 1, 3 or 4 channels wanted")
    for name, shape in shapes.items():
        dtype = _dtype(name)
        if arrays[name].shape != shape or arrays[name].dtype != dtype:
            raise ValueError(
                f"its {name} is {arrays[name].dtype} {arrays[name].shape}, and "
                f"{np.dtype(dtype)} {shape} is wanted"
            )
    if not picture.size:
        raise ValueError("its picture is empty")
    vectors = arrays["vectors"]
    scored = vectors[~np.isnan(vectors).all(axis=-1)]
    for name, numbers, limit in (
        ("pixels", arrays["pixels"], 255),
        ("vectors", scored, 1),
        ("baseline_vector", arrays["baseline_vector"], 1),
    ):
        if not ((numbers >= -TOLERANCE) & (numbers <= limit + TOLERANCE)).all():  # refuses NaN
            raise ValueError(f"its {name} holds more than numbers in 0..{limit}")


def _settings(value: Any, method: MethodSpec) -> dict[str, Any]:
    """Check the settings that the code reads; others are only shown."""
    settings = _mapping(value, "settings")
    parse_output(settings.get("output"))
    if not is_whole(settings.get("seed", 0)):
        raise ValueError(f"its seed is {settings['seed']!r:.40}, and a whole number is wanted")
    _texts(settings.get("layer", []), "layer")
    height, width = settings.get("picture_size", (1, 1))
    sizes = [(name, settings[name]) for name in OPTIONS if name in settings]
    for name, number in (*sizes, ("picture's height", height), ("picture's width", width)):
        _whole(number, name, 1)
    for name in ("layer", *OPTIONS):
        if name in settings and name not in method.options:
            raise ValueError(f"it tells {name!r} of {method.name!r}, which knows none")
    return settings


def _attribution(
    record: dict[str, Any], arrays: Mapping[str, NDArray[Any]], grid: Grid
) -> Attribution:
    method = parse_method(record["method"])
    if method.explain is None:
        raise ValueError(f"its map is of {method.name!r}, which leaves probabilities instead")
    maps = {name: arrays[f"attribution_{name}"] for name in MAP_ARRAYS}
    wanted = {"pixels": (grid.height, grid.width), "cells": grid.shape}
    for name, map_ in maps.items():
        if map_.dtype != np.float32 or map_.ndim != 2 or map_.shape != wanted.get(name, map_.shape):
            raise ValueError(f"its {name} of {method.name!r} are {map_.dtype} {map_.shape}")
        if not (map_.size and np.isfinite(map_).all()):
            raise ValueError(f"its {name} of {method.name!r} are empty, or hold NaN or infinity")
    cost = record["cost"]
    forward, backward = (_whole(cost[name], f"cost, {name}") for name in ("forward", "backward"))
    if record["resolution"] not in RESOLUTION_NOUNS or record["unit"] not in {"", *SCORES}:
        raise ValueError(f"it knows no {record['resolution']!r} in {record['unit']!r}")
    return Attribution(
        method=method.name,
        resolution=record["resolution"],
        derived=str(record["derived"]),
        unit=record["unit"],
        layers=_texts(record["layers"], "layers"),
        notes=_texts(record["notes"], "notes"),
        cost=Cost(forward, backward, _seconds(cost["seconds"])),
        **maps,
    )


def _mapping(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"its {name} is {value!r:.40}, and a mapping is wanted")
    return value


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError(f"its {name} is {value!r:.40}, and a list of words is wanted")
    return tuple(value)


def _whole(value: Any, name: str, low: int = 0) -> int:
    if not is_whole(value) or value < low:
        raise ValueError(f"its {name} is {value!r:.40}, and a whole number from {low} is wanted")
    return int(value)


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not 0 <= seconds < math.inf:  # refuses NaN
        raise ValueError(f"its seconds are {seconds}")
    return seconds


def _dtype(name: str) -> type[np.generic]:
    if name in UINT8_ARRAYS:
        return np.uint8
    return np.bool_ if name == "failed" else np.float32
