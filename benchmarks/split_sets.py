"""What it would save to calculate the far-apart parts of a set on patches of their own: on paper.

By the cost model alone, in shares of the time in full, 8×8 cells, 224×224. `now` is the least of a
patch around the whole set, tiles whose states are known, and whole maps. `parts`: each connected
part has patches of its own, which are joined where they overlap, and whole maps follow from where
that is least, chosen for each set. `least`: the same for exactly what changes, calls and sizes of
patches left aside, which nothing can beat.

    python -m benchmarks.split_sets [NETWORK…]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget import GridExplainer, demo
from gridexplainer_widget.classifiers.onnx.incremental.executor import RATES as ONNX_RATES
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.incremental import costs
from gridexplainer_widget.incremental.boxes import Boxes, as_boxes, is_empty
from gridexplainer_widget.incremental.graph import RATES, Graph
from gridexplainer_widget.incremental.mosaic.choose import choose_tiles
from gridexplainer_widget.incremental.mosaic.tiles import Tiles
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.inference.cell_sets import Curves, ranking
from gridexplainer_widget.inference.run import Run

SIDE: Final = 224
GRID: Final = Grid.of(8, SIDE, SIDE)
NETWORKS: Final = ("VGG16", "ResNet50", "MobileNetV2", "DenseNet121", "Lite0")
SAMPLE: Final = 300
"""Sets of each kind, at most."""

Cells = frozenset[int]
Areas = dict[int, NDArray[np.float64]]
"""Positions to calculate, by node: (sets,)."""


def graph_of(network: str) -> Graph:
    """Read a network in Keras."""
    import keras  # noqa: PLC0415 - slow to load

    from gridexplainer_widget import as_classifier  # noqa: PLC0415

    if network == "Lite0":
        from benchmarks.real_networks import in_keras  # noqa: PLC0415 - needs packages

        found = in_keras()
    else:
        model = getattr(keras.applications, network)(weights=None, classes=10)
        found = as_classifier(model)
    engines: Any = found.incremental_engine
    graph: Graph = engines((SIDE, SIDE)).executor.graph
    return graph


def sets_asked() -> dict[str, list[Cells]]:
    """Draw pairs and orders, and collect what is asked of the demo's pictures."""
    rng, cells = np.random.default_rng(0), len(GRID)
    pairs = [frozenset(pair) for pair in combinations(range(cells), 2)]
    found = {
        "pairs": pairs,
        "curves, random order": _along([rng.permutation(cells) for _ in range(4)]),
    }
    orders, searched = _of_the_demo()
    found |= {"curves of maps": _along(orders), "searches": searched}
    return {
        kind: [sets[at] for at in rng.permutation(len(sets))[:SAMPLE]]
        for kind, sets in found.items()
    }


def _along(orders: Sequence[NDArray[np.intp]]) -> list[Cells]:
    """Return the sets of the deletion and the insertion curve, in steps of a cell."""
    curves = [Curves(tuple(map(int, order)), len(GRID), len(GRID) + 2) for order in orders]
    sets = [frozenset(cells) for one in curves for cells in one.sets]
    return [one for one in sets if one]


def _of_the_demo() -> tuple[list[NDArray[np.intp]], list[Cells]]:
    honest = demo.load("honest")
    explainer = GridExplainer(honest.classifier, 8)
    orders, asked, ask = [], list[Cells](), Run.ask

    def noted(run: Run, sets: Any, **more: Any) -> Iterator[int]:
        kept = [tuple(one) for one in sets]
        asked.extend(frozenset(one) for one in kept if len(one) > 1)
        return ask(run, kept, **more)

    for picture in honest.pictures.values():
        explanation = explainer.explain(picture)
        orders.append(ranking(explanation.drops))
        Run.ask = noted  # type: ignore[method-assign, assignment]
        explainer.minimal_sets(explanation)
        Run.ask = ask  # type: ignore[method-assign]
    return orders, list(dict.fromkeys(asked))


def parts_of(cells: Cells) -> list[Cells]:
    """Return the parts of a set whose cells touch, by sides or corners."""
    left, found = set(cells), []
    while left:
        part, fresh = set[int](), {min(left)}
        while fresh:
            part |= fresh
            left -= fresh
            fresh = {cell for cell in left if any(_touch(cell, other) for other in fresh)}
        found.append(frozenset(part))
    return found


def _touch(one: int, other: int) -> bool:
    (row, column), (down, across) = divmod(one, GRID.columns), divmod(other, GRID.columns)
    return max(abs(row - down), abs(column - across)) <= 1


def around(sets: Sequence[Cells]) -> Boxes:
    """Return the box of pixels around each set."""
    boxes = as_boxes(GRID.boxes())
    several = [boxes[sorted(cells)] for cells in sets]
    return np.array(
        [np.stack([one[:, :, 0].min(0), one[:, :, 1].max(0)], axis=1) for one in several]
    )


