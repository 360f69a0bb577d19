"""Time the first map of a process: of the whole model, and begun with it and gone on by patches.

Each run has a process of its own; the ways take turns, and medians are told. Importing the
frameworks and making the network do not count; all else does, from making the explainer to the
last cell. `first` is when the first cells are known. Networks of Keras are named as there, those
of torchvision in small letters, and with `.onnx` they are exported first.

    python -m benchmarks.cold [--networks ResNet50,lite0,resnet50.onnx] [--rounds 5] [--joint]
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
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).parents[1]
NETWORKS = "ResNet50,MobileNetV2,DenseNet121,lite0,resnet50,mobilenet_v2,resnet50.onnx"
WAYS = ("full", "auto")
SIDE, GRID = 224, 8
HEAD = (
    "network",
    "first cell in full, s",
    "auto, s",
    "all in full, s",
    "auto, s",
    "auto / full",
    "processor's in full, s",
    "auto, s",
    "peak in full, auto, MiB",
)


def explain(name: str, engine: str, *, joint: bool) -> dict[str, float]:
    from benchmarks.memory import peak_mib  # noqa: PLC0415 - in the worker alone
    from gridexplainer_widget import GridExplainer  # noqa: PLC0415
    from tests.support.networks import picture  # noqa: PLC0415

    model = _network(name)
    image = picture(SIDE, SIDE)
    begin, used = time.perf_counter(), time.process_time()
    explainer = GridExplainer(
        model, GRID, engine=engine, fill="red", joint=joint, **_settings(name)
    )
    run = explainer.start_run(image)
    first = 0.0
    for scored in run.steps():
        if scored:
            first = first or time.perf_counter() - begin
    if joint:
        from gridexplainer_widget.inference.together import together_steps  # noqa: PLC0415

        for _ in together_steps(run, int(np.argmax(run.baseline)), "probability", None):
            pass
    seconds = time.perf_counter() - begin
    used = time.process_time() - used
    return {"first": first, "all": seconds, "used": used, "peak": peak_mib(), "calls": run.calls}


def _network(name: str) -> Any:
    if name == "lite0":
        from benchmarks.real_networks import keras_lite0  # noqa: PLC0415

        return keras_lite0()
    if name.endswith(".onnx"):
        import onnxruntime  # noqa: F401, PLC0415

        return name
    if name.islower():
        return _module(name)
    import keras  # noqa: PLC0415

    keras.utils.set_random_seed(1)
    return getattr(keras.applications, name)(weights=None, input_shape=(SIDE, SIDE, 3))


def _module(name: str) -> Any:
    from tests.support.pytorch import torch, torchvision  # noqa: PLC0415

    torch.manual_seed(1)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    return getattr(torchvision.models, name)(weights=None).eval()


def _settings(name: str) -> dict[str, Any]:
    if name == "lite0":
        return {"preprocess": "-1..1"}
    if name.islower():
        return {"preprocess": "0..1", "output": "logits", "input_shape": (SIDE, SIDE)}
    return {}


def export(name: str, path: str) -> None:
    """Write a module as an ONNX file for any number of pictures."""
    import torch  # noqa: PLC0415

    pictures = torch.zeros(2, 3, SIDE, SIDE)
    axes = {"pictures": {0: "n"}, "logits": {0: "n"}}
    names = {"input_names": ["pictures"], "output_names": ["logits"], "dynamic_axes": axes}
    torch.onnx.export(_module(name), (pictures,), path, opset_version=17, dynamo=False, **names)


def in_a_process(*given: str) -> str:
    command = [sys.executable, "-m", "benchmarks.cold", *given]
    return subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, check=True).stdout.decode()


def row(name: str, rounds: int, *, joint: bool) -> str:
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / name) if name.endswith(".onnx") else name
        if model is not name:
            in_a_process("--export", name.removesuffix(".onnx"), model)
        found = _rounds(model, rounds, ["--joint"] if joint else [])
    return _row(name, found)


def _rounds(model: str, rounds: int, options: list[str]) -> dict[str, list[dict[str, float]]]:
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            told = in_a_process("--worker", model, way, *options).strip().splitlines()[-1]
            found[way].append(json.loads(told))
            print(model, way, told, file=sys.stderr, flush=True)
    return found


def _row(name: str, found: dict[str, list[dict[str, float]]]) -> str:
    median = {
        key: [statistics.median(one[key] for one in found[way]) for way in WAYS]
        for key in ("first", "all", "used", "peak")
    }
    first, every, used = (
        [f"{seconds:.2f}" for seconds in median[key]] for key in ("first", "all", "used")
    )
    ratio = f"**{median['all'][1] / median['all'][0]:.2f}**"
    peaks = ", ".join(f"{peak:.0f}" for peak in median["peak"])
    return f"| {' | '.join([name, *first, *every, ratio, *used, peaks])} |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", default=NETWORKS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--joint", action="store_true")
    parser.add_argument("--worker", nargs=2)
    parser.add_argument("--export", nargs=2)
    given = parser.parse_args()
    if given.export:
        export(*given.export)
        return
    if given.worker:
        print(json.dumps(explain(*given.worker, joint=given.joint)))
        return
    print(f"| {' | '.join(HEAD)} |\n{len(HEAD) * '|---'}|")
    for name in given.networks.split(","):
        print(row(name, given.rounds, joint=given.joint), flush=True)


if __name__ == "__main__":
    main()
