"""All methods × all measures on the embedded classifiers, whose objects' true places are known.

Writes docs/faithfulness.md. Every figure in it comes from here.

    python benchmarks/faithfulness.py
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget import Explanation, GridExplainer, demo
from gridexplainer_widget.analysis.object_mask import rank_of_mask
from gridexplainer_widget.attribution.attribution import Attribution, Cost
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.methods.registry import METHODS
from gridexplainer_widget.results.faithfulness import Faithfulness

PAGE = Path(__file__).parents[1] / "docs" / "faithfulness.md"
FILLS = ("cell-mean", "blur", "picture-mean", "gray", "noise")
GRID = 8
CHANCE = "chance"

HEAD_TEXT = """# Which method tells the truth?

Written by `benchmarks/faithfulness.py`; every figure here comes from it.

Every method explains every embedded picture for every object in it, on an 8×8 grid, with its
default settings; then the map is audited. The objects' masks are known to the pixel, since the
pictures were drawn. "Chance" is a map of random numbers, for comparison.

Two things to keep in mind. These are two small networks (230,000 weights) on drawn pictures: the
order of methods may be another one for yours, and measuring yours is one call,
`explainer.compare(img, …)`. And the audit hides cells, which is what occlusion, RISE, SHAP
and LIME do themselves, by default with the same fill; the second table audits with other fills.
"""

METRICS_TEXT = """
* **Deletion** (lower is better), **Insertion** (higher): the mean probability while cells are
  hidden, or shown again, the most important first. V. Petsiuk, A. Das, K. Saenko, BMVC 2018.
* **SRG** (higher; chance reaches 0): insertion minus deletion, which equals hiding the least
  important first minus hiding the most important first. S. Blücher, J. Vielhaben, N. Strodthoff,
  TMLR 2024.
* **Randomised** (lower): mean absolute rank correlation of the map with those of the same network
  as its weights are randomised, at four layers from the last to the first. J. Adebayo et al.,
  NeurIPS 2018.
* **Pointing** (higher): how often the most important cell touches the object. After J. Zhang et
  al., IJCV 2018.
* **Inside** (higher): the share of the positive values that lies inside the object's mask. L.
  Arras, A. Osman, W. Samek, Information Fusion 2022.
* **Calls** + gradients: pictures that went through the network, forwards and, of these, backwards.
"""

READING_TEXT = """
## Reading it

As it came out on 2026-11-21:

* Occlusion has the best SRG under the fill it hides with itself, with SHAP, LIME and RISE within
  0.02 of it; under the four other fills RISE has it. These four are ahead of all that looks inside
  the network; of that, SHAP's gradients come nearest.
* Guided Grad-CAM keeps the largest share inside the object, and has a lower SRG than many: inside
  the object is not yet what the network uses of it.
* Guided backpropagation changes least when the weights are randomised, as Adebayo et al. found;
  SHAP's gradients and occlusion change most.