def areas(graph: Graph, found: dict[int, Boxes], area: Callable[[Boxes], list[float]]) -> Areas:
    """Ask for the area of each set in each map; maps with the same boxes once."""
    known: dict[Any, NDArray[np.float64]] = {}
    for boxes in found.values():
        key = boxes.tobytes()
        if key not in known:
            known[key] = np.array(area(boxes), np.float64)
    return {
        index: np.minimum(known[boxes.tobytes()], graph[index].positions)
        for index, boxes in found.items()
    }


def exact_areas(graph: Graph, sets: Sequence[Cells]) -> Areas:
    """Count the positions that change."""
    hidden = [sorted(cells) for cells in sets]

    def area(boxes: Boxes) -> list[float]:
        places = np.arange(boxes[:, :, 1].max(initial=1))
        down, across = (
            ((boxes[:, axis, :1] <= places) & (places < boxes[:, axis, 1:])).astype(np.float32)
            for axis in (0, 1)
        )
        return [float(((down[some].T @ across[some]) > 0).sum()) for some in hidden]

    return areas(graph, costs.changed_boxes(graph, as_boxes(GRID.boxes())), area)


def joined_areas(graph: Graph, divided: Sequence[Sequence[Cells]]) -> Areas:
    """Add up the boxes of parts, joined where they overlap."""
    several = list(dict.fromkeys(part for parts in divided for part in parts))
    number = {part: at for at, part in enumerate(several)}
    members = [[number[part] for part in parts] for parts in divided]

    def area(boxes: Boxes) -> list[float]:
        return [costs.PATCH_MARGIN * _joined_area(boxes[some]) for some in members]

    return areas(graph, costs.changed_boxes(graph, around(several)), area)


def _joined_area(boxes: Boxes) -> float:
    left = list(boxes[~is_empty(boxes)])
    apart: list[NDArray[np.intp]] = []
    while left:
        one = left.pop()
        for at, other in enumerate(apart):
            if (np.maximum(one[:, 0], other[:, 0]) < np.minimum(one[:, 1], other[:, 1])).all():
                del apart[at]
                first, last = np.minimum(one[:, 0], other[:, 0]), np.maximum(one[:, 1], other[:, 1])
                left.append(np.stack([first, last], axis=1))
                break
        else:
            apart.append(one)
    return float(sum((one[:, 1] - one[:, 0]).prod() for one in apart))


def best_seconds(graph: Graph, found: Areas, calls: Sequence[float]) -> NDArray[np.float64]:
    """Return the seconds of each set by the plan that is best for it."""

    @cache
    def priced(patched: frozenset[int]) -> tuple[float, float, dict[int, float]]:
        plan = PatchPlan(graph, patched)
        group = costs.group_seconds(plan) / costs.PICTURES_PER_CALL
        return costs.whole_seconds(plan), group, costs.patch_seconds(plan)

    def seconds(patched: frozenset[int], number: int) -> float:
        if not patched:
            return priced(patched)[0]
        whole, group, each = priced(patched)
        patches = sum(price * found[index][number] for index, price in each.items())
        return whole + group * calls[number] + patches

    best = []
    for number in range(len(calls)):
        shares = {
            index: float(one[number]) / graph[index].positions for index, one in found.items()
        }
        plans = {costs.changing_little(graph, shares, most) for most in costs.MAX_CHANGED_SHARES}
        best.append(min(seconds(patched, number) for patched in plans))
    return np.array(best)


def trial(graph: Graph, sets: Sequence[Cells]) -> list[float]:
    """Return shares of the time in full: now, parts, least, saved by either, and without tiles."""
    cells, whole = as_boxes(GRID.boxes()), costs.whole_seconds(PatchPlan(graph, frozenset()))
    plan = costs.choose_plan(graph, cells)
    blocks = costs.set_seconds(plan, costs.changed_boxes(graph, around(sets)))
    plain = np.minimum(blocks, whole)
    tiles = choose_tiles(graph, cells, Tiles(GRID.row_edges, GRID.column_edges))
    now = plain if tiles is None else np.minimum(plain, costs.whole_seconds(tiles))
    divided = [parts_of(one) for one in sets]
    parts = best_seconds(graph, joined_areas(graph, divided), [len(one) for one in divided])
    least = best_seconds(graph, exact_areas(graph, sets), [0.0] * len(sets))
    saved = [np.maximum(before - one, 0) for before in (now, plain) for one in (parts, least)]
    return [float(one.mean()) / whole for one in (now, parts, least, *saved)]


def main() -> None:
    kinds = sets_asked()
    columns = ("now", "parts", "least", "saved", "at most", "without tiles", "at most")
    print(f"| network | rates | sets | {' | '.join(columns)} |\n|{'---|' * 10}")
    for network in sys.argv[1:] or NETWORKS:
        graph = graph_of(network)
        for name, rates in (("TensorFlow", RATES), ("ONNX Runtime", ONNX_RATES)):
            for kind, sets in kinds.items():
                shares = trial(replace(graph, rates=rates), sets)
                told = " | ".join(f"{share:.3f}" for share in shares)
                print(f"| {network} | {name} | {kind} ({len(sets)}) | {told} |", flush=True)


if __name__ == "__main__":
    main()
