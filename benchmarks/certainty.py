"""How honest is certainty? Cells that are sure, held against what is known and against other ways.

    python -m benchmarks.certainty hand           # models worked out by hand
    python -m benchmarks.certainty causes         # trains eight small networks
    python -m benchmarks.certainty drawn          # the embedded classifiers
    python -m benchmarks.certainty photographs    # EfficientNet-Lite0: benchmarks/real_networks.py
    python -m benchmarks.certainty table          # prints the tables of docs/certainty.md

Each writes its part of benchmarks/certainty.json as it goes, and goes on where it was cut off.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from gridexplainer_widget import Explanation, GridExplainer, demo
from gridexplainer_widget.analysis.audit import run_with
from gridexplainer_widget.attribution.attribution import mean_of_cells
from gridexplainer_widget.core.fills import Fill, parse_fill
from gridexplainer_widget.core.picture import to_uint8
from gridexplainer_widget.core.scores import drops_of
from gridexplainer_widget.results.data.certainty import Certainty
from gridexplainer_widget.results.data.sure import verdicts_of

from .fills import stored_in, table, text_of
from .known_causes import CAUSES, Cause, scenes, trained

RESULTS = Path(__file__).with_name("certainty.json")
GRID = 8
SEEDS = (0, 1)
SCENES = 8
COLORS = 2
"""The first of the unseen ways are colours."""
HAND_SIDE = 64

Row = dict[str, Any]
Signs = NDArray[np.int8]
Bools = NDArray[np.bool_]


def unseen(seed: int) -> list[Fill]:
    """Return ways to hide a cell that certainty does not take."""
    fills = [parse_fill(name, seed) for name in ("black", "white", "linear")]
    noise = [parse_fill("noise", seed + number) for number in (1, 2)]
    return [*fills, *noise, *(parse_fill("patches", seed + number) for number in (5, 6))]


def judged(explainer: GridExplainer, picture: Any, target: Any) -> tuple[Explanation, Certainty]:
    """Explain a picture, and ask how sure its cells are."""
    explanation = explainer.explain(picture, target)
    return explanation, explainer.certainty(explanation)


def row_of(
    explainer: GridExplainer,
    explanation: Explanation,
    certainty: Certainty,
    truth: tuple[Signs, Bools] | None = None,
) -> Row:
    """Count what holds; `truth` are the signs of the cells, and of which they are known."""
    values, tells = under_unseen_ways(explainer, explanation)
    shifted = half_a_cell_away(explainer, explanation)
    start = verdicts_of(np.nan_to_num(certainty.values), 0.25)
    single = np.sign(explanation.drops).astype(np.int8)
    within = tells & (values >= certainty.low) & (values <= certainty.high)
    natural = slice(COLORS, None)
    rules = {"sure": certainty.verdicts, "start": start, "naive": naive(certainty), "map": single}
    return {
        "calls": certainty.calls,
        "seconds": round(certainty.seconds, 2),
        "margin": round(certainty.margin, 3),
        "covered": [int(within[natural].sum()), int(tells[natural].sum())],
        "covered_colors": [int(within[:COLORS].sum()), int(tells[:COLORS].sum())],
        **{
            name: {
                "cells": int(np.count_nonzero(signs)),
                "kept": kept(signs, values, tells),
                "shifted": kept(signs, shifted, np.ones_like(shifted, np.bool_)),
                **({} if truth is None else against_truth(signs, *truth)),
            }
            for name, signs in rules.items()
        },
    }


def naive(certainty: Certainty) -> Signs:
    """Judge by whether a 95 % interval of the mean excludes 0."""
    mean, deviation = certainty.values.mean(axis=0), certainty.values.std(axis=0, ddof=1)
    beyond = np.abs(mean) > 2.365 * deviation / np.sqrt(len(certainty.ways))
    return np.where(beyond, np.sign(mean), 0).astype(np.int8)


def kept(signs: Signs, values: NDArray[np.float32], tells: Bools) -> list[int]:
    """Count how often ways that say something keep a cell's sign, and how many these are."""
    asked = tells & (signs != 0)
    return [int((asked & (np.sign(values) == signs)).sum()), int(asked.sum())]


