"""Time incremental occlusion against the best full batch of the same model, network by network.

Both are run in turn, after a first run of each that traces, plans and compiles; ratios are of
medians. `full` is ``engine="full"`` with the batch size of three that is fastest on a 5×5 grid.
`promised` is the ratio of multiply-adds that the exact boxes would allow, `off` the largest
difference of a class probability, relative to the largest drop, with random weights that are alive
(tests/networks.py). Peak memory is of a process while it explains one picture twice, the model and
TensorFlow included.

    python -m benchmarks.incremental [--networks VGG16,ResNet50] [--grids 8,16] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import applications

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.classifiers import Classifier
from gridexplainer_widget.incremental.costs import traced
from gridexplainer_widget.incremental_pass import IncrementalPass, as_boxes
from gridexplainer_widget.occlusion import Run
from tests.networks import enliven, picture

ROOT = Path(__file__).parents[1]
NETWORKS = (
    "VGG16 ResNet50 MobileNetV2 DenseNet121 InceptionV3 ResNet101V2 Xception EfficientNetB0 "
    "EfficientNetV2B0 MobileNetV3Small NASNetMobile ConvNeXtTiny"
)
FILL = "red"
BATCHES = (8, 13, 32)
FEW = 5
"""The grid on which sizes of batches are tried."""


def classifier(name: str, side: int) -> Classifier:
    """The network with lively weights; ten classes."""
    keras.utils.set_random_seed(1)
    model = getattr(applications, name)(weights=None, input_shape=(side, side, 3), classes=10)
    found = as_classifier(model)
    masker = GridExplainer(found, 2, fill=FILL, engine="full").start_run(picture(side, side)).masker
    masked = np.stack([masker.masked(cells) for cells in ((), (0,), (1,), (2,), (3,))])
    enliven(model, found.preprocessing(masked))
    return found


def explained(
    found: Classifier, grid: int, engine: str, side: int, batch: int | None = None
) -> Run:
    explainer = GridExplainer(found, grid, fill=FILL, engine=engine, batch_size=batch)
    run = explainer.start_run(picture(side, side))
    list(run.steps())
    return run


def timed(found: Classifier, grid: int, engine: str, side: int, batch: int | None = None) -> float:
    begin = time.perf_counter()
    explained(found, grid, engine, side, batch)
    return time.perf_counter() - begin


def promised(run: Run) -> float:
    """How many times fewer multiply-adds the exact boxes need."""
    if not isinstance(run.way, IncrementalPass):
        return 1.0
    nodes = run.way.patching.nodes
    boxes = traced(nodes, as_boxes(run.grid.boxes()))
    full = dirty = 0.0
    for index, node in enumerate(nodes.nodes):
        full += node.work * node.positions
        part = boxes.get(index)
        changed = node.positions
        if part is not None:
            changed = float(np.prod(part[:, :, 1] - part[:, :, 0], axis=1).mean())
        dirty += node.work * changed
    return full / dirty


def peak(name: str, grid: int, engine: str, side: int) -> float:
    """Peak resident memory in MiB, from when the model is there.

    Not ru_maxrss, which a child inherits from its parent, and which cannot be set back.
    """
    code = (
        f"import benchmarks.incremental as b; c = b.classifier({name!r}, {side}); "
        "open('/proc/self/clear_refs', 'w').write('5'); "
        f"[b.explained(c, {grid}, {engine!r}, {side}) for _ in (1, 2)]; "
        "print([l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return float(result.stdout.split()[-1]) / 1024


def best_batch(found: Classifier, side: int) -> int:
    """The size of batch with which the whole model is fastest on a few pictures."""
    took = {
        batch: min(timed(found, FEW, "full", side, batch) for _ in range(3)) for batch in BATCHES
    }
    return min(took, key=lambda batch: took[batch])


def measure(name: str, grids: list[int], rounds: int, side: int, *, memory: bool) -> None:
    found = classifier(name, side)
    batch = best_batch(found, side)
    for grid in grids:
        begin = time.perf_counter()
        parts = explained(found, grid, "auto", side)
        first = time.perf_counter() - begin
        full = explained(found, grid, "full", side, batch)
        largest = float(np.abs(full.vectors - full.baseline).max())
        off = float(np.abs(full.vectors - parts.vectors).max()) / largest
        times: dict[str, list[float]] = {"auto": [], "full": []}
        for _ in range(rounds):
            times["auto"].append(timed(found, grid, "auto", side))
            times["full"].append(timed(found, grid, "full", side, batch))
        median = {way: statistics.median(values) for way, values in times.items()}
        ratios = [f / a for f, a in zip(times["full"], times["auto"], strict=True)]
        print(
            f"| {name} | {grid} | {batch} | {median['full']:.2f} | {median['auto']:.2f} | "
            f"{median['full'] / median['auto']:.2f} | {min(ratios):.2f}–{max(ratios):.2f} | "
            f"{promised(parts):.2f} | {first - median['auto']:.1f} | {off:.0e} | "
            f"{parts.way.words} |",
            flush=True,
        )
    if memory:
        full, auto = (peak(name, grids[0], engine, side) for engine in ("full", "auto"))
        print(f"| {name} | {grids[0]} | peak in full {full:.0f} MiB, {auto:.0f} MiB |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", default=",".join(NETWORKS.split()))
    parser.add_argument("--grids", default="8,16")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--memory", action="store_true")
    given = parser.parse_args()
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}, {given.side}×{given.side}")
    print(
        "| network | N | batch | full, s | incremental, s | ratio | round by round | promised | "
        "planning, s | off | way |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for name in given.networks.split(","):
        grids = [int(grid) for grid in given.grids.split(",")]
        measure(name, grids, given.rounds, given.side, memory=given.memory)
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
