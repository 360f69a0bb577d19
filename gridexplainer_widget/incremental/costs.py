"""What calculating costs, on patches and on whole maps: a model of seconds on a CPU.

Only ratios matter. The rates were measured on two cores without AVX-512, with TensorFlow's own
kernels (benchmarks/README.md): products of matrices come near the peak, depthwise convolutions
and pooling are bound by memory, and so is what passes over a map once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .boxes import Boxes, changed
from .graph import Graph, Node, Window
from .plan import PatchPlan, reachable

RATES = {"convolution": 75e9, "depthwise": 3.5e9, "pool": 1.5e9}
"""Multiply-adds in a second."""

PASS = 0.6e-9
"""Seconds for one number of a map that is read or written once."""

COPY = 1.0e-9
"""Seconds for one number of a window or a whole map that is put together."""

CALL = 25e-6
"""Seconds that an operation takes beside its work, shared by the pictures of a batch or group."""

KERNEL = 1.0e-9
"""Seconds for one number of a convolution's kernel, which each call puts in order anew."""

TOGETHER = 16
"""Pictures in a batch or group, for both."""

SLACK = 1.1
"""How much larger patches are than what changes, since those of one batch are of one size."""

CEILINGS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of a map above which it is calculated as a whole; 0 means that the network is."""


def rate(node: Node) -> float:
    """Return how long one position of a node takes."""
    if node.kind in {"input", "constant", "other"}:
        return 0.0
    multiplying = node.work / RATES.get(node.kind, np.inf)
    return multiplying + PASS * node.channels * (1 + len(node.inputs))


def _call(node: Node) -> float:
    """Return how long a node takes beside its positions."""
    if node.kind in {"input", "constant", "other"}:
        return 0.0
    return CALL + (KERNEL * node.work if node.kind == "convolution" else 0.0)


def traced(nodes: Graph, hidden: Boxes) -> dict[int, Boxes]:
    """Return what changes of each map that can be patched, for each set by itself."""
    found: dict[int, Boxes] = {0: hidden}
    for index in sorted(reachable(nodes) - {0}):
        node = nodes[index]
        boxes = changed(node, [found.get(taken) for taken in node.inputs])
        if boxes is not None:
            found[index] = boxes
    return found


def rates(plan: PatchPlan) -> dict[int, float]:
    """Return how long one position of each patched node takes, its windows included."""
    nodes = plan.nodes
    found = {index: rate(nodes[index]) for index in sorted(plan.patched)}
    for index, place in plan.gathered:
        taken, window = nodes[nodes[index].inputs[place]], nodes[index].windows[place]
        spread = 1.0 if window is None else _overlap(window)
        found[index] += COPY * taken.channels * spread
    return found


def a_group(plan: PatchPlan) -> float:
    """Return how long a group takes beside its sets."""
    calls = sum(_call(plan.nodes[index]) for index in plan.patched)
    return calls + 2 * CALL * len(plan.gathered)


def seconds(plan: PatchPlan, boxes: Mapping[int, Boxes]) -> NDArray[np.float64]:
    """Return how long each set takes: (sets,)."""
    nodes = plan.nodes
    whole = [node for index, node in enumerate(nodes.nodes) if index not in plan.patched]
    each = sum(rate(node) * node.positions + _call(node) / TOGETHER for node in whole)
    if plan.patched:
        each += a_group(plan) / TOGETHER
        each += COPY * sum(nodes[index].channels * nodes[index].positions for index in plan.cut)
    total = np.full(len(boxes[0]), each)
    for index, one in rates(plan).items():
        total += one * _positions(nodes[index], boxes[index])
    return total


def largest(plan: PatchPlan, boxes: Mapping[int, Boxes]) -> float:
    """Return how many numbers the largest map or patch of a set has, on average."""
    return max(
        node.channels
        * (
            float(_positions(node, boxes[index]).mean())
            if index in plan.patched
            else node.positions
        )
        for index, node in enumerate(plan.nodes.nodes)
    )


def _positions(node: Node, boxes: Boxes) -> NDArray[np.float64]:
    found = np.prod(boxes[:, :, 1] - boxes[:, :, 0], axis=1) * SLACK
    positions: NDArray[np.float64] = np.minimum(found, float(node.positions))
    return positions


def _overlap(window: Window) -> float:
    """How many positions are read for one that is made."""
    ratio = 1.0
    for length, apart, between in zip(window.size, window.stride, window.step, strict=True):
        ratio *= 1.0 if between > 1 else apart * 1.2 if length > 1 else 1.0
    return ratio


def choose(nodes: Graph, hidden: Boxes) -> PatchPlan:
    """Choose which nodes to calculate on patches so that these sets take the least time."""
    boxes = traced(nodes, hidden)
    shares = {
        index: float(_positions(nodes[index], part).mean()) / nodes[index].positions
        for index, part in boxes.items()
    }
    candidates = [PatchPlan(nodes, _below(nodes, shares, ceiling)) for ceiling in CEILINGS]
    return min(candidates, key=lambda plan: float(seconds(plan, boxes).sum()))


def _below(nodes: Graph, shares: Mapping[int, float], ceiling: float) -> frozenset[int]:
    """Nodes of which at most so much changes, as far as only such lead to them."""
    found: set[int] = set()
    for index, share in shares.items():
        varying = [taken for taken in nodes[index].inputs if nodes[taken].inputs or not taken]
        if share <= ceiling and found.issuperset(varying):
            found.add(index)
    # A picture that is handed on whole to everything is not patched at all.
    return frozenset(found) if len(found) > 1 else frozenset()
