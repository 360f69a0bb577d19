"""Time occlusion on an 8×8 grid beside what others offer: seconds, first score, peak memory.

Ours, on patches and in full, of a Keras model and of an ONNX file, and the default map, of some 200
calls; the two plain loops over ``model.predict``; occlusion by tf-explain, Xplique and Captum;
SHAP's PartitionExplainer and LIME, with as many calls as our maps and with their own default; and
ONNX Runtime on the masked pictures, which shows what the processor can do. All have the same
network with the same weights (peers/networks.py), the same picture and the same grey in hidden
cells; those that hide each cell once must find the same drops.

Each peer is a worker process (peers/worker.py), and stays while the runs take turns; a cold run has
a fresh one, and counts all but imports and loading the network. tf-explain and Xplique get
environments of their own in a cache folder. This process loads nothing, since a child starts with
its parent's peak of memory. With each run stand its processor
seconds, and the share of the processor that other work took meanwhile.

What is measured is kept at once, so a run of some minutes goes on where the last one ended:

    python benchmarks/peers.py resnet50 [--rounds 10] [--colds 3] [--minutes 6] [--only onnx,lime]
    python benchmarks/peers.py lite0
    python benchmarks/peers.py growth [--most 32]
    python benchmarks/peers.py tables [--figure docs/peers.png]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "peers"))

import growing
from growing import GRID
from processes import PeerError, Workers, say
from tables import growth_table, table
from ways import WAYS

ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gridexplainer-peers"
TOLERANCE = 1e-5
SLOW_ROUNDS = 3
SETTLE_SECONDS = 15
"""What starting a process takes, roughly."""

Found = dict[str, Any]


@dataclass
class Results:
    """What has been found; it is written whenever there is more."""

    path: Path
    conditions: Found = field(default_factory=dict)
    networks: dict[str, dict[str, Found]] = field(default_factory=dict)
    growth: list[Found] = field(default_factory=list)

    def save(self) -> None:
        told = {"conditions": self.conditions, "networks": self.networks, "growth": self.growth}
        self.path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> Results:
        return cls(path, **json.loads(path.read_text())) if path.exists() else cls(path)

    def of(self, network: str, name: str) -> Found:
        return self.networks.setdefault(network, {}).setdefault(name, {"runs": [], "colds": []})


@dataclass
class Comparison:
    """One network, every way."""

    workers: Workers
    results: Results
    network: str
    deadline: float
    warm: set[str] = field(default_factory=set)
    reference: list[float] = field(default_factory=list)

    def go(self, rounds: int, colds: int, only: list[str]) -> None:
        for name, kind in self._missing(rounds, colds, only):
            found = self.results.of(self.network, name)
            if "error" in found:
                continue
            if time.monotonic() + self._expected(name, kind) > self.deadline:
                say(f"no time is left for {name}")
                return
            try:
                self._cold(name) if kind == "cold" else self._warm(name)
            except (PeerError, OSError, ValueError) as error:
                found["error"] = str(error).replace(f"{ROOT}/", "")
                say(f"{name} failed: {error}")
            self.results.save()

    def _missing(self, rounds: int, colds: int, only: list[str]) -> Iterator[tuple[str, str]]:
        """Rounds of those that are quick, cold runs, then rounds of the slow."""
        ways = {name: way for name, way in WAYS.items() if not only or name in only}
        for slow in (False, True):
            for number in range(min(rounds, SLOW_ROUNDS) if slow else rounds):
                for name, way in ways.items():
                    if way.slow == slow and len(self._found(name)["runs"]) <= number:
                        yield name, "warm"
            for number in range(colds):
                for name, way in ways.items():
                    if way.slow == slow and len(self._found(name)["colds"]) <= number:
                        yield name, "cold"

    def _found(self, name: str) -> Found:
        return self.results.of(self.network, name)

    def _expected(self, name: str, kind: str) -> float:
        found = self._found(name)
        runs = [one["seconds"] for one in found["runs"] or found["colds"]]
        once = statistics.median(runs or [0.0])
        return once + SETTLE_SECONDS if kind == "cold" else once * (1 + (name not in self.warm))

    def _warm(self, name: str) -> None:
        if name not in self.warm:
            self._warm_up(name)
        answer = self.workers.ask(WAYS[name].peer, name, GRID)
        found = self._found(name)
        found["runs"].append(kept(answer))
        say(f"{name} {len(found['runs'])}: {answer['seconds']:.2f} s")

    def _warm_up(self, name: str) -> None:
        """Go a way once before it counts; of the slow, the same with fewer calls has done it."""
        way = WAYS[name]
        if not way.slow:
            # Ours changes over to patches while it runs, and compiles anew.
            for _ in range(2 if way.title.startswith("ours") else 1):
                answer = self.workers.ask(way.peer, name, GRID)
            self._check(name, answer)
        self.warm.add(name)

    def _cold(self, name: str) -> None:
        with self.workers.fresh(WAYS[name].peer) as worker:
            answer = worker.ask(name, GRID)
        found = self._found(name)
        found["colds"].append(kept(answer) | {"peak": round(answer["peak"])})
        say(f"{name}, cold: {answer['seconds']:.2f} s, {answer['peak']:.0f} MiB")

    def _check(self, name: str, answer: Found) -> None:
        if not WAYS[name].exact:
            return
        if not self.reference:
            self.reference = self.workers.ask("onnx", "onnx", GRID)["drops"]
        pairs = zip(answer["drops"], self.reference, strict=True)
        difference = max(abs(one - other) for one, other in pairs)
        self._found(name)["difference"] = difference
        if not difference <= TOLERANCE:
            raise PeerError(f"its drops differ from ONNX Runtime's by {difference:.2g}")


def kept(answer: Found) -> Found:
    return {name: round(answer[name], 3) for name in ("seconds", "cpu", "others", "first")}


def grow(workers: Workers, results: Results, most: int, deadline: float) -> None:
    for name, grid in growing.missing(results.growth, most):
        before = [one for one in results.growth if one["way"] == name and "seconds" in one]
        seconds = growing.expected(before, grid * grid + 1) * (1 if grid >= 32 else 2)
        if time.monotonic() + seconds + SETTLE_SECONDS > deadline:
            say(f"no time is left for {name} {grid}×{grid}")
            return
        results.growth.append(growing.grown(workers, results.growth, name, grid))
        results.save()


def conditions() -> Found:
    cpu = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in cpu if line.startswith("model name")]
    return {
        "date": dt.datetime.now(dt.timezone.utc).date().isoformat(),
        "processor": names[0] if names else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "grid": GRID,
    }


def measure(wanted: argparse.Namespace) -> None:
    results = Results.load(wanted.out)
    deadline = time.monotonic() + 60 * wanted.minutes
    network = "resnet50" if wanted.what == "growth" else wanted.what
    workers = Workers(wanted.cache, network)
    results.conditions |= conditions()
    try:
        if wanted.what == "growth":
            grow(workers, results, wanted.most, deadline)
        else:
            only = wanted.only.split(",") if wanted.only else []
            Comparison(workers, results, network, deadline).go(wanted.rounds, wanted.colds, only)
    finally:
        workers.close()
        results.conditions.setdefault("peers", {}).update(workers.told)
        results.save()


def tell(results: Results, figure: Path | None) -> None:
    for network, ways in results.networks.items():
        print(f"\n{network}\n\n{table(ways)}")
    print(f"\n{growth_table(results.growth)}")
    if figure:
        from figure import draw  # noqa: PLC0415 - Matplotlib's memory would be the children's

        draw(json.loads(results.path.read_text()), figure)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("what", choices=["resnet50", "lite0", "growth", "tables"])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--colds", type=int, default=3, help="runs in processes of their own")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin nothing that ends later")
    parser.add_argument("--only", default="", help="ways, such as onnx,lime")
    parser.add_argument("--most", type=int, default=max(growing.GRIDS), help="the largest grid")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "peers.json")
    parser.add_argument("--figure", type=Path, help="such as docs/peers.png")
    parser.add_argument("--cache", type=Path, default=CACHE, help="for environments and networks")
    return parser.parse_args()


def main(wanted: argparse.Namespace) -> None:
    wanted.cache.mkdir(parents=True, exist_ok=True)
    if wanted.what == "tables":
        tell(Results.load(wanted.out), wanted.figure)
    else:
        measure(wanted)


if __name__ == "__main__":
    main(arguments())
