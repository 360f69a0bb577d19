"""How each way grows with the grid, each in a process of its own."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from typing import Any

from processes import PeerError, Workers, say
from ways import WAYS

GRID = 8
SIDE = 224
GRIDS = (4, 8, 16, 32, 64)
MAX_SECONDS = 360
MAX_MIB = 4096

Found = dict[str, Any]


def missing(growth: list[Found], most: int) -> Iterator[tuple[str, int]]:
    """Ways and grids that are not measured yet; a way ends with its first failure."""
    for grid in (one for one in GRIDS if one <= most):
        for name, way in WAYS.items():
            rows = [found for found in growth if found["way"] == name]
            failed = any("error" in found for found in rows)
            if way.grows and not failed and fitting(name, grid) not in {f["grid"] for f in rows}:
                yield name, grid


def grown(workers: Workers, growth: list[Found], name: str, grid: int) -> Found:
    found: Found = {"way": name, "grid": fitting(name, grid)}
    found["pictures"] = found["grid"] ** 2 + 1
    before = [one for one in growth if one["way"] == name and "seconds" in one]
    try:
        foresee(before, found["pictures"])
        found |= timed(workers, name, grid)
        say(f"{name} {grid}×{grid}: {found['seconds']:.1f} s, {found['peak']:.0f} MiB")
    except (PeerError, OSError) as error:
        found["error"] = str(error)
        say(f"{name} {grid}×{grid}: {error}")
    return found


def timed(workers: Workers, name: str, grid: int) -> Found:
    """Up to 8×8 the median of three, above one run; beyond 16×16 warmed up at 8×8.

    `others` is the largest share of the processor that others took.
    """
    with workers.fresh(WAYS[name].peer) as worker:
        worker.ask(name, grid if grid < 32 else GRID)
        answers = [worker.ask(name, grid) for _ in range(3 if grid <= GRID else 1)]
    return {
        "seconds": statistics.median(answer["seconds"] for answer in answers),
        "first": statistics.median(answer["first"] for answer in answers),
        "runs": len(answers),
        "peak": answers[-1]["peak"],
        "others": max(answer["others"] for answer in answers),
    }


def fitting(name: str, grid: int) -> int:
    """The grid that a way really has: all but ours have cells of whole pixels, all of one size."""
    return grid if WAYS[name].title.startswith("ours") else SIDE // math.ceil(SIDE / grid)


def expected(before: list[Found], pictures: int) -> float:
    return before[-1]["seconds"] * pictures / before[-1]["pictures"] if before else 0.0


def foresee(before: list[Found], pictures: int) -> None:
    """Refuse what would take too long or too much."""
    seconds = expected(before, pictures)
    if seconds > MAX_SECONDS:
        raise PeerError(f"not tried: would take about {seconds / 60:.0f} minutes")
    if len(before) > 1:
        last, earlier = before[-1], before[-2]
        rise = (last["peak"] - earlier["peak"]) / (last["pictures"] - earlier["pictures"])
        peak = last["peak"] + rise * (pictures - last["pictures"])
        if peak > MAX_MIB:
            raise PeerError(f"not tried: would take about {peak / 1024:.1f} GiB")
