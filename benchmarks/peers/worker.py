"""What the workers of benchmarks/peers.py share: the picture, its masked copies and the protocol.

A worker holds one network, of the folder that it is given (networks.py). It says hello in one line
of JSON, then answers each line of its standard input with one: ``{"way": "full", "grid": 8}`` with
seconds and drops, or with an error. Whatever libraries print goes to standard error. NumPy is all
that this file needs, since every peer's own environment runs it.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(sys.argv[1])
GREY = 127.5
"""What stands in for a hidden cell everywhere, since tf-explain knows nothing else."""

BATCH = 16
PICTURE = np.load(FOLDER / "picture.npy")
PIXELS = PICTURE.astype(np.float32)
SIDE = len(PIXELS)
TARGET: int = json.loads((FOLDER / "told.json").read_text())["target"]
CORES = len(os.sched_getaffinity(0))

First = Callable[[], None]
"""To be called when the first cell's score is there, where a way tells one before the end."""

Way = Callable[[First], "np.ndarray | None"]
"""Goes one way once; the drops, row by row, where it has a drop for each cell."""


def cells_alone(explainer: Any) -> Way:
    """Ours, of an explainer that hides cells alone."""

    def way(first: First) -> np.ndarray:
        run = explainer.start_run(PICTURE)
        for number, _ in enumerate(run.steps()):
            if number == 0:
                first()
        return explainer.freeze(run, TARGET).drops

    return way


def patch(grid: int) -> int:
    """The side of a cell in whole pixels, where a way takes nothing else."""
    return math.ceil(SIDE / grid)


def masked(grid: int) -> Iterator[np.ndarray]:
    """The whole picture, and then with each cell hidden."""
    side = patch(grid)
    yield PIXELS
    for top in range(0, SIDE, side):
        for left in range(0, SIDE, side):
            pixels = PIXELS.copy()
            pixels[top : top + side, left : left + side] = GREY
            yield pixels


def all_masked(grid: int) -> np.ndarray:
    """Like masked(), at once and without a second copy."""
    out = np.empty((math.ceil(SIDE / patch(grid)) ** 2 + 1, SIDE, SIDE, 3), np.float32)
    for place, pixels in zip(out, masked(grid), strict=True):
        place[:] = pixels
    return out


def drops(scores: Iterable[Any]) -> np.ndarray:
    """From the scores of the pictures of masked()."""
    scores = np.asarray(scores, np.float64)
    return scores[0] - scores[1:]


def keras_model() -> Any:
    keras = importlib.import_module("keras")
    return keras.models.load_model(FOLDER / "network.keras", compile=False)


def run(make: Callable[[], Way] | None, way: Way | None) -> tuple[Way, dict[str, Any]]:
    """Go a way; where it must be made first, that counts, too."""
    first: list[float] = []
    begin = time.perf_counter()
    way = way or make()
    result = way(lambda: first.append(time.perf_counter() - begin))
    seconds = time.perf_counter() - begin
    return way, {
        "seconds": seconds,
        "first": first[0] if first else seconds,
        "drops": None if result is None else [float(drop) for drop in np.ravel(result)],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def serve(
    ways: dict[str, Callable[[int], Way]],
    packages: Sequence[str],
    threads: int = CORES,
    imports: Mapping[str, str] | None = None,
) -> None:
    """Answer until standard input ends; `imports` are modules that a way needs beforehand."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    versions = {package: version(package) for package in packages}
    print(json.dumps({"versions": versions, "threads": threads}), file=out)
    ready: dict[tuple[str, int], Way] = {}
    for line in sys.stdin:
        wanted = json.loads(line)
        name, grid = key = wanted["way"], wanted["grid"]
        try:
            if name in (imports or {}):
                importlib.import_module((imports or {})[name])
            ready[key], answer = run(lambda name=name, grid=grid: ways[name](grid), ready.get(key))
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is its result
            answer = {"error": f"{type(error).__name__}: {error}"[:500]}
        print(json.dumps(answer), file=out)
