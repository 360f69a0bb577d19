"""Calculates only those rows and columns of a map that anything looks at.

Where a residual network halves its maps by 1×1 convolutions with stride 2, as ResNet50 does, three
quarters of the map ahead are never looked at, nor is what only they were calculated from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from .graph import POINT, Graph, Link, Node, Pair, Window

NARROWED = frozenset({"convolution", "depthwise", "pool", "pointwise", "constant"})
"""Kinds of nodes of which some positions can be left out."""


def narrowed(nodes: Graph, leaving_out: Callable[[Pair], Any]) -> Graph:
    """Let nodes leave out what is passed over by all that look at them.

    Parameters
    ----------
    nodes : Graph
    leaving_out : callable
        A stride → the step of a node that does nothing but leave rows and columns out.
    """
    found = list(nodes.nodes)
    looking: list[list[Link]] = [[] for _ in found]
    for user, node in enumerate(found):
        for place, taken in enumerate(node.inputs):
            looking[taken].append((user, place))
    for index in range(len(found) - 1, 0, -1):
        node, users = found[index], looking[index]
        stride = _common_stride([found[user].windows[place] for user, place in users])
        if index in nodes.results or stride is None or not _can_be(node):
            continue
        size = _fewer(node.size, stride)
        if any(found[user].size != size for user, _ in users):
            continue  # cropped at its end, too
        found[index] = _narrower(node, stride)
        for user, place in users:
            found[user] = _looking_closer(found[user], place)
    return _apart(Graph(tuple(found), nodes.results), leaving_out)


def _common_stride(windows: Sequence[Window | None]) -> Pair | None:
    """Return the stride at which all of them look at single positions; None where there is none."""
    strides = {window.stride for window in windows if window is not None and _passes_over(window)}
    whole = any(window is None or not _passes_over(window) for window in windows)
    return None if whole or len(strides) != 1 else strides.pop()


def _passes_over(window: Window) -> bool:
    return window == Window(stride=window.stride) != POINT


def _can_be(node: Node) -> bool:
    return (
        node.kind in NARROWED
        and bool(getattr(node.step, "stridable", True))
        and all(window is not None and window.repeat == (1, 1) for window in node.windows)
    )


def _narrower(node: Node, stride: Pair) -> Node:
    windows = tuple(
        replace(window, stride=_times(window.stride, stride))
        for window in node.windows
        if window is not None
    )
    step = node.step
    if hasattr(step, "strided"):
        step = step.strided(windows[0].stride if windows else stride)
    return replace(node, windows=windows, size=_fewer(node.size, stride), step=step)


def _looking_closer(node: Node, place: int) -> Node:
    """Let a node look at each position of what has left out those it passed over."""
    windows, step = list(node.windows), node.step
    windows[place] = POINT
    if _strides_itself(node, place):
        step = step.strided((1, 1))
        if hasattr(step, "pads"):  # what it cropped or added at the end has been passed over too
            step = replace(step, pads=((0, 0), (0, 0)))
    return replace(node, windows=tuple(windows), step=step)


def _strides_itself(node: Node, place: int) -> bool:
    return place == 0 and hasattr(node.step, "strided")


def _apart(nodes: Graph, leaving_out: Callable[[Pair], Any]) -> Graph:
    """Make leaving out a node of its own where a step does not do it."""
    made: list[Node] = []
    number: list[int] = []
    for node in nodes.nodes:
        inputs, windows = [number[taken] for taken in node.inputs], list(node.windows)
        for place, window in enumerate(node.windows):
            if window is None or not _passes_over(window) or _strides_itself(node, place):
                continue
            source, step = made[inputs[place]], leaving_out(window.stride)
            name = f"{source.name}, in part"
            made.append(
                Node(
                    name,
                    (inputs[place],),
                    (window,),
                    node.size,
                    source.channels,
                    "pointwise",
                    step=step,
                )
            )
            inputs[place], windows[place] = len(made) - 1, POINT
        number.append(len(made))
        made.append(replace(node, inputs=tuple(inputs), windows=tuple(windows)))
    return Graph(tuple(made), tuple(number[index] for index in nodes.results))


def _fewer(size: Pair, stride: Pair) -> Pair:
    height, width = (-(-n // step) for n, step in zip(size, stride, strict=True))
    return height, width


def _times(one: Pair, other: Pair) -> Pair:
    return one[0] * other[0], one[1] * other[1]
