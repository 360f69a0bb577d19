"""Occlusion's two maps beside SHAP and LIME at the same number of calls, on photographs and drawings.

    python -m benchmarks.real keras|pytorch|honest|cheating [PICTURE …]
    python -m benchmarks.real table

Rows go into real.json as they come, and what is there already is not asked again; `table` writes
docs/real.md. What it needs of packages stands in photographs.py and real_networks.py.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget import Classifier, Explanation, GridExplainer, demo
from gridexplainer_widget.analysis.audit import Audit, audit_of, audit_steps
from gridexplainer_widget.analysis.object_mask import rank_of_mask
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.results.faithfulness import Faithfulness

ROWS = Path(__file__).with_suffix(".json")
GRID = 8
CALLS = 200
FILLS = ("gray", "blur")
OTHERS = ("shap", "lime")


@dataclass(frozen=True)
class Case:
    """A picture, and what is asked of it."""

    name: str
    pixels: NDArray[np.uint8]
    target: str | int | None = None
    mark: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Found:
    """A map and what it cost."""

    name: str
    explanation: Explanation
    calls: int
    seconds: float


def networks() -> dict[str, Any]:
    def keras() -> Classifier:
        from benchmarks.real_networks import in_keras  # noqa: PLC0415 - needs packages

        return in_keras()

    def pytorch() -> Classifier:
        from benchmarks.real_networks import in_pytorch  # noqa: PLC0415 - needs packages

        return in_pytorch()

    return {
        "keras": (keras, photographed),
        "pytorch": (pytorch, photographed),
        "honest": (lambda: demo.load("honest").classifier, lambda: drawn("honest")),
        "cheating": (lambda: demo.load("cheating").classifier, lambda: stamped("cheating")),
    }


def photographed() -> list[Case]:
    """Ask each photograph about the class that the network sees in it."""
    from benchmarks.photographs import photographs  # noqa: PLC0415 - needs packages

    return [Case(one.name, one.pixels) for one in photographs()]


def drawn(name: str) -> list[Case]:
    data = demo.load(name)
    return [
        Case(f"{picture}: {target}", pixels, target)
        for picture, pixels in data.pictures.items()
        for target in data.truth[picture]
    ]


def stamped(name: str) -> list[Case]:
    """Ask about the class that the stamp in the corner stands for."""
    data = demo.load(name)
    return [
        Case(picture, pixels, "horse", data.masks[picture]["mark"])
        for picture, pixels in data.pictures.items()
        if "mark" in data.masks[picture]
    ]


def maps_of(explainer: GridExplainer, case: Case) -> Iterator[Found]:
    """Make all maps; the cells alone are the first part of occlusion's run."""
    run = explainer.start_run(case.pixels)
    since = time.perf_counter()
    for _ in run.steps():
        pass
    alone_calls, alone_seconds = run.calls, time.perf_counter() - since
    for _ in explainer.handfuls(run, case.target):
        pass
    seconds = time.perf_counter() - since
    both = explainer.freeze(run, case.target)
    yield Found("alone", replace(both, chosen="alone"), alone_calls, alone_seconds)
    yield Found("together", replace(both, chosen="together"), run.calls, seconds)
    for method in OTHERS:
        made = explainer.explain(case.pixels, case.target, method=method, samples=CALLS)
        yield Found(method, made, made.cost.forward, made.cost.seconds)


def row_of(network: str, case: Case, found: Found, figures: Faithfulness) -> dict[str, Any]:
    explanation = found.explanation
    foretells = explanation.foretells
    return {
        "network": network,
        "picture": case.name,
        "class": explanation.label,
        "probability": round(explanation.baseline, 4),
        "map": found.name,
        "shown": explanation.attribution is None and replace(explanation, chosen=None).map,
        "hidden_by": explanation.fill,
        "calls": found.calls,
        "seconds": round(found.seconds, 2),
        "foretells": foretells and {name: round(x, 4) for name, x in foretells.record.items()},
        "srg": {one.fill: round(one.srg, 4) for one in figures.under},
        "random": {one.fill: round(one.chance.srg.high, 4) for one in figures.under if one.chance},
        "flat": [one.fill for one in figures.under if not figures.ranks(one)],
        "mark": None
        if case.mark is None
        else rank_of_mask(explanation.values, case.mark, explanation.grid).touched,
    }


def measure(network: str, wanted: list[str]) -> None:
    load, pictures = networks()[network]
    explainer = GridExplainer(load(), GRID, budget=CALLS)
    rows = json.loads(ROWS.read_text(encoding="utf-8")) if ROWS.exists() else []
    cases = named(pictures())
    warmed = False
    for case in cases:
        if wanted and case.name not in wanted:
            continue
        if any(row["network"] == network and row["picture"] == case.name for row in rows):
            continue
        if not warmed:  # what is compiled once is no map's cost
            warmed = bool(list(maps_of(explainer, cases[0])))
        audit: Audit | None = None
        new = []
        for found in maps_of(explainer, case):
            audit = audit or audit_of(explainer, found.explanation, FILLS)
            steps = audit_steps(explainer, audit, found.explanation, found.explanation.request)
            new.append(row_of(network, case, found, drain(steps)))
        rows = json.loads(ROWS.read_text(encoding="utf-8")) if ROWS.exists() else []
        rows += new
        text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        ROWS.write_text(f"[\n{text}\n]\n", encoding="utf-8")
        told = ", ".join(f"{row['map']} {row['srg']}" for row in new)
        print(f"{time.strftime('%X')} {case.name}: {told}", file=sys.stderr, flush=True)


def named(cases: list[Case]) -> list[Case]:
    """Number pictures of one name."""
    seen: dict[str, int] = {}
    for case in cases:
        seen[case.name] = seen.get(case.name, 0) + 1
    counts: dict[str, int] = {}
    result = []
    for case in cases:
        counts[case.name] = counts.get(case.name, 0) + 1
        number = f" {counts[case.name]}" if seen[case.name] > 1 else ""
        result.append(replace(case, name=f"{case.name}{number}"))
    return result


def main() -> None:
    what, *wanted = sys.argv[1:] or ["table"]
    if what == "table":
        from benchmarks.real_table import write_table  # noqa: PLC0415 - only then

        write_table()
    else:
        measure(what, wanted)


if __name__ == "__main__":
    main()
