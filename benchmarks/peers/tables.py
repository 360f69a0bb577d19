"""The tables of benchmarks/README.md."""

from __future__ import annotations

import statistics
from typing import Any

from ways import OURS, WAYS

Found = dict[str, Any]

HEAD = (
    "way",
    "runs",
    "processor s",
    "range",
    "/ ours",
    "wall s",
    "first score, s",
    "cold: processor s (runs)",
    "wall s",
    "first, s",
    "peak memory",
)


def table(ways: dict[str, Found]) -> str:
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    ours = median(ways[OURS]["runs"], "cpu")
    for name, way in WAYS.items():
        found = ways.get(name, {"runs": [], "colds": []})
        cells = [way.title, *([""] * (len(HEAD) - 1))]
        if runs := found["runs"]:
            cpu = [run["cpu"] for run in runs]
            cells[1:7] = [
                str(len(runs)),
                f"{median(runs, 'cpu'):.2f}",
                f"{min(cpu):.2f}–{max(cpu):.2f}",
                f"{median(runs, 'cpu') / ours:.2f}",
                f"{median(runs, 'seconds'):.2f}",
                f"{median(runs, 'first'):.2f}",
            ]
        if colds := found["colds"]:
            cells[7:] = [
                f"{median(colds, 'cpu'):.2f} ({len(colds)})",
                f"{median(colds, 'seconds'):.2f}",
                f"{median(colds, 'first'):.2f}",
                f"{median(colds, 'peak'):.0f} MiB",
            ]
        if "error" in found:
            cells[1] = "failed: " + found["error"].replace("|", "/")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def median(runs: list[Found], what: str) -> float:
    return statistics.median(run[what] for run in runs)


def growth_table(growth: list[Found]) -> str:
    lines = ["| way | grid | pictures | seconds | peak memory |", "|---|---|---|---|---|"]
    for found in growth:
        grid = f"{found['grid']}×{found['grid']}"
        told = [found.get("error", ""), ""]
        if "seconds" in found:
            told = [f"{found['seconds']:.1f}", f"{found['peak']:.0f} MiB"]
        cells = [WAYS[found["way"]].title, grid, str(found["pictures"]), *told]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
