"""Chooses how far tiles go, and when they pay."""

from __future__ import annotations

from gridexplainer_widget.incremental.boxes import Boxes
from gridexplainer_widget.incremental.costs import (
    changed_boxes,
    changing_little,
    group_seconds,
    patch_seconds,
    whole_seconds,
)
from gridexplainer_widget.incremental.graph import Graph
from gridexplainer_widget.incremental.plan import PatchPlan

from .plan import TilePlan
from .tiles import STATES, Tiles

ASSUMED_SETS = 100
"""Sets of cells that a grid's tiles are expected to serve: handfuls, or two curves."""

MAX_BYTES = 96 * 2**20
"""Of all states of all tiles."""

LEAST_GAIN = 0.2
"""Share of the time that tiles must save, or they are not worth compiling: of ResNet50's 0.14
nothing was left when it was measured, and they took 180 MiB (docs/speed.md)."""

PATCHES_PER_CALL = 64
"""Patches calculated at once."""

BYTES_PER_VALUE = 4
"""Maps are float32."""


def choose_tiles(graph: Graph, cells: Boxes, tiles: Tiles) -> TilePlan | None:
    """Choose the nodes that tiles serve, for the least time; None if that saves little."""
    boxes = changed_boxes(graph, cells)
    shares = {
        index: float((part[:, :, 1] - part[:, :, 0]).prod(axis=1).max()) / graph[index].positions
        for index, part in boxes.items()
    }
    nothing = whole_seconds(PatchPlan(graph, frozenset())) * ASSUMED_SETS
    best, least = None, nothing * (1 - LEAST_GAIN)
    for most in sorted(set(shares.values())):
        plan = TilePlan(graph, changing_little(graph, shares, most), tiles)
        if not plan.patched:
            continue
        if plan.seen is None:
            break  # further nodes see more
        seconds = whole_seconds(plan) * ASSUMED_SETS + states_seconds(plan, plan.states)
        if seconds < least and plan_bytes(plan) <= MAX_BYTES:
            best, least = plan, seconds
    return best


def states_seconds(plan: TilePlan, states: int) -> float:
    """Return the seconds to calculate patches of so many states."""
    each = group_seconds(plan) / PATCHES_PER_CALL
    for index, seconds in patch_seconds(plan).items():
        each += seconds * patch_positions(plan, index)
    return states * each


def plan_bytes(plan: TilePlan) -> int:
    """Return the bytes of all states of the cut's tiles."""
    values = sum(plan.graph[index].channels * patch_positions(plan, index) for index in plan.cut)
    return values * STATES * len(plan.tiles) * BYTES_PER_VALUE


def patch_positions(plan: TilePlan, index: int) -> int:
    """Return the positions of a node's patch."""
    (top, bottom), (left, right) = plan.patches[index][0].tolist()
    return int((bottom - top) * (right - left))
