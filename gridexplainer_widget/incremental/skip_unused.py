"""Skips rows and columns of a map that nothing reads.

ResNet50 halves its maps by 1×1 convolutions with stride 2: three quarters of the map before them
are never read, nor is what only those need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .graph import Graph, Link, Node
from .step import Step
from .window import POINT, Pair, Window

SKIPPING = frozenset({"convolution", "depthwise", "pool", "pointwise", "constant"})
"""Kinds of nodes that can be calculated at some positions alone."""


def without_unused(graph: Graph, skip: Callable[[Pair], Step]) -> Graph:
    """Let nodes skip what all their users skip; for `skip` see `optimised`."""
    nodes = list(graph.nodes)
    links: list[list[Link]] = [[] for _ in nodes]  # from each node to its users
    for user, node in enumerate(nodes):
        for place, source in enumerate(node.inputs):
            links[source].append((user, place))
    for index in range(len(nodes) - 1, 0, -1):
        node, users = nodes[index], links[index]
        stride = _common_stride([nodes[user].windows[place] for user, place in users])
        if index in graph.results or stride is None or not _can_skip(node):
            continue
        size = _strided_size(node.size, stride)
        if any(nodes[user].size != size for user, _ in users):
            continue  # also cropped at the end
        nodes[index] = _strided(node, stride)
        for user, place in users:
            nodes[user] = _unstrided(nodes[user], place)
    return _with_skips(replace(graph, nodes=tuple(nodes)), skip)


def _common_stride(windows: Sequence[Window | None]) -> Pair | None:
    """Return the stride at which all windows read single positions, if any."""
    strides = {window.stride for window in windows if window is not None and _skips(window)}
    whole = any(window is None or not _skips(window) for window in windows)
    return None if whole or len(strides) != 1 else strides.pop()


def _skips(window: Window) -> bool:
    return window == Window(stride=window.stride) != POINT


def _can_skip(node: Node) -> bool:
    return (
        node.kind in SKIPPING
        and (node.step is None or node.step.accepts_stride)
        and all(window is not None and window.repeat == (1, 1) for window in node.windows)
    )


def _strided(node: Node, stride: Pair) -> Node:
    windows = tuple(
        replace(window, stride=_product(window.stride, stride))
        for window in node.windows
        if window is not None
    )
    step = node.step
    if step is not None:
        step = step.strided(windows[0].stride if windows else stride)
    return replace(node, windows=windows, size=_strided_size(node.size, stride), step=step)


def _unstrided(node: Node, place: int) -> Node:
    """Let a node read all of an input that is strided now."""
    windows, step = list(node.windows), node.step
    windows[place] = POINT
    if step is not None and place == 0:
        step = step.unstrided()
    return replace(node, windows=tuple(windows), step=step)


def _with_skips(graph: Graph, skip: Callable[[Pair], Step]) -> Graph:
    """Add nodes that skip positions where a step cannot."""
    nodes: list[Node] = []
    numbers: list[int] = []  # old index → new index
    for node in graph.nodes:
        inputs, windows = [numbers[source] for source in node.inputs], list(node.windows)
        for place, window in enumerate(node.windows):
            if window is None or not _skips(window) or _skips_itself(node, place):
                continue
            source, step = nodes[inputs[place]], skip(window.stride)
            name, link = f"{source.name}, in part", (inputs[place],)
            channels = source.channels
            nodes.append(Node(name, link, (window,), node.size, channels, "pointwise", step=step))
            inputs[place], windows[place] = len(nodes) - 1, POINT
        numbers.append(len(nodes))
        nodes.append(replace(node, inputs=tuple(inputs), windows=tuple(windows)))
    results = tuple(numbers[index] for index in graph.results)
    return replace(graph, nodes=tuple(nodes), results=results)


def _skips_itself(node: Node, place: int) -> bool:
    return place == 0 and node.step is not None and node.step.has_stride


def _strided_size(size: Pair, stride: Pair) -> Pair:
    height, width = (-(-n // step) for n, step in zip(size, stride, strict=True))
    return height, width


def _product(one: Pair, other: Pair) -> Pair:
    return one[0] * other[0], one[1] * other[1]
