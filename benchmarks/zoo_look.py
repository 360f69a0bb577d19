"""What is asked of a model of the zoo, and the row that tells it: `benchmarks/zoo.py`."""

from __future__ import annotations

import copy
import pickle
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import gridexplainer_widget
from gridexplainer_widget import GridExplainer

SIDE_CELLS = 4
"""Rows and columns of the grid."""

Row = dict[str, Any]

Ask = Callable[[np.ndarray], np.ndarray]


@dataclass
class Specimen:
    """A model with random weights that are alive, and how to ask it by hand.

    Parameters
    ----------
    ask : callable
        Pictures (n, height, width, 3) in 0..255 → probabilities, without this package.
    state : callable
        All that the model holds, in a form that can be compared.
    options : dict
        For `GridExplainer`.
    facts : dict
        For the row: its side, number of parameters, what was made smaller.
    """

    model: Any
    ask: Ask
    state: Callable[[], Any]
    options: dict[str, Any]
    facts: Row = field(default_factory=dict)


def coarse_picture(side: int) -> np.ndarray:
    """Random colours, 8 × 8 pixels each, with some noise: uint8 (side, side, 3)."""
    rng = np.random.default_rng(0)
    coarse = rng.uniform(0, 255, (side // 8 + 1, side // 8 + 1, 3)).repeat(8, 0).repeat(8, 1)
    noisy = coarse[:side, :side] + rng.normal(0, 20, (side, side, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def masked_pictures(image: np.ndarray) -> np.ndarray:
    """The picture, then with each cell hidden under its mean: float32, in 0..255."""
    pictures = np.stack([image.astype(np.float32)] * (SIDE_CELLS**2 + 1))
    bounds = np.linspace(0, len(image), SIDE_CELLS + 1).astype(int)
    for index, (row, column) in enumerate(np.ndindex(SIDE_CELLS, SIDE_CELLS)):
        cell = pictures[
            index + 1, bounds[row] : bounds[row + 1], bounds[column] : bounds[column + 1]
        ]
        cell[:] = cell.mean(axis=(0, 1))
    return pictures


def look(specimen: Specimen) -> Row:
    """Explain a picture in every way, and hold the ways against each other."""
    side = specimen.facts["side"]
    image = coarse_picture(side)
    row: Row = dict(specimen.facts)
    by_hand = np.concatenate([specimen.ask(one[np.newaxis]) for one in masked_pictures(image)])
    row["largest drop"] = float(np.abs(by_hand[1:] - by_hand[0]).max())
    before, could = specimen.state(), _copies(specimen.model)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = {engine: _tried(row, engine, specimen, image) for engine in ("auto", "full")}
        _grad_cam(row, specimen, image)
    ours = str(Path(gridexplainer_widget.__file__).parent)
    row["warned"] = sorted({str(one.message) for one in caught if one.filename.startswith(ours)})
    for engine, vectors in found.items():
        if vectors is not None:
            row[f"{engine} off"] = _apart(vectors, by_hand)
    row["left as it was"] = _left(specimen, before, could)
    return row


def _tried(row: Row, engine: str, specimen: Specimen, image: np.ndarray) -> np.ndarray | None:
    started = time.perf_counter()
    try:
        run = GridExplainer(
            specimen.model, SIDE_CELLS, engine=engine, **specimen.options
        ).start_run(image)
        list(run.steps())
    except Exception as error:  # noqa: BLE001 - a row of the table
        row[f"{engine} error"] = f"{type(error).__name__}: {error}"
        return None
    row[f"{engine} seconds"] = round(time.perf_counter() - started, 1)
    row[f"{engine} way"] = run.strategy.description
    return np.concatenate([run.baseline[np.newaxis], run.vectors])


def _grad_cam(row: Row, specimen: Specimen, image: np.ndarray) -> None:
    try:
        explainer = GridExplainer(specimen.model, SIDE_CELLS, engine="full", **specimen.options)
        found = explainer.explain(image, method="grad-cam")
    except Exception as error:  # noqa: BLE001 - as above
        row["grad-cam error"] = f"{type(error).__name__}: {error}"
        return
    row["grad-cam"] = found.attribution.layers[0]
    row["grad-cam maps"] = "×".join(map(str, found.attribution.native.shape))
    row["grad-cam notes"] = found.attribution.notes


def _apart(vectors: np.ndarray, by_hand: np.ndarray) -> float | None:
    if vectors.shape != by_hand.shape:
        return None
    largest = np.abs(by_hand[1:] - by_hand[0]).max()
    return float(np.abs(vectors - by_hand).max() / max(largest, np.finfo(np.float32).tiny))


def _copies(model: Any) -> list[str]:
    ways = {"copied": copy.deepcopy, "pickled": pickle.dumps}
    found = []
    for name, way in ways.items():
        try:
            way(model)
        except Exception:  # noqa: BLE001 - whatever a model's parts raise
            continue
        found.append(name)
    return found


def _left(specimen: Specimen, before: Any, could: list[str]) -> str:
    """Say what has changed, or "yes"."""
    lost = set(could).difference(_copies(specimen.model))
    if lost:
        return f"can no longer be {' or '.join(sorted(lost))}"
    after = specimen.state()
    changed = [name for name in before if before[name] != after.get(name)]
    changed += [name for name in after if name not in before]
    return f"no: {', '.join(changed[:4])}" if changed else "yes"
