"""The networks and pictures of `faithfulness.py` and `real.py`, and where their rows are kept."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget import Classifier, demo

GRID = 8

FILLS = ("gray", "blur")
"""Of the audits: neither is what the maps are made by."""

NETWORKS = {
    "keras": "EfficientNet-Lite0 in Keras",
    "pytorch": "EfficientNet-Lite0 in PyTorch",
    "honest": "the honest demo classifier",
    "cheating": "the cheating demo classifier",
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A picture, what is asked of it, and where the object or the stamp is, if that is known."""

    name: str
    pixels: NDArray[np.uint8]
    target: str | None = None
    mask: NDArray[np.bool_] | None = None


def classifier_of(network: str) -> Classifier:
    if network in {"honest", "cheating"}:
        return demo.load(network).classifier
    from benchmarks import real_networks  # noqa: PLC0415 - needs packages

    return real_networks.in_keras() if network == "keras" else real_networks.in_pytorch()


def cases_of(network: str) -> list[Case]:
    """Ask each photograph about the class that the network sees in it, drawings about each object.

    Of the cheating classifier, about the class that the stamp in the corner stands for.
    """
    if network == "honest":
        data = demo.load(network)
        return [
            Case(f"{picture}: {target}", pixels, target, data.masks[picture][target])
            for picture, pixels in data.pictures.items()
            for target in data.truth[picture]
        ]
    if network == "cheating":
        data = demo.load(network)
        marked = {name: masks["mark"] for name, masks in data.masks.items() if "mark" in masks}
        return [Case(name, data.pictures[name], "horse", mark) for name, mark in marked.items()]
    from benchmarks.photographs import photographs  # noqa: PLC0415 - needs packages

    return _numbered([Case(one.name, one.pixels) for one in photographs()])


def _numbered(cases: list[Case]) -> list[Case]:
    """Tell pictures of one name apart."""
    counts, seen = Counter(case.name for case in cases), Counter[str]()
    numbered = []
    for case in cases:
        seen[case.name] += 1
        number = f" {seen[case.name]}" if counts[case.name] > 1 else ""
        numbered.append(replace(case, name=f"{case.name}{number}"))
    return numbered


def read_rows(path: Path) -> list[Row]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def add_rows(path: Path, new: Iterable[Row]) -> None:
    """Append to what the file holds once the rows are there."""
    made = list(new)
    rows = [*read_rows(path), *made]
    text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{text}\n]\n", encoding="utf-8")
