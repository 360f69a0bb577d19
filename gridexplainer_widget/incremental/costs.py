"""Estimates of seconds on a CPU, by the rates of a graph."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .boxes import Boxes, changed
from .graph import Graph, Node, Rates
from .plan import PatchPlan, reachable
from .window import Window

PICTURES_PER_CALL = 16
"""Assumed size of a batch or group."""

PATCH_MARGIN = 1.1
"""Patch area by changed area: a group's patches share one size."""

LEAST_SAVED = 0.1
"""Share of the time in full that patches must save, as far as it can be estimated: where it was
less, as in EfficientNetB0, they were no faster, and of an ONNX file slower."""

MAX_CHANGED_SHARES = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Limits to try: maps that change by a larger share are calculated whole; at 0, all."""


def choose_plan(graph: Graph, hidden: Boxes) -> PatchPlan:
    """Choose the nodes to patch for the least total time; none where that gains little."""
    boxes = changed_boxes(graph, hidden)
    shares = {
        index: float(_patch_positions(graph[index], part).mean()) / graph[index].positions
        for index, part in boxes.items()
    }
    plans = [PatchPlan(graph, changing_little(graph, shares, most)) for most in MAX_CHANGED_SHARES]
    seconds = [float(set_seconds(plan, boxes).sum()) for plan in plans]
    best = int(np.argmin(seconds))
    return plans[best] if seconds[best] <= (1 - LEAST_SAVED) * seconds[0] else plans[0]


def changed_boxes(graph: Graph, hidden: Boxes) -> dict[int, Boxes]:
    """Return the changed part of each map that can be patched."""
    found: dict[int, Boxes] = {0: hidden}
    for index in sorted(reachable(graph) - {0}):
        node = graph[index]
        boxes = changed(node, [found.get(source) for source in node.inputs])
        if boxes is not None:
            found[index] = boxes
    return found


def changing_little(graph: Graph, shares: Mapping[int, float], most: float) -> frozenset[int]:
    """Return the nodes that, like all before them, change by a share of at most `most`."""
    found: set[int] = set()
    for index, share in shares.items():
        varying = [source for source in graph[index].inputs if graph[source].inputs or not source]
        if share <= most and found.issuperset(varying):
            found.add(index)
    # Patching the picture alone saves nothing.
    return frozenset(found) if len(found) > 1 else frozenset()


def set_seconds(plan: PatchPlan, boxes: Mapping[int, Boxes]) -> NDArray[np.float64]:
    """Return the seconds of each set: float64 (sets,)."""
    each = whole_seconds(plan)
    if plan.patched:
        each += group_seconds(plan) / PICTURES_PER_CALL
    total = np.full(len(boxes[0]), each)
    for index, seconds in patch_seconds(plan).items():
        total += seconds * _patch_positions(plan.graph[index], boxes[index])
    return total


def whole_seconds(plan: PatchPlan) -> float:
    """Return the seconds of a set on whole maps, pasting what is patched included."""
    graph = plan.graph
    whole = [node for index, node in enumerate(graph.nodes) if index not in plan.patched]
    each = sum(
        position_seconds(node, graph.rates) * node.positions
        + _call_seconds(node, graph.rates) / PICTURES_PER_CALL
        for node in whole
    )
    if plan.patched:
        pasted = sum(graph[index].channels * graph[index].positions for index in plan.cut)
        each += graph.rates.copy * pasted
    return each


def patch_seconds(plan: PatchPlan) -> dict[int, float]:
    """Return the seconds per position of each patched node, gathering included."""
    graph = plan.graph
    found = {index: position_seconds(graph[index], graph.rates) for index in sorted(plan.patched)}
    for index, place in plan.gathered:
        source, window = graph[graph[index].inputs[place]], graph[index].windows[place]
        read = 1.0 if window is None else _read_per_position(window)
        found[index] += graph.rates.copy * source.channels * read
    return found


def group_seconds(plan: PatchPlan) -> float:
    """Return a group's overhead in seconds."""
    graph = plan.graph
    calls = sum(_call_seconds(graph[index], graph.rates) for index in plan.patched)
    return calls + 2 * graph.rates.call * len(plan.gathered)


def position_seconds(node: Node, rates: Rates) -> float:
    """Return a node's seconds per position."""
    if node.kind in {"input", "constant", "other"}:
        return 0.0
    multiplying = node.work / rates.products.get(node.kind, np.inf)
    return multiplying + rates.value * node.channels * (1 + len(node.inputs))


def _call_seconds(node: Node, rates: Rates) -> float:
    if node.kind in {"input", "constant", "other"}:
        return 0.0
    weights = node.work if node.kind == "convolution" else 0.0
    return rates.call + rates.weight * weights


def largest_map_values(plan: PatchPlan, boxes: Mapping[int, Boxes]) -> float:
    """Return the values in a set's largest map or patch, on average."""
    return max(
        node.channels
        * (
            float(_patch_positions(node, boxes[index]).mean())
            if index in plan.patched
            else node.positions
        )
        for index, node in enumerate(plan.graph.nodes)
    )


def _patch_positions(node: Node, boxes: Boxes) -> NDArray[np.float64]:
    found = np.prod(boxes[:, :, 1] - boxes[:, :, 0], axis=1) * PATCH_MARGIN
    positions: NDArray[np.float64] = np.minimum(found, float(node.positions))
    return positions


def _read_per_position(window: Window) -> float:
    ratio = 1.0
    for length, apart, between in zip(window.size, window.stride, window.step, strict=True):
        ratio *= 1.0 if between > 1 else apart * 1.2 if length > 1 else 1.0
    return ratio
