"""Another method's map, read from files of strangers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import Attribution, Cost
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import SCORES
from gridexplainer_widget.core.untrusted.plain_json import (
    as_mapping,
    as_seconds,
    as_text,
    as_texts,
    as_whole,
)
from gridexplainer_widget.methods.registry import parse_method

RESOLUTION_NOUNS: Final = {"cells": "cells", "pixels": "pixels", "layer": "maps"}
"""What a method gives numbers for."""

MAP_ARRAYS: Final = ("native", "pixels", "cells")
"""Stored with the prefix "attribution_"."""


def attribution_of(value: Any, arrays: Mapping[str, NDArray[Any]], grid: Grid) -> Attribution:
    """Read a record, or raise."""
    record = as_mapping(value, "attribution")
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
    forward, backward = (as_whole(cost[name], f"cost, {name}") for name in ("forward", "backward"))
    if record["resolution"] not in RESOLUTION_NOUNS or record["unit"] not in {"", "value", *SCORES}:
        raise ValueError(f"it knows no {record['resolution']!r} in {record['unit']!r}")
    return Attribution(
        method=method.name,
        resolution=record["resolution"],
        derived=as_text(record["derived"], "derived"),
        unit=record["unit"],
        layers=as_texts(record["layers"], "layers"),
        notes=tuple(as_text(note, "note") for note in record["notes"]),
        cost=Cost(forward, backward, as_seconds(cost["seconds"])),
        **maps,
    )
