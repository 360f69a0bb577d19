"""Calculates only those rows and columns of a map that anything looks at.

Where a residual network halves its maps by 1×1 convolutions with stride 2, as ResNet50 does, three
quarters of the map ahead are never looked at, nor is what only they were calculated from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .nodes import Node, Nodes, Pair, Window

NARROWED = frozenset({"convolution", "depthwise", "pool", "pointwise"})
"""Kinds of nodes of which some positions can be left out."""


def narrowed(nodes: Nodes) -> Nodes:
    """Let nodes leave out what is passed over by all that look at them."""
    found = list(nodes.nodes)
    for index in range(len(found) - 1, 0, -1):
        users = [
            (user, place)
            for user, node in enumerate(found)
            for place, taken in enumerate(node.inputs)
            if taken == index
        ]
        node = found[index]
        stride = _common_stride([found[user].windows[place] for user, place in users])
        if index in nodes.results or stride is None or not _can_be(node):
            continue
        size = _fewer(node.size, stride)
        if any(found[user].size != size for user, _ in users):
            continue  # cropped at its end, too
        found[index] = _narrower(node, stride)
        for user, place in users:
            found[user] = _looking_closer(found[user], place)
    return Nodes(tuple(found), nodes.results)


def _common_stride(windows: Sequence[Window | None]) -> Pair | None:
    """Return the stride at which all of them look at single positions; None where there is none."""
    strides = {
        window.stride
        for window in windows
        if window is not None and window == Window(stride=window.stride)
    }
    whole = any(window is None or window != Window(stride=window.stride) for window in windows)
    if whole or len(strides) != 1 or strides == {(1, 1)}:
        return None
    return strides.pop()


def _can_be(node: Node) -> bool:
    return (
        node.kind in NARROWED
        and bool(getattr(node.step, "stridable", False))
        and all(window is not None and window.repeat == (1, 1) for window in node.windows)
    )


def _narrower(node: Node, stride: Pair) -> Node:
    windows = tuple(
        replace(window, stride=_times(window.stride, stride))
        for window in node.windows
        if window is not None
    )
    step = node.step.strided(windows[0].stride)
    return replace(node, windows=windows, size=_fewer(node.size, stride), step=step)


def _looking_closer(node: Node, place: int) -> Node:
    """Let a node look at each position of what has left out those it passed over."""
    windows = list(node.windows)
    windows[place] = Window()
    step = node.step.strided((1, 1))
    if hasattr(step, "pads"):  # what it cropped or added at the end has been passed over as well
        step = replace(step, pads=((0, 0), (0, 0)))
    return replace(node, windows=tuple(windows), step=step)


def _fewer(size: Pair, stride: Pair) -> Pair:
    height, width = (-(-n // step) for n, step in zip(size, stride, strict=True))
    return height, width


def _times(one: Pair, other: Pair) -> Pair:
    return one[0] * other[0], one[1] * other[1]
