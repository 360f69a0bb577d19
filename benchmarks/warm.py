"""Time warm maps of one network in Keras, PyTorch and ONNX Runtime, on patches and in full.

Each framework has a process of its own; the ways take turns. `best` is the quicker of two sizes of
batch in full, the yardstick ONNX Runtime in full. Two kinds of seconds: on the wall, and of the
processor, which other work on the machine disturbs less. Rounds are kept in warm.json as they
come, and a run goes on where the last one ended.

    python -m benchmarks.warm VGG16 [--rounds 5] [--minutes 6] [--joint]
    python -m benchmarks.warm table
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).parents[1]
NETWORKS = {
    "VGG16": "vgg16",
    "ResNet50": "resnet50",
    "MobileNetV2": "mobilenet_v2",
    "DenseNet121": "densenet121",
    "EfficientNetB0": "efficientnet_b0",
    "Lite0": "lite0",
}
"""Keras' names, and torchvision's."""

FRAMEWORKS = ("Keras", "PyTorch", "ONNX")
WAYS = ("auto 0", "full 4", "full 13")
YARDSTICK = "ONNX full 13"
SIDE, GRID = 224, 8
HEAD = ("network", "in", "full, best, s", "on patches, s", "/ best", "/ ONNX Runtime in full")

Run = dict[str, float]
Rounds = dict[str, list[Run]]


def classifier(framework: str, network: str) -> Any:
    """The network in a framework."""
    from benchmarks import incremental_worker as worker  # noqa: PLC0415 - in workers alone

    if network == "Lite0":
        return _lite0(framework)
    name = NETWORKS[network]
    if framework == "Keras":
        return worker.keras_classifier(network, SIDE)
    make = worker.torch_classifier if framework == "PyTorch" else worker.onnx_classifier
    return make(name, SIDE)


def _lite0(framework: str) -> Any:
    from benchmarks import real_networks  # noqa: PLC0415 - needs packages

    if framework == "Keras":
        return real_networks.in_keras()
    from tests.support.pytorch import torch  # noqa: PLC0415

    if framework == "PyTorch":
        torch.set_num_threads(len(os.sched_getaffinity(0)))  # as many as all others take
        return real_networks.in_pytorch()
    from gridexplainer_widget import as_classifier  # noqa: PLC0415

    path = Path(tempfile.mkdtemp()) / "lite0.onnx"
    axes = {"pictures": {0: "n"}, "logits": {0: "n"}}
    names = {"input_names": ["pictures"], "output_names": ["logits"], "dynamic_axes": axes}
    pictures = torch.zeros(2, 3, SIDE, SIDE)
    module = real_networks.torch_lite0()
    torch.onnx.export(module, (pictures,), path, opset_version=17, dynamo=False, **names)
    return as_classifier(path, output="logits", preprocess="-1..1")


def work(framework: str, network: str, *, joint: bool) -> None:
    """Answer lines such as ``full 13`` with one line of seconds."""
    from gridexplainer_widget import GridExplainer  # noqa: PLC0415 - in workers alone
    from gridexplainer_widget.inference.together import together_steps  # noqa: PLC0415
    from tests.support.networks import picture  # noqa: PLC0415

    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    found, image = classifier(framework, network), picture(SIDE, SIDE)
    explainers: dict[str, GridExplainer] = {}
    print("ready", file=out)
    for line in sys.stdin:
        engine, batch = line.split()
        explainer = explainers.setdefault(
            line,
            GridExplainer(
                found,
                GRID,
                fill="red",
                engine=engine,
                batch_size=int(batch) or None,
                joint=joint,
            ),
        )
        wall, cpu = time.perf_counter(), time.process_time()
        run = explainer.start_run(image)
        for _ in run.steps():
            pass
        if joint:
            for _ in together_steps(run, int(run.baseline.argmax()), "probability", None):
                pass
        told = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps(told | {"way": run.strategy.description}), file=out)


def asked(process: subprocess.Popen[str], line: str) -> Any:
    assert process.stdin
    assert process.stdout
    print(line, file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())


def measure(network: str, rounds: int, minutes: float, path: Path, *, joint: bool) -> None:
    deadline = time.monotonic() + 60 * minutes
    name = f"{network}, handfuls too" if joint else network
    options = ["--joint"] if joint else []
    processes = {
        framework: subprocess.Popen(
            [sys.executable, "-m", "benchmarks.warm", "--work", framework, network, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for framework in FRAMEWORKS
    }
    try:
        for process in processes.values():
            assert process.stdout
            process.stdout.readline()
        for framework, process in processes.items():
            for way in WAYS:
                for _ in range(2 if way == "auto 0" else 1):  # the first changes over meanwhile
                    told = asked(process, way)
                print(framework, way, told, file=sys.stderr, flush=True)
        more = lambda: rounds > len(read(path).get(name, {}).get(YARDSTICK, ()))  # noqa: E731
        for _ in in_time(name, more, deadline):
            one = {f"{key} {way}": asked(processes[key], way) for key in processes for way in WAYS}
            kept = read(path)
            for way, told in one.items():
                kept.setdefault(name, {}).setdefault(way, []).append(told)
            path.write_text(json.dumps(kept, indent=1) + "\n")
    finally:
        end(processes.values())


def in_time(name: str, more: Callable[[], bool], deadline: float) -> Iterator[None]:
    """Yield once for each round, while more are wanted and the next would end in time."""
    took = 0.0
    while more() and time.monotonic() + took <= deadline:
        begin = time.monotonic()
        yield
        took = time.monotonic() - begin
        print(f"{name}: a round took {took:.0f} s", file=sys.stderr, flush=True)


def end(processes: Iterable[subprocess.Popen[str]]) -> None:
    for process in processes:
        process.kill()
        process.wait()


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text()) if path.exists() else {}


def table(found: dict[str, Rounds]) -> str:
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    for network, rounds in found.items():
        rows = [[network, framework, *_cells(rounds, framework)] for framework in FRAMEWORKS]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def _cells(rounds: Rounds, framework: str) -> list[str]:
    """Of each figure: processor seconds, then wall."""
    full, mine, ratio, yardstick = [], [], [], []
    for what in ("cpu", "wall"):
        middle = {way: statistics.median(run[what] for run in runs) for way, runs in rounds.items()}
        best = min(middle[f"{framework} {way}"] for way in WAYS[1:])
        ours = middle[f"{framework} {WAYS[0]}"]
        full.append(f"{best:.2f}")
        mine.append(f"{ours:.2f}")
        ratio.append(f"{ours / best:.2f}")
        yardstick.append(f"{ours / middle[YARDSTICK]:.2f}")
    return [", ".join(one) for one in (full, mine, ratio, yardstick)]


def parser_of(out: str) -> argparse.ArgumentParser:
    """Return what a benchmark takes whose workers stay while rounds go into a file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="?", choices=[*NETWORKS, "table"])
    parser.add_argument("--work", nargs=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no round that ends later")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / out)
    return parser


def main() -> None:
    parser = parser_of("warm.json")
    parser.add_argument("--joint", action="store_true")
    given = parser.parse_args()
    if given.work:
        work(*given.work, joint=given.joint)
    elif given.what == "table":
        print(table(read(given.out)))
    else:
        measure(given.what, given.rounds, given.minutes, given.out, joint=given.joint)


if __name__ == "__main__":
    main()
