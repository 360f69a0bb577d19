"""What pictures could gain at most by sharing batches.

Seconds of a set by the size of batch, in full; and of a picture's own batches beside the same with
each set in them twice, as if two pictures shared them, at no cost of keeping them apart. `cells`
are those of an 8×8 grid, `handfuls` 32 of a default map; both stand with the sizes of batches.
The ways take turns.

    python -m benchmarks.shared_batches demo|Lite0 [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from gridexplainer_widget import GridExplainer, demo
from gridexplainer_widget.inference.strategy import MAX_UNWATCHED, Cells, CellSetBatch
from gridexplainer_widget.inference.together import BETWEEN_LOOKS, draw

SIZES: Final = (1, 2, 4, 8, 16, 32, 64)
SHARING: Final = (1, 2)


def times(batch: CellSetBatch, number: int) -> CellSetBatch:
    """Repeat each set of each group."""
    groups = tuple([cells for cells in group for _ in range(number)] for group in batch.groups)
    return CellSetBatch(groups, batch.plan)


def ways_of(network: str) -> dict[str, tuple[int, Callable[[], Any]]]:
    """Return what to time: how many sets, and a call that asks about them."""
    ways: dict[str, tuple[int, Callable[[], Any]]] = {}
    for engine in ("full", "incremental"):
        explainer, image = _explainer(network, engine)
        for watched in (True, False):
            if not watched:
                explainer.most_in_batch = MAX_UNWATCHED
            run = explainer.start_run(image)
            cells: list[Cells] = [(), *((cell,) for cell in range(len(run.grid)))]
            handfuls = [some for some, _ in draw(run, None)[:BETWEEN_LOOKS]]
            for kind, sets in (("cells", cells), ("handfuls", handfuls)):
                batches = list(run.strategy.batches(sets))
                sizes = [len(batch.sets) for batch in batches]
                name = f"{engine}, {kind}, {sizes}"
                print(f"{name}{'' if watched else ', in a study'}", flush=True)
                for number in SHARING:
                    shared = [times(batch, number) for batch in batches]
                    call = partial(_asked, run.strategy, shared)
                    ways[f"{name}, {number} pictures"] = number * len(sets), call
        if engine == "full":
            most = cells[1:]
            for size in SIZES:
                parts = [CellSetBatch((most[at : at + size],)) for at in range(0, len(most), size)]
                ways[f"full, in {size}s"] = len(most), partial(_asked, run.strategy, parts)
    return ways


def _explainer(network: str, engine: str) -> tuple[GridExplainer, Any]:
    if network == "demo":
        honest = demo.load("honest")
        picture = next(iter(honest.pictures.values()))
        return GridExplainer(honest.classifier, 8, engine=engine), picture
    from benchmarks.real_networks import in_keras  # noqa: PLC0415 - needs packages
    from tests.support.networks import picture as drawn  # noqa: PLC0415

    return GridExplainer(in_keras(), 8, engine=engine), drawn(224, 224)


def _asked(strategy: Any, batches: Sequence[CellSetBatch]) -> None:
    for batch in batches:
        strategy.answers(batch)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("network", choices=["demo", "Lite0"])
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    ways = ways_of(given.network)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(given.rounds):
        for name, (sets, call) in ways.items():
            if name.startswith("incremental"):
                call()  # the picture's whole maps, and states of its tiles, are known from here on
            cpu, wall = time.process_time(), time.perf_counter()
            call()
            told = time.process_time() - cpu, time.perf_counter() - wall
            found[name].append((1e3 * told[0] / sets, 1e3 * told[1] / sets))
    print("\n| a set's milliseconds | processor | wall |\n|---|---|---|")
    for name, rounds in found.items():
        cpu, wall = (statistics.median(kind) for kind in zip(*rounds, strict=True))
        print(f"| {name} | {cpu:.2f} | {wall:.2f} |")


if __name__ == "__main__":
    main()
