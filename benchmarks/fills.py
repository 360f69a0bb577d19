"""Which fill tells the truth? Maps of single cells under each fill.

    python -m benchmarks.fills causes         # trains eight small networks
    python -m benchmarks.fills drawn          # the embedded classifier
    python -m benchmarks.fills photographs    # EfficientNet-Lite0: benchmarks/real_networks.py
    python -m benchmarks.fills table          # prints the tables of docs/fills.md

Each writes its part of benchmarks/fills.json as it goes, and goes on where it was cut off.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from gridexplainer_widget import GridExplainer, demo
from gridexplainer_widget.analysis.audit import Audit, audit_of
from gridexplainer_widget.analysis.faithfulness import faithfulness_steps
from gridexplainer_widget.attribution.attribution import mean_of_cells
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.progress import drain

from .known_causes import CAUSES, Cause, scenes, trained

RESULTS = Path(__file__).with_name("fills.json")
FILLS = ("cell-mean", "cell-gray", "picture-mean", "gray", "blur")
AUDITED_UNDER = ("blur", "gray", "noise")
GRID = 8
SEEDS = (0, 1)
SCENES = 24

Row = dict[str, Any]


def causes(known: list[Row]) -> Iterator[list[Row]]:
    """Rank the cells of networks that look at one thing."""
    done = {(row["cause"], row["seed"]) for row in known}
    for cause in CAUSES:
        for seed in SEEDS:
            if (cause.name, seed) not in done:
                yield list(ranked(cause, seed))


def ranked(cause: Cause, seed: int) -> Iterator[Row]:
    """Rank the cells of one network under each fill, for pictures that it is right about."""
    model, right = trained(cause, seed)
    explainer = GridExplainer(model, GRID, score="log-odds", joint=False)
    drawn_scenes = scenes(cause, SCENES, np.random.default_rng(100 + seed))
    for number, scene in enumerate(drawn_scenes):
        for fill in FILLS:
            explainer = with_fill(explainer, fill)
            found = explainer.explain(scene.picture, scene.label)
            if found.baseline < 0.5:
                break
            yield {
                "cause": cause.name,
                "seed": seed,
                "right": right,
                "scene": number,
                "fill": fill,
                "auroc": auroc(found.values, scene.cause, found.grid),
            }


def drawn(known: list[Row]) -> Iterator[list[Row]]:
    """Audit maps of the embedded classifier, whose objects' places are known."""
    honest, done = demo.load("honest"), {row["picture"] for row in known}
    explainer = GridExplainer(honest.classifier, GRID, joint=False)
    for name, picture in honest.pictures.items():
        for target in honest.truth[name]:
            title, mask = f"{name}: {target}", honest.masks[name][target]
            if title not in done:
                yield list(audited(explainer, title, picture, target, mask))


def photographed(known: list[Row]) -> Iterator[list[Row]]:
    """Audit maps of a network that was trained on photographs."""
    from .photographs import photographs  # noqa: PLC0415 - need packages that the rest does not
    from .real_networks import in_keras  # noqa: PLC0415

    done = {row["picture"] for row in known}
    explainer = GridExplainer(in_keras(), GRID, joint=False)
    for number, photograph in enumerate(photographs()):
        title = f"{number}: {photograph.name}"
        if photograph.label is not None and title not in done:
            picture, target = photograph.pixels, photograph.label
            yield list(audited(explainer, title, picture, target))


def audited(
    explainer: GridExplainer,
    title: str,
    picture: NDArray[np.uint8],
    target: int | str,
    mask: NDArray[np.bool_] | None = None,
) -> Iterator[Row]:
    """Explain a picture under each fill, and audit the maps under others."""
    audit: Audit | None = None
    for fill in FILLS:
        found = with_fill(explainer, fill).explain(picture, target)
        audit = audit or audit_of(explainer, found, AUDITED_UNDER)
        drain(audit.begin(found))
        measured = drain(faithfulness_steps(audit.runs, found.values, found.target, mask))
        yield {
            "picture": title,
            "fill": fill,
            "top": int(found.values.argmax()),
            "inside": measured.inside,
            "srg": {one.fill: one.srg for one in measured.under},
        }


