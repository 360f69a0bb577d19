"""Time one warm map of cells on patches through several executors: which should run the patches?

TensorFlow with oneDNN and without, PyTorch, ONNX Runtime with weights as constants and with weights
fed to each call, and OpenVINO on the parts that ONNX Runtime runs. Each has a process of its own;
they take turns. Rounds are kept in executors.json as they come, and a run goes on where the last
one ended. The first map, and how far numbers are from ONNX Runtime's, is told once.

    pip install openvino
    python -m benchmarks.executors MobileNetV2 [--rounds 5] [--minutes 4]
    python -m benchmarks.executors table
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partialmethod
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from benchmarks.warm import (
    GRID,
    ROOT,
    SIDE,
    asked,
    classifier,
    end,
    in_time,
    parser_of,
    read,
)

ONEDNN: Final = "TF_ENABLE_ONEDNN_OPTS"
CONSTANT: Final = "ONNX Runtime"
WAYS: Final[Mapping[str, tuple[str, dict[str, str]]]] = {
    "TensorFlow": ("Keras", {ONEDNN: "0"}),
    "TensorFlow, oneDNN": ("Keras", {ONEDNN: "1"}),
    "PyTorch": ("PyTorch", {}),
    CONSTANT: ("ONNX", {}),
    "ONNX Runtime, fed": ("ONNX", {}),
    "OpenVINO": ("ONNX", {}),
}
"""The framework that a classifier is made in, and what its process is told."""

Given = Mapping[str, NDArray[Any]]


class Fed:
    """A part whose large constants are inputs, given anew with each call."""

    def __init__(self, part: Any, runtime: Any) -> None:
        import onnx  # noqa: PLC0415 - in workers alone

        model = onnx.ModelProto.FromString(part.model)
        stored = {one.name: one for one in model.graph.initializer if one.name in part.constants}
        for name, one in stored.items():
            described = onnx.helper.make_tensor_value_info(name, one.data_type, one.dims)
            model.graph.input.append(described)
            model.graph.initializer.remove(one)
        self._given = runtime.OrtValue.ortvalue_from_numpy
        self._weights = {name: self._given(array) for name, array in part.constants.items()}
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self._session = runtime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        inputs = self._session.get_inputs()
        self._inputs = [one for one in inputs if one.name not in self._weights]

    def get_inputs(self) -> list[Any]:
        return self._inputs

    def run(self, wanted: Sequence[str], given: Given) -> list[NDArray[Any]]:
        values = {name: self._given(array) for name, array in given.items()}
        found = self._session.run_with_ort_values(wanted, {**self._weights, **values})
        return [one.numpy() for one in found]


@dataclass(frozen=True)
class Named:
    """An input."""

    name: str


class Vino:
    """A part, compiled by OpenVINO for shapes of any size."""

    def __init__(self, part: Any, _: Any) -> None:
        import onnx  # noqa: PLC0415 - in workers alone
        import openvino  # noqa: PLC0415 - in workers alone

        model = onnx.ModelProto.FromString(part.model)
        for one in model.graph.initializer:
            if one.name in part.constants:
                stored = onnx.numpy_helper.from_array(part.constants[one.name], one.name)
                one.CopyFrom(stored)
        core = openvino.Core()
        options = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        compiled = core.compile_model(core.read_model(model.SerializeToString()), "CPU", options)
        self._inputs = [Named(one.any_name) for one in compiled.inputs]  # without unused ones
        self._outputs = dict(zip(dict.fromkeys(part.outputs), compiled.outputs, strict=True))
        self._request = compiled.create_infer_request()

    def get_inputs(self) -> list[Named]:
        return self._inputs

    def run(self, wanted: Sequence[str], given: Given) -> list[NDArray[Any]]:
        found = self._request.infer(dict(given), share_inputs=True)
        return [found[self._outputs[name]] for name in wanted]


class Sessions:
    """Takes the place of `WrittenPart.session`, and counts what making sessions takes."""

    def __init__(self, make: Callable[[Any, Any], Any]) -> None:
        self._make = make
        self.seconds, self.parts, self.weights = 0.0, 0, 0.0

    def __call__(self, part: Any, runtime: Any) -> Any:
        begin = time.perf_counter()
        found = self._make(part, runtime)
        self.seconds += time.perf_counter() - begin
        self.parts += 1
        self.weights += sum(array.nbytes for array in part.constants.values()) / 2**20
        return found


def work(way: str, network: str) -> None:
    """Answer each line with the seconds of a map, the first with more."""
    from benchmarks.memory import peak_mib, reset_peak  # noqa: PLC0415 - in workers alone
    from gridexplainer_widget import GridExplainer  # noqa: PLC0415
    from gridexplainer_widget.classifiers.onnx.incremental.part import WrittenPart  # noqa: PLC0415
    from tests.support.networks import picture  # noqa: PLC0415

    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    others = {"ONNX Runtime, fed": Fed, "OpenVINO": Vino}
    sessions = Sessions(others.get(way, WrittenPart.session))
    WrittenPart.session = partialmethod(sessions)  # type: ignore[assignment, method-assign]
    found, image = classifier(WAYS[way][0], network), picture(SIDE, SIDE)
    if way == "PyTorch":
        from tests.support.pytorch import torch  # noqa: PLC0415 - in this worker alone

        torch.set_num_threads(len(os.sched_getaffinity(0)))  # as many as all others take
    explainer = GridExplainer(found, GRID, fill="red", engine="incremental", joint=False)
    print("ready", file=out)
    reset_peak()
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        run = explainer.start_run(image)
        for _ in run.steps():
            pass
        told: dict[str, Any] = {
            "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
        }
        if line.strip():
            target = int(run.baseline.argmax())
            told |= {"peak": peak_mib(), "way": run.strategy.description}
            told |= {"sessions": sessions.seconds, "parts": sessions.parts}
            told |= {"weights": sessions.weights}
            told |= {"drops": (run.baseline - run.vectors)[..., target].ravel().tolist()}
        print(json.dumps(told), file=out)


def measure(network: str, rounds: int, minutes: float, path: Path) -> None:
    deadline = time.monotonic() + 60 * minutes
    processes = {way: _started(way, network) for way in WAYS}
    try:
        for process in processes.values():
            assert process.stdout
            process.stdout.readline()
        for way, process in processes.items():
            _keep(path, network, way, "first", asked(process, "first"))
            asked(process, "")
        able = {way: one for way, one in processes.items() if not _failed(read(path)[network][way])}
        for _ in in_time(network, lambda: rounds > len(_rounds(path, network)), deadline):
            for way, told in {way: asked(one, "") for way, one in able.items()}.items():
                _keep(path, network, way, "rounds", told)
    finally:
        end(processes.values())


def _started(way: str, network: str) -> subprocess.Popen[str]:
    call = [sys.executable, "-m", "benchmarks.executors", "--work", way, network]
    told = {**os.environ, **WAYS[way][1]}
    pipe = subprocess.PIPE
    return subprocess.Popen(call, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=told)


def _keep(path: Path, network: str, way: str, what: str, told: dict[str, Any]) -> None:
    kept = read(path)
    of_way = kept.setdefault(network, {}).setdefault(way, {"rounds": []})
    if what == "rounds":
        of_way["rounds"].append(told)
    else:
        of_way[what] = told
        print(network, way, {**told, "drops": ...}, file=sys.stderr, flush=True)
    path.write_text(json.dumps(kept, indent=1) + "\n")


def _rounds(path: Path, network: str) -> list[Any]:
    found: list[Any] = read(path)[network][CONSTANT]["rounds"]
    return found


def table(found: dict[str, Any]) -> str:
    """Of each way: processor seconds, wall seconds, and both by ONNX Runtime's; then the rest."""
    lines = [f"| network | {' | '.join(WAYS)} |", f"|{'---|' * (1 + len(WAYS))}"]
    for network, ways in found.items():
        cells = [_seconds(ways[way], ways[CONSTANT]) if way in ways else "" for way in WAYS]
        lines.append(f"| {network} | {' | '.join(cells)} |")
    lines += [
        "",
        "| network | way | first map, s | sessions, s | parts | weights, MiB | peak | off |",
    ]
    lines.append(f"|{'---|' * 8}")
    for network, ways in found.items():
        lines += [_first(network, way, ways) for way in ways]
    return "\n".join(lines)


