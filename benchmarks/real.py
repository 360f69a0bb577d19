"""Occlusion's two maps beside SHAP and LIME at the same number of calls.

    python -m benchmarks.real keras|pytorch|honest|cheating [PICTURE …]

Rows go into real.json as they come, and what is there already is not asked again;
`python -m benchmarks.faithfulness page` makes tables of them. The packages that real pictures need
stand in photographs.py and real_networks.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.cases import FILLS, GRID, Case, Row, add_rows, cases_of, classifier_of, read_rows
from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.analysis.audit import Audit, audit_of, audit_steps
from gridexplainer_widget.analysis.object_mask import rank_of_mask
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.results.faithfulness import Faithfulness

ROWS = Path(__file__).with_suffix(".json")
CALLS = 200
OTHERS = ("shap", "lime")


@dataclass(frozen=True)
class Found:
    """A map and what it cost: calls, and seconds of all processors.

    Those of SHAP and LIME hold thirty calls more, which tell what their maps foretell.
    """

    name: str
    explanation: Explanation
    calls: int
    seconds: float


def maps_of(explainer: GridExplainer, case: Case) -> Iterator[Found]:
    """Make all maps; the cells alone are the first part of occlusion's run."""
    run = explainer.start_run(case.pixels)
    since = time.process_time()
    for _ in run.steps():
        pass
    alone_calls, alone_seconds = run.calls, time.process_time() - since
    for _ in explainer.handfuls(run, case.target):
        pass
    seconds = time.process_time() - since
    both = explainer.freeze(run, case.target)
    yield Found("alone", replace(both, chosen="alone"), alone_calls, alone_seconds)
    yield Found("together", replace(both, chosen="together"), run.calls, seconds)
    for method in OTHERS:
        since = time.process_time()
        made = explainer.explain(case.pixels, case.target, method=method, samples=CALLS)
        yield Found(method, made, made.cost.forward, time.process_time() - since)


def row_of(network: str, case: Case, found: Found, figures: Faithfulness) -> Row:
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
        if case.mask is None
        else rank_of_mask(explanation.values, case.mask, explanation.grid).touched,
    }


def measure(network: str, wanted: list[str]) -> None:
    explainer = GridExplainer(classifier_of(network), GRID, budget=CALLS)
    cases = cases_of(network)
    known = {row["picture"] for row in read_rows(ROWS) if row["network"] == network}
    due = [
        case for case in cases if case.name not in known and case.name in (wanted or [case.name])
    ]
    for case in due:
        audit: Audit | None = None
        rows = []
        for found in maps_of(explainer, case):
            audit = audit or audit_of(explainer, found.explanation, FILLS)
            steps = audit_steps(explainer, audit, found.explanation, found.explanation.request)
            rows.append(row_of(network, case, found, drain(steps)))
        add_rows(ROWS, rows)
        told = ", ".join(f"{row['map']} {row['srg']}" for row in rows)
        print(f"{time.strftime('%X')} {case.name}: {told}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    measure(sys.argv[1], sys.argv[2:])
