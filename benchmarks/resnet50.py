"""Time the 8×8 grid on ResNet50 against the bare model and against one predict per cell.

Ours in full and (a), the same 65 pictures through one compiled call per batch, run in turn, and so
does (b), one ``model.predict`` per cell, which is what the original does. Ratios are of medians.
Each way's peak memory is measured in a process of its own.

    python benchmarks/resnet50.py [rounds]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras.applications import resnet50

from gridexplainer_widget import GridExplainer

GRID = 8
ROOT = Path(__file__).parents[1]

Way = Callable[[], np.ndarray]


def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return resnet50.ResNet50(weights=None)


PICTURE = np.random.default_rng(0).integers(0, 256, (224, 224, 3)).astype(np.uint8)


def ours(model: keras.Model) -> Way:
    explainer = GridExplainer(model, GRID, engine="full")

    def way() -> np.ndarray:
        run = explainer.start_run(PICTURE)
        list(run.steps())
        return explainer.freeze(run, 0).drops.ravel()

    return way


def bare(model: keras.Model) -> Way:
    prepared, batch = masked(model)
    signature = [tf.TensorSpec((None, 224, 224, 3), tf.float32)]
    call = tf.function(lambda batch: model(batch, training=False), input_signature=signature)

    def way() -> np.ndarray:
        starts = range(0, len(prepared), batch)
        answers = [call(tf.constant(prepared[i : i + batch])).numpy()[:, 0] for i in starts]
        return drops(np.concatenate(answers))

    return way


def original(model: keras.Model) -> Way:
    prepared, _ = masked(model)
    return lambda: drops(
        np.concatenate([model.predict(one[np.newaxis], verbose=0)[:, 0] for one in prepared])
    )


WAYS: dict[str, Callable[[keras.Model], Way]] = {"ours": ours, "bare": bare, "original": original}


def masked(model: keras.Model) -> tuple[np.ndarray, int]:
    """The whole picture and every masked one, preprocessed, and our batch size."""
    run = GridExplainer(model, GRID).start_run(PICTURE)
    cells: list[list[int]] = [[], *([cell] for cell in range(GRID * GRID))]
    pictures = np.stack([run.masker.masked(hidden) for hidden in cells])
    return resnet50.preprocess_input(pictures), run.batch_size


def drops(probabilities: np.ndarray) -> np.ndarray:
    return probabilities[0] - probabilities[1:]


def timed(way: Way) -> float:
    begin = time.perf_counter()
    way()
    return time.perf_counter() - begin


def peak(name: str) -> float:
    """Peak resident memory of a process that goes one way once, in MiB."""
    code = (
        f"import benchmarks.resnet50 as b; b.WAYS[{name!r}](b.model())(); "
        "from benchmarks.memory import peak_mib; print(peak_mib())"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return float(result.stdout.split()[-1])


def main(rounds: int) -> None:
    network = model()
    ways = {name: build(network) for name, build in WAYS.items()}
    results = {name: way() for name, way in ways.items()}  # and the first, slow call of each
    for name, result in results.items():
        np.testing.assert_allclose(result, results["bare"], atol=1e-5, err_msg=name)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
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
