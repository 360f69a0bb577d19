"""Time incremental occlusion against the best full batch of the same model, network by network.

Each way has a process of its own (incremental_worker.py), since two in one disturb each other's
memory; they run in turn, after a first run of each that traces, plans and compiles, and ratios
are of medians. `best` is ``engine="full"`` with the size of batch that is fastest on a 5×5
grid; `in 32s` is the same in batches of 32, the size with which Keras predicts. `promised` is
the ratio of multiply-adds that the exact boxes would allow, `off` the largest difference of a
class probability, relative to the largest drop, with random weights that are alive
(tests/support/networks.py), `peak` the most memory that the process of each way has had, its
model and framework included.

Names in small letters are torchvision's networks, which `.onnx` exports; all others are those of
Keras.

    python -m benchmarks.incremental [--networks VGG16,resnet50] [--grids 8,16] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
NETWORKS = (
    "VGG16,ResNet50,MobileNetV2,DenseNet121,InceptionV3,ResNet101V2,Xception,EfficientNetB0,"
    "EfficientNetV2B0,MobileNetV3Small,NASNetMobile,ConvNeXtTiny"
)
BATCHES = (4, 8, 13, 32)
KERAS_BATCH = 32
TRIAL_GRID = 5
"""The grid on which sizes of batches are tried."""

HEAD = (
    "network",
    "N",
    "in 32s, s",
    "best, s (batch)",
    "incremental, s",
    "in 32s / incr.",
    "best / incr.",
    "round by round",
    "promised",
    "planning, s",
    "off",
    "peak in 32s, best, incr., MiB",
    "way",
)


class Worker:
    """A process that explains one network in one way."""

    def __init__(self, name: str, side: int, engine: str, batch: int = 0) -> None:
        arguments = [name, str(side), engine, str(batch)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.incremental_worker", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def wait(self) -> None:
        self._line("ready")

    def first(self, grid: int) -> dict[str, Any]:
        return self._asked("first", grid)

    def again(self, grid: int) -> dict[str, Any]:
        return self._asked("again", grid)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _asked(self, what: str, grid: int) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(f"{what} {grid}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._line("{"))
        return answer

    def _line(self, start: str) -> str:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith(start):
                return line
        raise RuntimeError(f"A worker ended with {self._process.wait()}; see what it wrote above.")


def best_batch(full: Mapping[int, Worker]) -> int:
    """The size of batch with which the whole model is fastest on a few pictures."""
    for worker in full.values():
        worker.first(TRIAL_GRID)
    took: dict[int, list[float]] = {batch: [] for batch in full}
    for _ in range(3):
        for batch, worker in full.items():
            took[batch].append(worker.again(TRIAL_GRID)["seconds"])
    return min(took, key=lambda batch: min(took[batch]))


def measure(name: str, grids: list[int], rounds: int, side: int) -> None:
    incremental = Worker(name, side, "auto")
    full = {batch: Worker(name, side, "full", batch) for batch in BATCHES}
    try:
        for worker in (incremental, *full.values()):
            worker.wait()
        best = best_batch(full)
        for batch in set(full) - {best, KERAS_BATCH}:
            full[batch].stop()
        ways = {"in 32s": full[KERAS_BATCH], "best": full[best], "incremental": incremental}
        for grid in grids:
            print(f"| {name} | {grid} | {' | '.join(row(ways, best, grid, rounds))} |", flush=True)
    finally:
        for worker in (incremental, *full.values()):
            worker.stop()


def row(ways: Mapping[str, Worker], batch: int, grid: int, rounds: int) -> list[str]:
    firsts = {way: worker.first(grid) for way, worker in ways.items()}
    answers: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, worker in ways.items():
            answers[way].append(worker.again(grid))
    took = {way: [answer["seconds"] for answer in found] for way, found in answers.items()}
    median = {way: statistics.median(seconds) for way, seconds in took.items()}
    peaks = [f"{max(answer['peak'] for answer in found):.0f}" for found in answers.values()]

    whole, parts = firsts["best"], firsts["incremental"]
    vectors, expected = np.array(parts["vectors"]), np.array(whole["vectors"])
    off = np.abs(vectors - expected).max() / np.abs(expected - whole["baseline"]).max()
    mine = median["incremental"]
    ratios = [one / other for one, other in zip(took["best"], took["incremental"], strict=True)]
    return [
        f"{median['in 32s']:.2f}",
        f"{median['best']:.2f} ({batch})",
        f"{mine:.2f}",
        f"{median['in 32s'] / mine:.2f}",
        f"{median['best'] / mine:.2f}",
        f"{min(ratios):.2f}–{max(ratios):.2f}",
        f"{parts['promised']:.2f}",
        f"{parts['seconds'] - mine:.1f}",
        f"{off:.0e}",
        ", ".join(peaks),
        parts["words"],
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", default=NETWORKS)
    parser.add_argument("--grids", default="8,16")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", type=int, default=224)
    given = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n{len(HEAD) * '|---'}|")
    for name in given.networks.split(","):
        grids = [int(grid) for grid in given.grids.split(",")]
        measure(name, grids, given.rounds, given.side)


if __name__ == "__main__":
    main()