def with_fill(explainer: GridExplainer, fill: str) -> GridExplainer:
    """Return the explainer with another fill."""
    other = GridExplainer(explainer.classifier, GRID, fill=fill, score=explainer.score, joint=False)
    other.checked = explainer.checked
    return other


def auroc(values: ArrayLike, cause: NDArray[np.bool_], grid: Grid) -> float:
    """Say how often a cell of the cause has a larger value than another cell; ties count half.

    Cells that the cause covers by less than half belong to neither.
    """
    covered = mean_of_cells(cause.astype(np.float32), grid).ravel()
    flat, inside, outside = np.ravel(values), covered >= 0.5, covered == 0
    ranks = rankdata(np.r_[flat[inside], flat[outside]])[: inside.sum()]
    ones, others = int(inside.sum()), int(outside.sum())
    return float((ranks.sum() - ones * (ones + 1) / 2) / (ones * others))


def mean(values: list[float]) -> float:
    """Return the mean."""
    return float(np.mean(values))


def table(head: list[str], rows: list[list[str]]) -> str:
    """Write a table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def cause_table(rows: list[Row]) -> str:
    """Write the mean AUROC of each cause under each fill, and the worst network's."""
    names = list(dict.fromkeys(row["cause"] for row in rows))
    lines = []
    for fill in fills_of(rows):
        mine = [row for row in rows if row["fill"] == fill]
        by_cause = [[row["auroc"] for row in mine if row["cause"] == name] for name in names]
        networks = {(row["cause"], row["seed"]) for row in mine}
        worst = min(
            mean([row["auroc"] for row in mine if (row["cause"], row["seed"]) == network])
            for network in networks
        )
        means = [mean(values) for values in by_cause]
        lines.append([fill, *(f"{value:.2f}" for value in (*means, mean(means), worst))])
    return table(["AUROC of the cause", *names, "mean", "worst network"], lines)


def audit_table(rows: list[Row], extra: str) -> str:
    """Write SRG of each fill's maps under fills, and one figure more."""
    lines = []
    for fill in fills_of(rows):
        mine = [row for row in rows if row["fill"] == fill]
        srg = {under: mean([row["srg"][under] for row in mine]) for under in AUDITED_UNDER}
        own = {under: " (own)" if under == fill else "" for under in AUDITED_UNDER}
        last = mean([row["inside"] for row in mine]) if extra == "inside" else agreement(rows, fill)
        texts = [f"{value:.2f}{own[under]}" for under, value in srg.items()]
        lines.append([fill, *texts, f"{last:.2f}"])
    return table(["", *(f"SRG under {under}" for under in AUDITED_UNDER), extra], lines)


def agreement(rows: list[Row], fill: str) -> float:
    """Return the share of pictures, and of other fills, whose top cell is this fill's."""
    tops = {(row["picture"], row["fill"]): row["top"] for row in rows}
    return mean(
        [
            float(top == tops[picture, fill])
            for (picture, other), top in tops.items()
            if other != fill
        ]
    )


def fills_of(rows: list[Row]) -> list[str]:
    """List the fills in the order of the rows."""
    return list(dict.fromkeys(row["fill"] for row in rows))


def stored_in(file: Path) -> dict[str, list[Row]]:
    """Read what was found so far."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def text_of(found: dict[str, list[Row]]) -> str:
    """Write JSON with a line for each row."""
    parts = [
        f'"{part}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for part, rows in found.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> None:
    """Make one part, or print the tables."""
    parts = {"causes": causes, "drawn": drawn, "photographs": photographed}
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    if part == "table":
        known = stored_in(RESULTS)
        print(cause_table(known["causes"]))
        for kind, extra in (("drawn", "inside"), ("photographs", "same top cell")):
            if kind in known:
                print(audit_table(known[kind], extra))
        return
    if part not in parts:
        raise SystemExit(__doc__)
    rows = stored_in(RESULTS).get(part, [])
    for more in parts[part](rows):
        rows += more
        print(*more, sep="\n", file=sys.stderr)
        RESULTS.write_text(text_of({**stored_in(RESULTS), part: rows}), encoding="utf-8")


if __name__ == "__main__":
    main()
