"""The worker processes of benchmarks/peers.py, and the environments that they run in."""

from __future__ import annotations

import json
import os
import select
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

SCRIPTS = Path(__file__).parent
ROOT = SCRIPTS.parents[1]
TIMEOUT_SECONDS = 1800
"""Seconds after which a run is given up."""

TICKS = os.sysconf("SC_CLK_TCK")

Found = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """A worker: its script, and its environment if it needs one of its own."""

    script: str
    pip: tuple[tuple[str, ...], ...] = ()


PEERS = {
    "keras": Peer("keras_ways.py"),
    "captum": Peer("captum_ways.py"),
    "onnx": Peer("onnx_ways.py"),
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


class PeerError(Exception):
    """A peer could not be installed, started or run; a result like any other."""


class Worker:
    """A peer's process."""

    def __init__(self, peer: Peer, python: Path, network: Path) -> None:
        self.errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - until closed
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
        if not peer.pip:
            environment["PYTHONPATH"] = str(ROOT)
        self.process = subprocess.Popen(
            [python, SCRIPTS / peer.script, network],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
        )
        self.hello = self._answer()

    def ask(self, way: str, grid: int) -> Found:
        """Have it go a way.

        `cpu` are the processor seconds of the process, `others` the share of the processor that
        all others took meanwhile.
        """
        begin, machine, own = time.monotonic(), busy_seconds(), self._seconds()
        answer = self._asked(way, grid)
        took = max(time.monotonic() - begin, 1e-3)
        cpu = self._seconds() - own
        others = (busy_seconds() - machine - cpu) / took / len(os.sched_getaffinity(0))
        return answer | {"cpu": cpu, "others": others}

    def _asked(self, way: str, grid: int) -> Found:
        try:
            print(json.dumps({"way": way, "grid": grid}), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            self._lost()
        answer = self._answer()
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def _seconds(self) -> float:
        """Processor time of the process."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

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
    """Starts workers of one network when they are first asked, and again when they were lost."""

    cache: Path
    network: str
    running: dict[str, Worker] = field(default_factory=dict)
    pythons: dict[str, Path | PeerError] = field(default_factory=dict)
    told: dict[str, Found] = field(default_factory=dict)

    def ask(self, peer: str, way: str, grid: int) -> Found:
        if peer not in self.running or self.running[peer].process.poll() is not None:
            self.running[peer] = self._start(peer)
        return self.running[peer].ask(way, grid)

    @contextmanager
    def fresh(self, peer: str) -> Iterator[Worker]:
        """A worker for a while."""
        worker = self._start(peer)
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
                written(self.network, self.cache)
            except PeerError as error:
                self.pythons[name] = error
        python = self.pythons[name]
        if isinstance(python, PeerError):
            raise python
        worker = Worker(peer, python, self.cache / self.network)
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


def written(network: str, cache: Path) -> None:
    if not (cache / network / "told.json").exists():
        say(f"writing {network} for Keras, PyTorch and ONNX")
        called([Path(sys.executable), SCRIPTS / "networks.py", network, cache / network])


def called(command: list[Path | str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.strip()] or ["no message"]
        errors = [line for line in lines if "rror" in line] or lines
        raise PeerError(errors[-1][:300])


def busy_seconds() -> float:
    """Processor time of the whole machine."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / TICKS


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