def _failed(way: dict[str, Any]) -> bool:
    """Tell whether the engine has given up patches."""
    return bool(way["first"]["way"].startswith("full"))


def _seconds(way: dict[str, Any], constant: dict[str, Any]) -> str:
    if _failed(way):
        return "failed"
    one, other = (_medians(which) for which in (way, constant))
    ratios = [mine / theirs for mine, theirs in zip(one, other, strict=True)]
    return " · ".join(f"{mine:.2f}, {ratio:.2f}" for mine, ratio in zip(one, ratios, strict=True))


def _medians(way: dict[str, Any]) -> list[float]:
    kinds = ("cpu", "wall")
    return [statistics.median(one[kind] for one in way["rounds"]) for kind in kinds]


def _first(network: str, way: str, ways: dict[str, Any]) -> str:
    first, drops = ways[way]["first"], ways[CONSTANT]["first"]["drops"]
    off = max(abs(a - b) for a, b in zip(first["drops"], drops, strict=True))
    off /= max(map(abs, drops))
    cells = [f"{first['wall']:.1f}", f"{first['sessions']:.1f}", str(first["parts"])]
    cells += [f"{first['weights']:.0f}", f"{first['peak']:.0f}"]
    cells.append(f"{off:.0e}" if WAYS[way][0] == "ONNX" else "")
    return f"| {network} | {way} | {' | '.join(cells)} |"


def main() -> None:
    given = parser_of("executors.json").parse_args()
    if given.work:
        work(*given.work)
    elif given.what == "table":
        print(table(read(given.out)))
    else:
        measure(given.what, given.rounds, given.minutes, given.out)


if __name__ == "__main__":
    main()