def against_truth(signs: Signs, truth: Signs, known: Bools) -> dict[str, list[int]]:
    """Count harmless cells that are called otherwise, and causes that are found."""
    harmless, causes = known & (truth == 0), known & (truth != 0)
    found = causes & (signs == truth)
    return {
        "false": [int((harmless & (signs != 0)).sum()), int(harmless.sum())],
        "found": [int(found.sum()), int(causes.sum())],
        "swapped": [int((causes & (signs == -truth)).sum()), int(causes.sum())],
    }


def under_unseen_ways(
    explainer: GridExplainer, explanation: Explanation
) -> tuple[NDArray[np.float32], Bools]:
    """Return what hiding takes in ways that certainty does not know, and which say something."""
    values, tells = [], []
    for fill in unseen(explainer.seed):
        run = run_with(explainer, explanation, fill, explainer.engine)
        for _ in run.steps():
            pass
        what = explanation.target, "log-odds", str(explainer.classifier.output)
        drops = drops_of(run.answers, run.whole, *what)
        values.append(drops.reshape(explanation.grid.shape))
        tells.append(~run.masker.hardly_changed)
    return np.stack(values), np.stack(tells)


def half_a_cell_away(explainer: GridExplainer, explanation: Explanation) -> NDArray[np.float32]:
    """Return what each cell takes, moved by half a cell aside, down and both, by the mean."""
    grid, pixels = explanation.grid, explanation.pixels
    mean, pictures = pixels.mean(axis=(0, 1)), []
    for down, aside in ((0, 1), (1, 0), (1, 1)):
        for top, left, bottom, right in grid.boxes():
            by = (bottom - top) // 2 * down, (right - left) // 2 * aside
            by = -by[0] if bottom + by[0] > grid.height else by[0], by[1]
            by = by[0], -by[1] if right + by[1] > grid.width else by[1]
            hidden = pixels.copy()
            hidden[top + by[0] : bottom + by[0], left + by[1] : right + by[1]] = mean
            pictures.append(hidden)
    batches = [
        explainer.classifier.answers(np.stack(pictures[start : start + 64]))
        for start in range(0, len(pictures), 64)
    ]
    answers = type(batches[0])(*map(np.concatenate, zip(*batches, strict=True)))
    what = explanation.target, "log-odds", str(explainer.classifier.output)
    return drops_of(answers, explanation.whole, *what).reshape(3, *grid.shape)


def cells_of(mask: Bools, explanation: Explanation) -> tuple[Bools, Bools]:
    """Return the cells that a mask covers by half or more, and those that it touches nowhere."""
    covered = mean_of_cells(mask.astype(np.float32), explanation.grid)
    return covered >= 0.5, covered == 0


def causes(known: list[Row]) -> Iterator[list[Row]]:
    """Judge cells of networks that look at one thing."""
    done = {(row["of"], row["seed"]) for row in known}
    for cause in CAUSES:
        for seed in SEEDS:
            if (cause.name, seed) not in done:
                yield list(caused(cause, seed))


def caused(cause: Cause, seed: int) -> Iterator[Row]:
    """Judge cells of one network.

    Harmless are cells that neither hold a part of the cause nor border on such a cell: what stands
    beside a shape is a part of its outline. Of classes that something's absence makes, a colour
    that is not red or a stamp without bars, no cell is known to be a cause.
    """
    model, _ = trained(cause, seed)
    explainer = GridExplainer(model, GRID, joint=False)
    for number, scene in enumerate(scenes(cause, SCENES, np.random.default_rng(100 + seed))):
        explanation, found = judged(explainer, scene.picture, scene.label)
        if explanation.baseline < 0.5:
            continue
        inside, outside = cells_of(scene.cause, explanation)
        far = ~binary_dilation(~outside, np.ones((3, 3)))
        present = scene.label == 1 or cause.name in {"a plain shape", "stripes"}
        truth = (inside & present).astype(np.int8), far | (inside & present)
        row = row_of(explainer, explanation, found, truth)
        yield {"of": cause.name, "seed": seed, "picture": number, **row}


