"""Time the 8×8 grid on ResNet50 against the bare model and against one predict per cell.

Ours and (a), the same 65 pictures through one compiled call per full batch, run in turn, and so
does (b), one ``model.predict`` per cell, which is what the original does. Ratios are of medians.
Each way's peak memory is measured in a process of its own.

    python benchmarks/resnet50.py [rounds]
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras.applications import resnet50

from gridexplainer_widget import GridExplainer

GRID = 8


def setup() -> tuple[keras.Model, np.ndarray, GridExplainer, np.ndarray]:
    keras.utils.set_random_seed(0)
    model = resnet50.ResNet50(weights=None)
    picture = np.random.default_rng(0).integers(0, 256, (224, 224, 3)).astype(np.uint8)
    explainer = GridExplainer(model, GRID)
    masker = explainer.start_run(picture).masker
    cells: list[list[int]] = [[], *([cell] for cell in range(GRID * GRID))]
    masked = np.stack([masker.masked(hidden) for hidden in cells])
    return model, picture, explainer, resnet50.preprocess_input(masked)


def ways() -> dict[str, Callable[[], object]]:
    model, picture, explainer, prepared = setup()
    batch = explainer.start_run(picture).batch_size
    whole = tf.function(
        lambda pictures: model(pictures, training=False),
        input_signature=[tf.TensorSpec((None, 224, 224, 3), tf.float32)],
    )

    def ours() -> object:
        run = explainer.start_run(picture)
        list(run.steps())
        return explainer.freeze(run).drops

    def bare() -> object:
        starts = range(0, len(prepared), batch)
        return [whole(tf.constant(prepared[i : i + batch])).numpy() for i in starts]

    def original() -> object:
        return [model.predict(one[np.newaxis], verbose=0) for one in prepared]

    return {"ours": ours, "bare": bare, "original": original}


def timed(way: Callable[[], object]) -> float:
    begin = time.perf_counter()
    way()
    return time.perf_counter() - begin


def peak(name: str) -> float:
    """Peak resident memory of a process that does it once, in MiB."""
    code = f"import benchmarks.resnet50 as b; b.ways()[{name!r}](); print(b.own_peak())"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return float(result.stdout.split()[-1])


def own_peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(rounds: int) -> None:
    by_name = ways()
    for way in by_name.values():
        way()
    times: dict[str, list[float]] = {name: [] for name in by_name}
    for number in range(rounds):
        for name, way in by_name.items():
            if name != "original" or number % 3 == 0:  # it is slow, and far from close
                times[name].append(timed(way))
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"ResNet50, {GRID}×{GRID} grid and the whole picture: {GRID * GRID + 1} pictures")
    for name, values in times.items():
        print(
            f"{name:9} median {medians[name]:6.2f} s of {len(values):2} "
            f"({min(values):.2f} to {max(values):.2f}), peak {peak(name):5.0f} MiB"
        )
    print(f"ours / bare     {medians['ours'] / medians['bare']:.3f}")
    print(f"original / ours {medians['original'] / medians['ours']:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
