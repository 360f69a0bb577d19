"""How small the smallest sets are, whether they hold, and what their structure is worth.

Rows are kept in sets.json. `photographs` needs the packages that real_networks.py tells of.

    python -m benchmarks.sets exhaustive     # against all sets of a 4×4 grid
    python -m benchmarks.sets structure      # pictures of known structure
    python -m benchmarks.sets photographs    # EfficientNet-Lite0, 8×8
    python -m benchmarks.sets table
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np

from gridexplainer_widget import GridExplainer, demo
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.demo.render import render
from gridexplainer_widget.demo.scenes import any_scene
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.sets.criterion import KINDS, Criterion, Kind
from gridexplainer_widget.results.data.cell_set import CellSet

from .structures import KEPT, known

RESULTS: Final = Path(__file__).with_name("sets.json")
SCENES: Final = 12
OF_EACH_KIND: Final = 12
MARGINS: Final = (0.0, 0.3)
PHOTOGRAPHS: Final = 12
AT_ONCE: Final = 1000
"""Sets asked about before it is seen whether one works."""


def exhaustive() -> Iterator[dict[str, Any]]:
    """Compare each first set with the smallest of all, on the embedded classifier's pictures."""
    honest, rng = demo.load("honest"), np.random.default_rng(0)
    scenes = [render(any_scene(rng)).picture for _ in range(SCENES)]
    for picture in (*honest.pictures.values(), *scenes):
        explainer = GridExplainer(honest.classifier, 4)
        explanation = explainer.explain(picture)
        run = explainer.start_run(picture)
        drain(run.ask([()]))
        for margin in MARGINS:
            sets = explainer.minimal_sets(explanation, margin=margin)
            criterion = Criterion.of(
                explanation.target, str(run.classifier.output), explanation.baseline_vector, margin
            )
            for kind, found in zip(KINDS, (sets.enough, sets.needed), strict=True):
                if found:
                    best = _smallest(run, criterion, kind, len(found[0].cells))
                    sizes = {"found": len(found[0]), "best": best}
                    yield {"kind": kind, "margin": margin, **sizes, "calls": found[0].calls}


def _smallest(run: Run, criterion: Criterion, kind: Kind, most: int) -> int:
    """Return the size of the smallest set, of at most as many cells as one that is known."""
    everything = frozenset(range(len(run.grid)))
    for size in range(most):
        sets = [frozenset(some) for some in combinations(sorted(everything), size)]
        for first in range(0, len(sets), AT_ONCE):
            hidden = [
                tuple(sorted(everything - cells if kind == "enough" else cells))
                for cells in sets[first : first + AT_ONCE]
            ]
            drain(run.ask(hidden))
            vectors = [run.cached_probabilities(cells) for cells in hidden]
            if any(criterion.outcome(kind, vector).works for vector in vectors):
                return size
    return most


def structure() -> Iterator[dict[str, Any]]:
    """Ask for the structure of pictures of which it is known."""
    for kind in KEPT:
        for case in known(kind, OF_EACH_KIND, seed=11):
            explanation = case.explainer.explain(case.picture, case.target)
            sets = case.explainer.minimal_sets(explanation)
            yield {"kind": kind, "told": sets.structure, "calls": sets.calls}


def photographs() -> Iterator[dict[str, Any]]:
    """Find the sets of photographs that EfficientNet-Lite0 knows."""
    from .photographs import photographs as all_photographs  # noqa: PLC0415 - needs packages
    from .real_networks import in_pytorch  # noqa: PLC0415 - needs packages

    explainer = GridExplainer(in_pytorch())
    for photograph in all_photographs()[:PHOTOGRAPHS]:
        explanation = explainer.explain(photograph.pixels)
        for margin in MARGINS:
            began, before = time.perf_counter(), explanation.cost.forward
            sets = explainer.minimal_sets(explanation, margin=margin)
            yield {
                "picture": photograph.name,
                "margin": margin,
                "baseline": explanation.baseline,
                "map_calls": before,
                "calls": sets.calls,
                "seconds": time.perf_counter() - began,
                "structure": sets.structure,
                "sets": [_row(found) for found in sets.sets],
            }


def _row(found: CellSet) -> dict[str, Any]:
    row = found.record
    return {**row, "size": len(found), "held": sum(found.held.values()), "tried": len(found.held)}


def _table(rows: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for kind in KINDS:
        of_kind = [row for row in rows.get("exhaustive", []) if row["kind"] == kind]
        larger = Counter(row["best"] for row in of_kind)
        yield f"{kind}: sizes {dict(sorted(larger.items()))}"
        smallest = sum(row["found"] == row["best"] for row in of_kind)
        calls = np.array([row["calls"] for row in of_kind] or [0])
        yield f"{kind}: {smallest} of {len(of_kind)} smallest; calls {np.median(calls):.0f}, "
        yield f"  at most {calls.max()}; excess {[r['found'] - r['best'] for r in of_kind]}"
    for kind in KEPT:
        told = Counter(row["told"] for row in rows.get("structure", []) if row["kind"] == kind)
        yield f"{kind}: {dict(told)}"
    for margin in MARGINS:
        some = [row for row in rows.get("photographs", []) if row["margin"] == margin]
        for kind in KINDS:
            first = [next((s for s in row["sets"] if s["kind"] == kind), None) for row in some]
            sets = [one for one in first if one]
            if sets:
                held = sum(one["held"] for one in sets) / sum(one["tried"] for one in sets)
                sizes, alone, hidden, calls = (
                    np.median([one[name] for one in sets])
                    for name in ("size", "alone", "hidden", "calls")
                )
                yield (
                    f"margin {margin}, {kind}: {len(sets)} of {len(some)}, size {sizes}, alone "
                    f"{alone:.2f}, hidden {hidden:.2f}, calls {calls}, held {held:.2f}"
                )
        if some:
            yield f"  in all {np.median([row['calls'] for row in some])} calls, "
            yield f"  {np.median([row['seconds'] for row in some]):.1f} s; "
            yield f"  {dict(Counter(row['structure'] for row in some))}"


PARTS: Final = {"exhaustive": exhaustive, "structure": structure, "photographs": photographs}


def main(names: list[str]) -> None:
    """Measure what is named, then print."""
    rows = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name in names:
        if name in PARTS:
            rows[name] = []
            for row in PARTS[name]():
                rows[name].append(row)
                RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print("\n".join(_table(rows)))


if __name__ == "__main__":
    main(sys.argv[1:])
