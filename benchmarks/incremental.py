"""Time incremental occlusion against the best full batch of the same model, network by network.

The ways are run in turn, after a first run of each that traces, plans and compiles; ratios are of
medians. `full` is ``engine="full"`` with the batch size of four that is fastest on a 5×5 grid;
`in 32s` is the same in batches of 32, the size with which Keras predicts.
`promised` is the ratio of multiply-adds that the exact boxes would allow, `off` the largest
difference of a class probability, relative to the largest drop, with random weights that are alive
(tests/networks.py). Peak memory is of a process while it explains one picture twice, the model and
TensorFlow included.

Names in small letters are torchvision's networks; all others are those of Keras.

    python -m benchmarks.incremental [--networks VGG16,resnet50] [--grids 8,16] [--rounds 5]
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
BATCHES = (4, 8, 13, 32)
CUSTOMARY = 32
FEW = 5
"""The grid on which sizes of batches are tried."""


def classifier(name: str, side: int) -> Classifier:
    """The network with lively weights; ten classes."""
    return torch_classifier(name, side) if name.islower() else keras_classifier(name, side)


def torch_classifier(name: str, side: int) -> Classifier:
    # Not for Keras' networks: it would count as memory of theirs.
    from tests.pytorch import torch, torchvision  # noqa: PLC0415
    from tests.torch_networks import lively, telling  # noqa: PLC0415

    torch.manual_seed(1)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    module = lively(getattr(torchvision.models, name)(num_classes=10)).eval()
    telling(module, (side, side))
    return as_classifier(module.eval(), input_shape=(side, side), output="logits")


def keras_classifier(name: str, side: int) -> Classifier:
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
        asked = {"auto": ("auto", None), "full": ("full", batch), "in 32s": ("full", CUSTOMARY)}
        times: dict[str, list[float]] = {way: [] for way in asked}
        for _ in range(rounds):
            for way, (engine, size) in asked.items():
                times[way].append(timed(found, grid, engine, side, size))
        median = {way: statistics.median(values) for way, values in times.items()}
        ratios = [f / a for f, a in zip(times["full"], times["auto"], strict=True)]
        print(
            f"| {name} | {grid} | {batch} | {median['in 32s']:.2f} | {median['full']:.2f} | "
            f"{median['auto']:.2f} | {median['in 32s'] / median['auto']:.2f} | "
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
        "| network | N | batch | in 32s, s | full, s | incremental, s | in 32s / incremental | "
        "full / incremental | round by round | promised | planning, s | off | way |\n"
        + 13 * "|---"
        + "|"
    )
    for name in given.networks.split(","):
        grids = [int(grid) for grid in given.grids.split(",")]
        measure(name, grids, given.rounds, given.side, memory=given.memory)
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