def drawn(known: list[Row]) -> Iterator[list[Row]]:
    """Judge cells of the embedded classifiers, whose objects' places are known.

    Harmless are cells that touch no object, nor, of the one that cheats, the stamp.
    """
    done = {(row["of"], row["picture"]) for row in known}
    for name in ("honest", "cheating"):
        shown = demo.load(name)
        explainer = GridExplainer(shown.classifier, GRID, joint=False)
        for title, picture in shown.pictures.items():
            for target in shown.truth[title]:
                if (name, f"{title}: {target}") in done:
                    continue
                explanation, found = judged(explainer, picture, target)
                masks = shown.masks[title]
                own = "mark" if name == "cheating" and "mark" in masks else target
                inside, _ = cells_of(masks[own], explanation)
                _, outside = cells_of(np.any(list(masks.values()), axis=0), explanation)
                truth = inside.astype(np.int8), inside | outside
                row = row_of(explainer, explanation, found, truth)
                yield [{"of": name, "picture": f"{title}: {target}", **row}]


def photographed(known: list[Row]) -> Iterator[list[Row]]:
    """Judge cells of a network that was trained on photographs, whose causes nobody knows."""
    from .photographs import photographs  # noqa: PLC0415 - need packages that the rest does not
    from .real_networks import in_keras  # noqa: PLC0415

    done = {row["picture"] for row in known}
    explainer = GridExplainer(in_keras(), GRID, joint=False)
    for number, photograph in enumerate(photographs()):
        title = f"{number}: {photograph.name}"
        if photograph.label is not None and title not in done:
            explanation, found = judged(explainer, photograph.pixels, photograph.label)
            row = row_of(explainer, explanation, found)
            yield [{"of": "EfficientNet-Lite0", "picture": title, **row}]


def hand(known: list[Row]) -> Iterator[list[Row]]:
    """Judge cells of models whose causes are known to the pixel: red spots and green ones."""
    done = {row["of"] for row in known}
    for name, (model, rule) in BY_HAND.items():
        if name not in done:
            yield list(by_hand(name, model, rule))


