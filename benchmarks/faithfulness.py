"""All methods × all measures, with default settings, on drawn and real pictures.

    python -m benchmarks.faithfulness honest|cheating|keras|pytorch [METHOD …]
    python -m benchmarks.faithfulness page

Rows go into faithfulness.json as they come, and what is there already is not asked again. `page`
writes docs/faithfulness.md of these and of real.json. Only of the drawn classifiers it is known
where the objects are; and their weights are randomised as well.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from benchmarks.cases import FILLS, GRID, Case, Row, add_rows, cases_of, classifier_of, read_rows
from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.analysis.audit import Audit, audit_of, audit_steps
from gridexplainer_widget.analysis.object_mask import rank_of_mask
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.methods.registry import METHODS
from gridexplainer_widget.results.faithfulness import Faithfulness

ROWS = Path(__file__).with_suffix(".json")


def row_of(network: str, case: Case, method: str, made: Explanation, figures: Faithfulness) -> Row:
    cost = made.cost
    rank = None if case.mask is None else rank_of_mask(made.values, case.mask, made.grid).touched
    return {
        "network": network,
        "picture": case.name,
        "class": made.label,
        "probability": round(made.baseline, 4),
        "method": method,
        "hidden_by": made.fill,
        "calls": cost.forward,
        "backward": cost.backward,
        "under": {
            one.fill: {
                **{name: round(value, 4) for name, value in one.metrics.items()},
                "random": one.chance and round(one.chance.srg.high, 4),
                "flat": not figures.ranks(one),
            }
            for one in figures.under
        },
        **{
            name: value if value is None else round(value, 4)
            for name, value in figures.whole.items()
        },
        "area": figures.mask_area,
        "itself": figures.inside_itself,
        "mark": rank,
    }


def rows_of(
    network: str, explainer: GridExplainer, case: Case, methods: Collection[str]
) -> Iterator[Row]:
    """Explain a picture by each method, and audit the maps by the same runs."""
    drawn = network == "honest"
    fills = (*FILLS, explainer.fill.name) if drawn else FILLS
    audit: Audit | None = None
    for method in methods:
        try:
            since = time.process_time()
            made = explainer.explain(case.pixels, case.target, method=method)
            seconds = time.process_time() - since
        except MethodError as error:
            print(f"  {method}: {error}", file=sys.stderr)
            continue
        audit = audit or audit_of(explainer, made, fills)
        mask = case.mask if drawn else None
        steps = audit_steps(explainer, audit, made, made.request, mask=mask, randomise=drawn)
        yield {**row_of(network, case, method, made, drain(steps)), "seconds": round(seconds, 2)}


def measure(network: str, wanted: list[str]) -> None:
    explainer = GridExplainer(classifier_of(network), GRID, joint=False)
    for case in cases_of(network):
        mine = [row for row in read_rows(ROWS) if row["network"] == network]
        known = {row["method"] for row in mine if row["picture"] == case.name}
        methods = [method for method in wanted or METHODS if method not in known]
        add_rows(ROWS, rows_of(network, explainer, case, methods))
        print(f"{time.strftime('%X')} {case.name}", file=sys.stderr, flush=True)


def main() -> None:
    what, *wanted = sys.argv[1:]
    if what == "page":
        from benchmarks.faithfulness_page import write_page  # noqa: PLC0415 - only then

        write_page()
    else:
        measure(what, wanted)


if __name__ == "__main__":
    main()
