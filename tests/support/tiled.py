"""Pictures with any cells hidden, put together of tiles by hand, with as much as can be."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.log_odds import split
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.incremental.boxes import as_boxes
from gridexplainer_widget.incremental.costs import changed_boxes, changing_little
from gridexplainer_widget.incremental.engine import IncrementalEngine
from gridexplainer_widget.incremental.mosaic.mosaic import Mosaic
from gridexplainer_widget.incremental.mosaic.plan import TilePlan
from gridexplainer_widget.incremental.mosaic.tiles import Tiles


def widest(engine: IncrementalEngine, grid: Grid) -> TilePlan | None:
    """Find the plan with most nodes whose tiles see four cells at most; None if there is none."""
    graph, tiles = engine.executor.graph, Tiles(grid.row_edges, grid.column_edges)
    boxes = changed_boxes(graph, as_boxes(grid.boxes()))
    shares = {
        index: float((part[:, :, 1] - part[:, :, 0]).prod(axis=1).max()) / graph[index].positions
        for index, part in boxes.items()
    }
    found = None
    for most in sorted(set(shares.values())):
        plan = TilePlan(graph, changing_little(graph, shares, most), tiles)
        if plan.patched and plan.seen is not None:
            found = plan
    return found


def tiled_and_whole(
    engine: IncrementalEngine, grid: Grid, ask: Callable[[np.ndarray], Any], seed: int = 0
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return a network's outputs for random sets of cells, by tiles and as they are."""
    plan = widest(engine, grid)
    if plan is None:
        return None
    rng = np.random.default_rng(seed)
    picture, other = rng.normal(size=(2, grid.height, grid.width, 3)).astype(np.float32)
    hidden = rng.random((7, len(grid))) < np.linspace(0, 1, 7)[:, np.newaxis]

    def shown(cells: Sequence[int]) -> np.ndarray:
        found = picture.copy()
        for top, left, bottom, right in map(grid.box, cells):
            found[top:bottom, left:right] = other[top:bottom, left:right]
        return found

    def crop(wanted: Sequence[tuple[tuple[int, ...], np.ndarray]]) -> np.ndarray:
        return np.stack([shown(cells)[t:b, lf:r] for cells, ((t, b), (lf, r)) in wanted])

    engine.refresh()
    mosaic = Mosaic(engine, plan, picture)
    halves = []
    for part in (hidden[:3], hidden[3:]):  # what is known of the first serves the second
        states = mosaic.states(part)
        mosaic.learn(states, crop)
        assert not len(mosaic.unknown(states))
        halves.append(split(engine.executor.outputs(plan, [mosaic.maps(states)]))[0])
    expected = ask(np.stack([shown(np.flatnonzero(row)) for row in hidden]))
    return np.concatenate(halves), np.asarray(expected)