* Grad-CAM, and Guided Grad-CAM with it, put the stamp next to last. This is no slip of the formula:
  the network pools by mean and by maximum, so its gradients sit at single places, and their mean
  over all places, which Grad-CAM weights its maps by, tells nothing of the corner. R. L. Draelos
  and L. Carin ("Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural
  networks", 2020) describe the same.
"""


@dataclass(frozen=True)
class Case:
    """One picture and one object in it."""

    explainer: GridExplainer
    name: str
    picture: NDArray[np.uint8]
    target: str
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class Finding:
    """What a method found in a case, and what the audit says of it, under each fill."""

    method: str
    explanation: Explanation | None
    audits: dict[str, Faithfulness]


def cases(explainer: GridExplainer, data: demo.Demo) -> Iterator[Case]:
    for name, picture in data.pictures.items():
        for target in data.truth[name]:
            yield Case(explainer, name, picture, target, data.masks[name][target])


def examine(case: Case) -> Iterator[Finding]:
    for method in METHODS:
        try:
            explanation = case.explainer.explain(case.picture, case.target, method=method)
        except MethodError as error:
            print(f"  {method}: {error}", file=sys.stderr)
            continue
        audits = {
            fill: case.explainer.faithfulness(
                explanation, fill=fill, mask=case.mask, randomise=fill == FILLS[0]
            )
            for fill in FILLS
        }
        yield Finding(method, explanation, audits)


def by_chance(case: Case, seed: int) -> Finding:
    cells = np.random.default_rng(seed).normal(size=(GRID, GRID)).astype(np.float32)
    plain = case.explainer.explain(case.picture, case.target, method="saliency")
    pixels = np.zeros(plain.seen.shape[:2], np.float32)
    found = Attribution("saliency", cells, "cells", pixels, cells, "", cost=Cost())
    explanation = replace(plain, attribution=found)
    audits = {
        fill: case.explainer.faithfulness(explanation, fill=fill, mask=case.mask) for fill in FILLS
    }
    return Finding(CHANCE, explanation, audits)


def mean(values: list[float | bool | None]) -> float:
    known = [float(value) for value in values if value is not None]
    return float(np.mean(known)) if known else float("nan")


def error(values: list[float]) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def title(method: str) -> str:
    return "Chance" if method == CHANCE else METHODS[method].title


def bold_best(rows: list[list[str]], column: int, worth: list[float]) -> None:
    known = [number for number, value in enumerate(worth) if not np.isnan(value)]
    best = rows[max(known, key=lambda number: worth[number])][column]
    for number in known:
        if rows[number][column] == best:  # alike as far as it is written
            rows[number][column] = f"**{best}**"


def main_table(found: dict[str, list[Finding]]) -> str:
    rows, worth = [], []
    for method, findings in found.items():
        audits = [finding.audits[FILLS[0]] for finding in findings]
        srg = [audit.srg for audit in audits]
        randomised = mean([None if a.randomised is None else abs(a.randomised) for a in audits])
        cost = findings[0].explanation.cost
        seconds = np.median([finding.explanation.cost.seconds for finding in findings])
        metrics = [
            mean([audit.deletion for audit in audits]),
            mean([audit.insertion for audit in audits]),
            mean(srg),
            randomised,
            mean([audit.pointing for audit in audits]),
            mean([audit.inside for audit in audits]),
        ]
        texts = [f"{value:.2f}" if not np.isnan(value) else "–" for value in metrics]
        texts[2] = f"{metrics[2]:+.3f} ± {error(srg):.3f}"
        calls = f"{cost.forward}" + (f" + {cost.backward}" if cost.backward else "")
        time = "–" if method == CHANCE else f"{seconds:.1f}"
        rows.append([title(method), *texts, "–" if method == CHANCE else calls, time])
        worth.append([-metrics[0], metrics[1], metrics[2], -metrics[3], metrics[4], metrics[5]])
    for column in range(6):
        values = [
            w[column] if m != CHANCE else float("nan") for w, m in zip(worth, found, strict=True)
        ]
        bold_best(rows, column + 1, values)
    head = ["", "Deletion ↓", "Insertion ↑", "SRG ↑", "Randomised ↓", "Pointing ↑", "Inside ↑"]
    return table([*head, "Calls + gradients", "Seconds"], rows)


def fill_table(found: dict[str, list[Finding]]) -> str:
    rows = [
        [title(method), *(f"{mean([f.audits[fill].srg for f in findings]):+.3f}" for fill in FILLS)]
        for method, findings in found.items()
    ]
    for column, fill in enumerate(FILLS):
        worth = [
            mean([f.audits[fill].srg for f in findings]) if method != CHANCE else float("nan")
            for method, findings in found.items()
        ]
        bold_best(rows, column + 1, worth)
    return table(["SRG under", *FILLS], rows)


def mark_table(explainer: GridExplainer, data: demo.Demo) -> str:
    """Rank of the photographer's mark among the 64 cells, for "horse"."""
    stamped = [name for name in data.pictures if "mark" in data.masks[name]]
    rows = []
    for method in METHODS:
        ranks = []
        for name in stamped:
            try:
                explanation = explainer.explain(data.pictures[name], "horse", method=method)
            except MethodError:
                break
            rank = rank_of_mask(explanation.values, data.masks[name]["mark"], explanation.grid)
            ranks.append(rank.touched)
        if ranks:
            rows.append([title(method), *map(str, ranks), f"{np.mean(ranks):.1f}"])
    return table(["", *stamped, "mean"], rows)


def main() -> None:
    honest, cheating = demo.load("honest"), demo.load("cheating")
    explainer = GridExplainer(honest.classifier, GRID)
    explainer.explain(next(iter(honest.pictures.values())))  # warm
    found: dict[str, list[Finding]] = {}
    every = list(cases(explainer, honest))
    for number, case in enumerate(every):
        print(f"{case.name}: {case.target}", file=sys.stderr)
        for finding in (*examine(case), by_chance(case, number)):
            found.setdefault(finding.method, []).append(finding)
    area = mean([case.mask.mean() for case in every])
    missing = [METHODS[name].title for name in METHODS if name not in found]
    audited = (
        f"Audited with the fill {FILLS[0]!r}, each figure a mean over the objects; SRG ± its "
        f"standard error. The objects cover {area:.2f} of their pictures on average, which is what "
        "*Inside* is for a map that is the same everywhere. Bold: the best of a column."
    )
    without = (
        f"Not here: {', '.join(missing)}, whose network must end in global average pooling and one "
        "dense layer; this one ends otherwise."
    )
    stamp = (
        "It calls a picture a horse because of a photographer's stamp in its corner. The rank of "
        "the stamp among the 64 cells, asked about “horse”: 1 is the most important cell of all."
    )
    sections = [
        HEAD_TEXT,
        f"## The honest classifier: {len(every)} objects in {len(honest.pictures)} pictures",
        audited,
        main_table(found),
        without if missing else "",
        METRICS_TEXT,
        "## The same under other fills",
        "What stands in for a hidden cell can turn the order around. SRG, higher is better:",
        fill_table(found),
        "## The cheating classifier: who finds the mark?",
        stamp,
        mark_table(GridExplainer(cheating.classifier, GRID), cheating),
        READING_TEXT,
    ]
    PAGE.write_text("\n\n".join(part.strip() for part in sections if part) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