def by_hand(name: str, model: Callable[..., Any], rule: tuple[int, int]) -> Iterator[Row]:
    """Judge one model; `rule` are the signs of a red spot and of a green one, each hidden alone."""
    random = np.random.default_rng(5)
    explainer = GridExplainer(model, GRID, output="softmax", joint=False)
    for number in range(12):
        grey = random.integers(60, 200) + 25 * random.standard_normal((GRID, GRID))
        pixels = np.kron(grey, np.ones((8, 8))) + random.normal(0, 12, (HAND_SIDE, HAND_SIDE))
        picture = np.repeat(np.clip(pixels, 0, 255)[..., np.newaxis], 3, axis=2)
        truth = np.zeros((GRID, GRID), np.int8)
        for color, sign in zip(((230, 20, 30), (20, 230, 30)), rule, strict=True):
            if name == "absence" and color[1] > color[0]:
                continue
            row, column = random.integers(0, GRID), random.integers(0, GRID // 2)
            column = column + GRID // 2 * (color[1] > color[0])
            picture[8 * row : 8 * row + 8, 8 * column : 8 * column + 8] = color
            truth[row, column] = sign
        explanation, found = judged(explainer, to_uint8(picture.astype(np.float32)), 0)
        everywhere = np.ones_like(truth, np.bool_)
        yield {
            "of": name,
            "picture": number,
            **row_of(explainer, explanation, found, (truth, everywhere)),
        }


def spots(batch: NDArray[np.float32]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return how much of a cell is red, and green, 0 to 1: (pictures,)."""
    red = (batch[..., 0] - batch[..., 1] > 100).sum(axis=(1, 2)) / 64
    green = (batch[..., 1] - batch[..., 0] > 100).sum(axis=(1, 2)) / 64
    return np.minimum(red, 1), np.minimum(green, 1)


def with_logit(logit: Callable[..., NDArray[Any]]) -> Callable[..., Any]:
    """Make a model of two classes."""

    def model(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        first = 1 / (1 + np.exp(-logit(batch)))
        return np.stack([first, 1 - first], axis=1).astype(np.float32)

    return model


BY_HAND = {
    "either": (with_logit(lambda batch: 6 * np.maximum(*spots(batch)) - 3), (0, 0)),
    "both": (with_logit(lambda batch: 6 * np.minimum(*spots(batch)) - 3), (1, 1)),
    "one against the other": (
        with_logit(lambda batch: 4 * (spots(batch)[0] - spots(batch)[1]) + 1),
        (1, -1),
    ),
    "absence": (with_logit(lambda batch: 3 - 6 * spots(batch)[1]), (0, 0)),
    "position": (
        with_logit(lambda batch: 6 * spots(batch[:, :, : HAND_SIDE // 2])[0] - 3),
        (1, 0),
    ),
}
"""A model, and the signs of a red spot, which lies in the left half, and of a green one."""


PARTS = {"hand": hand, "causes": causes, "drawn": drawn, "photographs": photographed}
RULES = {
    "sure": "sure",
    "start": "7 of 8 beyond 0.25",
    "naive": "interval of the mean",
    "map": "the map alone",
}


def share(pairs: list[list[int]]) -> str:
    """Write the share of all counts."""
    part, whole = np.sum(pairs, axis=0) if pairs else (0, 0)
    return f"{part / whole:.3f}" if whole else "–"


def truth_table(rows: list[Row]) -> str:
    """Write the share of harmless cells that each rule calls otherwise, and of causes found."""
    lines = []
    for name in dict.fromkeys(row["of"] for row in rows):
        mine = [row for row in rows if row["of"] == name]
        cells = [
            f"{share([row[rule]['false'] for row in mine])} / "
            f"{share([row[rule]['found'] for row in mine])}"
            for rule in RULES
        ]
        lines.append([name, str(len(mine)), *cells])
    return table(["false / found", "pictures", *RULES.values()], lines)


def ways_table(rows: list[Row]) -> str:
    """Write how often unseen ways keep the sign of cells that each rule is sure of."""
    lines = []
    for name in dict.fromkeys(row["of"] for row in rows):
        mine = [row for row in rows if row["of"] == name]
        cells = [
            f"{np.mean([row[rule]['cells'] for row in mine]):.1f}: "
            f"{share([row[rule]['kept'] for row in mine])} / "
            f"{share([row[rule]['shifted'] for row in mine])}"
            for rule in RULES
        ]
        cost = f"{np.mean([row['calls'] for row in mine]):.0f}"
        known = [row["seconds"] for row in mine if row["seconds"] is not None]
        seconds = f"{np.mean(known):.1f}" if known else "–"
        covered = [share([row[key] for row in mine]) for key in ("covered", "covered_colors")]
        lines.append([name, *cells, " / ".join(covered), cost, seconds])
    head = [
        *("cells: kept / shifted", *RULES.values()),
        *("covered: natural / black and white", "calls", "seconds"),
    ]
    return table(head, lines)


def main() -> None:
    """Make one part, or print the tables."""
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    if part == "table":
        known = stored_in(RESULTS)
        rows = [row for name in PARTS for row in known.get(name, [])]
        print(truth_table([row for row in rows if "false" in row["sure"]]))
        print()
        print(ways_table(rows))
        return
    if part not in PARTS:
        raise SystemExit(__doc__)
    rows = stored_in(RESULTS).get(part, [])
    for more in PARTS[part](rows):
        rows += more
        print(len(rows), more[-1]["of"], file=sys.stderr)
        RESULTS.write_text(text_of({**stored_in(RESULTS), part: rows}), encoding="utf-8")


if __name__ == "__main__":
    main()
