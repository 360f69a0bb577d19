"""Which handfuls give the best map for their calls, on EfficientNet-Lite0 and real photographs.

For each of foolbox's twenty photographs: what 100 handfuls of 5 to 70 % of the cells do is foretold
by maps of cells hidden alone and of maps fitted to 105 others, drawn in several ways. Rows are kept
in together.json; those that it holds are not measured again.

    python -m benchmarks.together            # measure, then print
    python -m benchmarks.together table      # print
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.core.scores import Answers, Score, drops_of
from gridexplainer_widget.inference.foretells import foretells
from gridexplainer_widget.inference.joint_fit import joint_fit
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.two_maps import ENOUGH, LEAD

RESULTS = Path(__file__).with_name("together.json")
SHAPE, CELLS, FITTED, UNSEEN, PROBES = (8, 8), 64, 105, 100, 30
SCORES: tuple[Score, ...] = ("probability", "log-odds")

Sets: TypeAlias = NDArray[np.bool_]
Drops: TypeAlias = NDArray[np.float32]
Drawn: TypeAlias = dict[str, tuple[Sets, dict[Score, Drops]]]


def random_sets(rng: np.random.Generator, count: int, shares: Sequence[float]) -> Sets:
    """Draw sets that hold each of the shares of the cells by turns."""
    sizes = [round(shares[number % len(shares)] * CELLS) for number in range(count)]
    return np.stack([rng.permutation(CELLS) < size for size in sizes])


def blobs(rng: np.random.Generator, count: int, share: float) -> Sets:
    """Draw sets of 2×2 cells, until they hold a share of all."""
    sets = np.zeros((count, *SHAPE), np.bool_)
    for cells in sets:
        while cells.mean() < share:
            row, column = rng.integers(-1, SHAPE[0], 2)
            cells[max(row, 0) : row + 2, max(column, 0) : column + 2] = True
    return sets.reshape(count, CELLS)


def designs() -> dict[str, Sets]:
    """Name the ways to draw handfuls, and draw them."""
    rng = np.random.default_rng(0)
    return {
        "10 %": random_sets(rng, FITTED, (0.1,)),
        "20 %": random_sets(rng, FITTED, (0.2,)),
        "30 %": random_sets(rng, FITTED, (0.3,)),
        "40 %": random_sets(rng, FITTED, (0.4,)),
        "50 % (as LIME)": random_sets(rng, FITTED, (0.5,)),
        "20 and 40 %": random_sets(rng, FITTED, (0.2, 0.4)),
        "blobs, 30 %": blobs(rng, FITTED, 0.3),
        "unseen": random_sets(rng, UNSEEN, tuple(rng.uniform(0.05, 0.7, UNSEEN))),
        "alone": np.eye(CELLS, dtype=np.bool_),
    }


def measured(run: Run) -> Drawn:
    """Ask about all sets of all designs."""
    drain(run.ask([()]))
    drawn: Drawn = {}
    for name, sets in designs().items():
        cells = [tuple(map(int, np.flatnonzero(row))) for row in sets]
        drain(run.ask(cells))
        known = [answer for each in cells if (answer := run.cached_answer(each)) is not None]
        answers = Answers(*map(np.stack, zip(*known, strict=True)))
        assert run.whole is not None
        target = int(run.whole.vectors.argmax())
        output = str(run.classifier.output)
        drawn[name] = (
            sets,
            {score: drops_of(answers, run.whole, target, score, output) for score in SCORES},
        )
    return drawn


def maps_of(drawn: Drawn, score: Score) -> Iterator[tuple[str, Drops]]:
    """Fit a map to each design, with the cells alone and without."""
    alone = drawn["alone"][1][score]
    yield "alone", alone
    for name, (sets, drops) in drawn.items():
        if name not in {"alone", "unseen"}:
            yield name, joint_fit(sets, drops[score], SHAPE, alone)
    sets, drops = drawn["30 %"]
    yield "30 %, without the cells alone", joint_fit(sets, drops[score], SHAPE, 0 * alone)
    sets, drops = drawn["20 and 40 %"]
    yield "20 and 40 %, half of them", joint_fit(sets[:53], drops[score][:53], SHAPE, alone)


def row_of(drawn: Drawn) -> dict[str, dict[str, float]]:
    """Measure what each map of one photograph foretells, and what the choice would be."""
    row: dict[str, dict[str, float]] = {}
    for score in SCORES:
        unseen, drops = drawn["unseen"]
        for name, map_ in maps_of(drawn, score):
            found = foretells(map_, unseen, drops[score])
            row.setdefault(name, {})[score] = found.value if found else 0.0
    return {**row, **_choices(drawn)}


def _choices(drawn: Drawn) -> dict[str, dict[str, float]]:
    """Choose by 30 probes, 20 times, and see what the choice foretells of the other 70."""
    maps = dict(maps_of(drawn, "probability"))
    pair = maps["alone"], maps["20 and 40 %"]
    unseen, drops = drawn["unseen"][0], drawn["unseen"][1]["probability"]
    rng, found = np.random.default_rng(1), list[list[float]]()
    rules: dict[str, Callable[[float, float], bool]] = {
        "chosen: the larger figure": lambda alone, together: together >= alone,
        "chosen: as shown": lambda alone, together: alone <= min(ENOUGH, together + LEAD),
    }
    for _ in range(20):
        order = rng.permutation(UNSEEN)
        probes, others = order[:PROBES], order[PROBES:]
        figures = [
            [_value(map_, unseen[part], drops[part]) for map_ in pair] for part in (probes, others)
        ]
        found.append([figures[1][rule(*figures[0])] for rule in rules.values()])
    return {
        name: {"probability": float(value)}
        for name, value in zip(rules, np.mean(found, axis=0), strict=True)
    }


def _value(map_: Drops, sets: Sets, drops: Drops) -> float:
    found = foretells(map_, sets, drops)
    return found.value if found else 0.0


def print_table(rows: dict[str, dict[str, dict[str, float]]]) -> None:
    """Print means and worst photographs."""
    print(f"{len(rows)} photographs: what maps foretell, mean (worst)\n")
    print("| map | probability | log-odds |\n|---|---|---|")
    for name in next(iter(rows.values())):
        cells = []
        for score in SCORES:
            values = [row[name][score] for row in rows.values() if score in row[name]]
            cells.append(f"{np.mean(values):.2f} ({min(values):.2f})" if values else "")
        print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    """Measure what is missing, then print."""
    rows = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if sys.argv[1:] != ["table"]:
        from benchmarks.photographs import photographs  # noqa: PLC0415 - not for the table
        from benchmarks.real_networks import in_keras  # noqa: PLC0415 - not for the table

        classifier = in_keras()
        for number, photograph in enumerate(photographs()[:20]):
            name = f"{number} {photograph.name}"
            if name in rows:
                continue
            picture = read_picture(photograph.pixels)
            run = Run.of(classifier, picture, SHAPE, parse_fill("picture-mean"))
            rows[name] = row_of(measured(run))
            RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print_table(rows)


if __name__ == "__main__":
    main()
