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
from .nodes import Node, Nodes, Window
from .patching import Patching, reachable

RATES = {"convolution": 75e9, "depthwise": 3.5e9, "pool": 1.5e9}
"""Multiply-adds in a second."""

PASS = 0.6e-9
"""Seconds for one number of a map that is read or written once."""

COPY = 1.0e-9
"""Seconds for one number of a window or a whole map that is put together."""

CALL = 25e-6
"""Seconds that an operation takes beside its work, shared by the pictures of a batch."""

TOGETHER = 16
"""Pictures in a batch, for that."""

SLACK = 1.1
"""How much larger patches are than what changes, since those of one batch are of one size."""

CEILINGS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of a map above which it is calculated as a whole; 0 means that the network is."""


def work_seconds(node: Node, positions: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return how long it takes to calculate so many positions of a node."""
    if node.kind in {"input", "constant", "other"}:
        return np.zeros_like(positions, np.float64)
    multiplying = node.work / RATES.get(node.kind, np.inf)
    passing = PASS * node.channels * (1 + len(node.inputs))
    return np.asarray(positions * (multiplying + passing) + CALL / TOGETHER)


def traced(nodes: Nodes, hidden: Boxes) -> dict[int, Boxes]:
    """Return what changes of each map that can be patched, for each set by itself."""
    found: dict[int, Boxes] = {0: hidden}
    for index in sorted(reachable(nodes) - {0}):
        node = nodes[index]
        boxes = changed(node, [found.get(taken) for taken in node.inputs])
        if boxes is not None:
            found[index] = boxes
    return found


def seconds(patching: Patching, boxes: Mapping[int, Boxes]) -> NDArray[np.float64]:
    """Return how long each set takes: (sets,)."""
    nodes = patching.nodes
    total = np.zeros(len(boxes[0]))
    for index, node in enumerate(nodes.nodes):
        positions = _positions(node, boxes[index]) if index in patching.patched else node.positions
        total += work_seconds(node, positions)
    for index, place in patching.gathered:
        node = nodes[index]
        taken, window = nodes[node.inputs[place]], node.windows[place]
        spread = 1.0 if window is None else _overlap(window)
        read = _positions(node, boxes[index]) * spread
        total += COPY * taken.channels * read + 2 * CALL / TOGETHER
    if patching.patched:
        for index in patching.cut:
            total += COPY * nodes[index].channels * nodes[index].positions
    return total


def largest(patching: Patching, boxes: Mapping[int, Boxes]) -> float:
    """Return how many numbers the largest map or patch of a set has, on average."""
    return max(
        node.channels
        * (
            float(_positions(node, boxes[index]).mean())
            if index in patching.patched
            else node.positions
        )
        for index, node in enumerate(patching.nodes.nodes)
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


def choose(nodes: Nodes, hidden: Boxes) -> Patching:
    """Choose which nodes to calculate on patches so that these sets take the least time."""
    boxes = traced(nodes, hidden)
    shares = {
        index: float(_positions(nodes[index], part).mean()) / nodes[index].positions
        for index, part in boxes.items()
    }
    candidates = [Patching(nodes, _below(nodes, shares, ceiling)) for ceiling in CEILINGS]
    return min(candidates, key=lambda patching: float(seconds(patching, boxes).sum()))


def _below(nodes: Nodes, shares: Mapping[int, float], ceiling: float) -> frozenset[int]:
    """Nodes of which at most so much changes, as far as only such lead to them."""
    found: set[int] = set()
    for index, share in shares.items():
        varying = [taken for taken in nodes[index].inputs if nodes[taken].inputs or not taken]
        if share <= ceiling and found.issuperset(varying):
            found.add(index)
    # A picture that is handed on whole to everything is not patched at all.
    return frozenset(found) if len(found) > 1 else frozenset()
