"""Time the 8×8 grid on ResNet50 beside what others offer for it: seconds, memory, first score.

Ours, in full and incremental; the two plain loops over ``model.predict``; occlusion by tf-explain,
Xplique and Captum; SHAP's PartitionExplainer with as many pictures; LIME with 1,000 samples, its
default; and ONNX Runtime on the masked pictures, which shows what the processor can do. All have
the same network with the same weights (copied to PyTorch, see peers/torch_network.py), the same
picture and the same grey in hidden cells; those that hide each cell once must find the same drops.

Each peer is a worker process (peers/worker.py), and stays while the runs take turns. tf-explain and
Xplique get environments of their own in a cache folder. A way's peak memory is that of a fresh
process that goes it once; this one loads nothing, since a child starts with its parent's peak.

    python benchmarks/peers.py [--rounds 5] [--grow [--most 64]] [--figure docs/peers.png]
    python benchmarks/peers.py --rounds 0 --grow    # adds growth to the results that are there
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import platform
import select
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "benchmarks" / "peers"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gridexplainer-peers"
GRID = 8
SIDE = 224
GROWTH_GRIDS = (4, 8, 16, 32, 64)
TOLERANCE = 1e-5
MAX_SECONDS = 600
MAX_MIB = 4096
TIMEOUT_SECONDS = 1800
"""Seconds after which a run is given up."""

Found = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """A worker: its script, whether it reads the network from the cache, its environment."""

    script: str
    reads: bool = False
    pip: tuple[tuple[str, ...], ...] = ()


PEERS = {
    "keras": Peer("keras_ways.py"),
    "captum": Peer("captum_ways.py", reads=True),
    "onnx": Peer("onnx_ways.py", reads=True),
    "tf-explain": Peer(
        "tf_explain_ways.py",
        pip=(
            (
                "tf-explain==0.3.1",
                "tensorflow==2.21.0",
                "keras==3.15.1",
                "numpy==2.4.6",
                "opencv-python-headless==5.0.0.93",
                "matplotlib==3.11.2",
            ),
        ),
    ),
    "xplique": Peer(
        "xplique_ways.py",
        pip=(
            # Its own list has TensorFlow with CUDA, gigabytes of it, and 2.20 at most.
            ("--no-deps", "xplique==2.0.2"),
            (
                "tensorflow==2.20.0",
                "keras==3.15.1",
                "numpy==2.4.6",
                "tensorflow-probability[tf]==0.25.0",
                "deprecated==1.3.1",
                "einops==0.8.2",
                "matplotlib==3.11.2",
                "opencv-python-headless==5.0.0.93",
                "scikit-image==0.25.2",
                "scikit-learn==1.7.2",
                "scipy==1.15.3",
            ),
        ),
    ),
}


@dataclass(frozen=True)
class Way:
    """One row of the table; `every` is how many rounds apart it is timed, 0 for once."""

    title: str
    peer: str
    every: int = 1
    exact: bool = True
    grows: bool = False
    warm: str | None = None


WAYS = {
    "incremental": Way("ours, incremental", "keras", grows=True),
    "full": Way("ours, full", "keras", grows=True),
    "one-predict": Way("one predict for all", "keras", grows=True),
    "original": Way("one predict per cell", "keras", every=3),
    "tf-explain": Way("tf-explain", "tf-explain", grows=True),
    "xplique": Way("Xplique", "xplique", grows=True),
    "captum-64": Way("Captum, 64 at once", "captum", every=2, grows=True),
    "captum-1": Way("Captum, 1 at once", "captum", every=3),
    "shap": Way("SHAP partition, 65 pictures", "keras", exact=False),
    "lime": Way("LIME, 1,000 samples", "keras", every=0, exact=False, warm="lime-start"),
    "onnx": Way("yardstick: ONNX Runtime", "onnx"),
}
OURS = "incremental"


class PeerError(Exception):
    """A peer could not be installed, started or run; a result like any other."""


class Worker:
    """A peer's process."""

    def __init__(self, peer: Peer, python: Path, cache: Path) -> None:
        self.errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - until closed
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
        if not peer.pip:
            environment["PYTHONPATH"] = str(ROOT)
        self.process = subprocess.Popen(
            [python, SCRIPTS / peer.script, *([cache] if peer.reads else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
        )
        self.hello = self._answer()

    def ask(self, way: str, grid: int) -> Found:
        try:
            print(json.dumps({"way": way, "grid": grid}), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            self._lost()
        answer = self._answer()
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.errors.close()

    def _answer(self) -> Found:
        """Its next line; a worker writes one for each question."""
        if not select.select([self.process.stdout], [], [], TIMEOUT_SECONDS)[0]:
            self.close()
            raise PeerError(f"no answer in {TIMEOUT_SECONDS} s")
        line = self.process.stdout.readline()
        if not line:
            self._lost()
        return json.loads(line)

    def _lost(self) -> None:
        code = self.process.wait()
        self.errors.seek(0)
        last = (self.errors.read().split("\n") or [""])[-2:]
        self.close()
        raise PeerError(f"ended with {code}: {' '.join(last).strip()[-300:]}")


@dataclass
class Workers:
    """Starts workers when they are first asked, and again when they were lost."""

    cache: Path
    running: dict[str, Worker] = field(default_factory=dict)
    pythons: dict[str, Path | PeerError] = field(default_factory=dict)
    told: dict[str, Found] = field(default_factory=dict)

    def ask(self, way: str, grid: int = GRID) -> Found:
        name = WAYS[way].peer
        if name not in self.running or self.running[name].process.poll() is not None:
            self.running[name] = self._start(name)
        return self.running[name].ask(way, grid)

    @contextmanager
    def fresh(self, way: str) -> Iterator[Worker]:
        """A worker for a while."""
        worker = self._start(WAYS[way].peer)
        try:
            yield worker
        finally:
            worker.close()

    def close(self) -> None:
        for worker in self.running.values():
            worker.close()
        self.running.clear()

    def _start(self, name: str) -> Worker:
        peer = PEERS[name]
        if name not in self.pythons:
            try:
                self.pythons[name] = environment(name, peer, self.cache)
                if peer.reads:
                    written_network(self.cache)
            except PeerError as error:
                self.pythons[name] = error
        python = self.pythons[name]
        if isinstance(python, PeerError):
            raise python
        worker = Worker(peer, python, self.cache)
        self.told[name] = worker.hello
        return worker


def environment(name: str, peer: Peer, cache: Path) -> Path:
    """The Python that a peer runs on; its environment is made where it is not there yet."""
    if not peer.pip:
        return Path(sys.executable)
    folder, wanted = cache / name, json.dumps(peer.pip)
    python, done = folder / "bin" / "python", folder / "installed.json"
    if not done.exists() or done.read_text() != wanted:
        say(f"installing {name}")
        venv.create(folder, clear=True, with_pip=True)
        for packages in peer.pip:
            called([python, "-m", "pip", "install", "--quiet", *packages])
        done.write_text(wanted)
    return python


def written_network(cache: Path) -> None:
    if not (cache / "resnet50.json").exists():
        say("copying the network to PyTorch and ONNX")
        called([Path(sys.executable), SCRIPTS / "torch_network.py", cache])


def called(command: list[Path | str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.strip()] or ["no message"]
        errors = [line for line in lines if "rror" in line] or lines
        raise PeerError(errors[-1][:300])


@dataclass
class Results:
    """What has been found, and where it is written whenever there is more."""

    path: Path
    conditions: Found = field(default_factory=dict)
    ways: dict[str, Found] = field(default_factory=dict)
    growth: list[Found] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    """The drops of the first way, ours, which are not written."""

    def save(self) -> None:
        told = {"conditions": self.conditions, "ways": self.ways, "growth": self.growth}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> Results:
        return cls(path, **json.loads(path.read_text()))


def conditions() -> Found:
    cpu = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in cpu if line.startswith("model name")]
    return {
        "date": dt.datetime.now(dt.timezone.utc).date().isoformat(),
        "processor": names[0] if names else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "network": "ResNet50, random weights, 224×224",
        "grid": GRID,
    }


def compare(workers: Workers, results: Results, rounds: int) -> None:
    """Warm up and check drops; rounds; then the memory of each."""
    for name, way in WAYS.items():
        results.ways[name] = {"title": way.title, "runs": [], "first_runs": []}
        if way.every:
            attempt(results, name, lambda name=name: check(results, name, workers.ask(name)))
    for number in range(rounds):
        for name, way in WAYS.items():
            if way.every and number % way.every == 0:
                attempt(results, name, lambda name=name: keep(results, name, workers.ask(name)))
        say(f"round {number + 1} of {rounds}")
    workers.close()
    for name in WAYS:
        attempt(results, name, lambda name=name: memory(workers, results, name))
    results.conditions |= {"peers": workers.told}
    summarise(results)


def attempt(results: Results, name: str, step: Any) -> None:
    """Take a step of a way that has not failed yet, and save."""
    found = results.ways[name]
    if "error" in found:
        return
    try:
        step()
    except (PeerError, OSError, ValueError) as error:
        found["error"] = str(error).replace(f"{ROOT}/", "")
        say(f"{name} failed: {error}")
    summarise(results)


def check(results: Results, name: str, answer: Found) -> None:
    say(f"{name} warmed up in {answer['seconds']:.1f} s")
    if not WAYS[name].exact:
        return
    results.reference = results.reference or answer["drops"]
    pairs = zip(answer["drops"], results.reference, strict=True)
    difference = max(abs(one - other) for one, other in pairs)
    results.ways[name]["difference"] = difference
    if not difference <= TOLERANCE:
        raise PeerError(f"its drops differ from ours by {difference:.2g}")


def keep(results: Results, name: str, answer: Found) -> None:
    results.ways[name]["runs"].append(answer["seconds"])
    results.ways[name]["first_runs"].append(answer["first"])


def memory(workers: Workers, results: Results, name: str) -> None:
    way = WAYS[name]
    with workers.fresh(name) as worker:
        if way.warm:
            worker.ask(way.warm, GRID)
        answer = worker.ask(name, GRID)
    if not way.every:
        keep(results, name, answer)
    results.ways[name]["peak"] = answer["peak"]
    say(f"{name} took {answer['peak']:.0f} MiB")


def summarise(results: Results) -> None:
    """Medians and ratios of what is there so far."""
    for found in results.ways.values():
        if found["runs"]:
            found["seconds"] = statistics.median(found["runs"])
            found["first"] = statistics.median(found["first_runs"])
    ours = results.ways.get(OURS, {}).get("seconds")
    for found in results.ways.values():
        if ours and "seconds" in found:
            found["ratio"] = found["seconds"] / ours
    results.save()


def grow(workers: Workers, results: Results, most: int) -> None:
    """Each way at each grid, in a process of its own."""
    results.growth.clear()
    for name, way in WAYS.items():
        before: list[Found] = []
        for grid in (grid for grid in GROWTH_GRIDS if way.grows and grid <= most):
            found = {"way": name, "grid": fitting(name, grid)}
            found["pictures"] = found["grid"] ** 2 + 1
            try:
                foresee(before, found["pictures"])
                found |= grown(workers, name, grid)
                before.append(found)
                say(f"{name} {grid}×{grid}: {found['seconds']:.1f} s, {found['peak']:.0f} MiB")
            except (PeerError, OSError) as error:
                found["error"] = str(error)
                say(f"{name} {grid}×{grid}: {error}")
            results.growth.append(found)
            results.save()
            if "error" in found:
                break
    results.conditions |= {"peers": workers.told}
    results.save()


def fitting(name: str, grid: int) -> int:
    """The grid that a way really has: all but ours have cells of whole pixels, all of one size."""
    return grid if WAYS[name].title.startswith("ours") else SIDE // math.ceil(SIDE / grid)


def foresee(before: list[Found], pictures: int) -> None:
    """Refuse what would take too long or too much."""
    if not before:
        return
    last = before[-1]
    seconds = last["seconds"] * pictures / last["pictures"]
    if seconds > MAX_SECONDS:
        raise PeerError(f"not tried: would take about {seconds / 60:.0f} minutes")
    if len(before) > 1:
        rise = (last["peak"] - before[-2]["peak"]) / (last["pictures"] - before[-2]["pictures"])
        peak = last["peak"] + rise * (pictures - last["pictures"])
        if peak > MAX_MIB:
            raise PeerError(f"not tried: would take about {peak / 1024:.1f} GiB")


def grown(workers: Workers, name: str, grid: int) -> Found:
    """Up to 8×8 the median of three, above one run; beyond 16×16 warmed up at 8×8."""
    with workers.fresh(name) as worker:
        worker.ask(name, grid if grid < 32 else GRID)
        answers = [worker.ask(name, grid) for _ in range(3 if grid <= GRID else 1)]
    return {
        "seconds": statistics.median(answer["seconds"] for answer in answers),
        "first": statistics.median(answer["first"] for answer in answers),
        "runs": len(answers),
        "peak": answers[-1]["peak"],
    }


def table(results: Results) -> str:
    lines = [
        "| way | median of | seconds | range | / incremental | first score, s | peak memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for found in results.ways.values():
        cells = [found["title"]]
        if "seconds" in found:
            cells += [
                str(len(found["runs"])),
                f"{found['seconds']:.2f}",
                f"{min(found['runs']):.2f}–{max(found['runs']):.2f}",
                f"{found['ratio']:.2f}" if "ratio" in found else "",
                f"{found['first']:.2f}",
                f"{found['peak']:.0f} MiB" if "peak" in found else "",
            ]
        if "error" in found:
            cells += ["failed: " + found["error"].replace("|", "/")]
        lines.append("| " + " | ".join(cells + [""] * (7 - len(cells))) + " |")
    return "\n".join(lines)


def growth_table(results: Results) -> str:
    lines = ["| way | grid | pictures | seconds | peak memory |", "|---|---|---|---|---|"]
    for found in results.growth:
        grid = f"{found['grid']}×{found['grid']}"
        told = [found.get("error", ""), ""]
        if "seconds" in found:
            told = [f"{found['seconds']:.1f}", f"{found['peak']:.0f} MiB"]
        cells = [WAYS[found["way"]].title, grid, str(found["pictures"]), *told]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5, help="0 keeps the results in --out")
    parser.add_argument("--grow", action="store_true", help="time and memory over the grid, too")
    parser.add_argument(
        "--most", type=int, default=max(GROWTH_GRIDS), help="the largest grid to grow to"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "peers.json")
    parser.add_argument("--figure", type=Path, help="such as docs/peers.png")
    parser.add_argument("--cache", type=Path, default=CACHE, help="for environments and networks")
    return parser.parse_args()


def main(wanted: argparse.Namespace) -> None:
    wanted.cache.mkdir(parents=True, exist_ok=True)
    workers = Workers(wanted.cache)
    kept = wanted.rounds < 1 and wanted.out.exists()
    results = Results.load(wanted.out) if kept else Results(wanted.out, conditions())
    try:
        if wanted.rounds > 0:
            compare(workers, results, wanted.rounds)
        if wanted.grow:
            grow(workers, results, wanted.most)
    finally:
        workers.close()
    print(table(results))
    if results.growth:
        print("\n" + growth_table(results))
    if wanted.figure:
        sys.path.insert(0, str(SCRIPTS))
        from figure import draw  # noqa: PLC0415 - Matplotlib's memory would be the children's

        draw(json.loads(wanted.out.read_text()), wanted.figure)


if __name__ == "__main__":
    main(arguments())
