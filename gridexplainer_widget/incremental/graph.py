"""A network as a list of nodes: what each looks at of the maps before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Pair: TypeAlias = tuple[int, int]
"""Along the rows, along the columns."""

Link: TypeAlias = tuple[int, int]
"""A node, and which of its inputs."""

Kind: TypeAlias = Literal[
    "input", "constant", "convolution", "depthwise", "pool", "pointwise", "other"
]
"""What a node's cost depends on; see `costs.py`."""


@dataclass(frozen=True)
class Window:
    """Where an output position looks at a map.

    Output row y sees the rows from ``y * stride - before`` up to, not including,
    ``y * stride - before + size`` of the map, each of which stands `repeat` times in a row;
    columns alike.

    Parameters
    ----------
    size : (int, int)
        Rows and columns, dilation included.
    stride, before : (int, int)
        `before` is the padding above and to the left; negative where the map is cropped.
    repeat : (int, int)
        How often each row and column is repeated: nearest upsampling.
    outside : float
        What stands where the map has ended.
    """

    size: Pair = (1, 1)
    stride: Pair = (1, 1)
    before: Pair = (0, 0)
    repeat: Pair = (1, 1)
    outside: float = 0.0

    @property
    def step(self) -> Pair:
        """How far apart the rows are that are looked at; 1 unless some are passed over."""
        down, across = (
            stride if size == 1 else 1 for size, stride in zip(self.size, self.stride, strict=True)
        )
        return down, across

    def reach(self, size: Pair) -> Pair:
        """Return how many rows and columns an output of `size` looks at."""
        down, across = (
            n if length == 1 else (n - 1) * stride + length
            for n, length, stride in zip(size, self.size, self.stride, strict=True)
        )
        return down, across


POINT = Window()
"""An output position sees the same position of the map."""


@dataclass(frozen=True)
class Node:
    """One map and how it is calculated.

    Parameters
    ----------
    name : str
    inputs : tuple of int
        Nodes ahead of it in the list.
    windows : tuple of Window or None
        How it looks at each of its inputs; None where it looks at all of it.
    size : (height, width)
        Of its map; (1, 1) of what is no map.
    channels : int
    kind : Kind
    work : float
        Multiply-adds for one output position; 0 where they are few or not known.
    step : Any
        How the framework calculates it; the planner does not look at it.
    """

    name: str
    inputs: tuple[int, ...]
    windows: tuple[Window | None, ...]
    size: Pair
    channels: int
    kind: Kind
    work: float = 0.0
    step: Any = field(default=None, repr=False, compare=False)

    @property
    def positions(self) -> int:
        """Height times width."""
        return self.size[0] * self.size[1]


@dataclass(frozen=True)
class Graph:
    """A network: nodes in the order in which they are calculated.

    Parameters
    ----------
    nodes : sequence of Node
        The first is the picture as the model takes it.
    results : sequence of int
        What the network returns.
    """

    nodes: Sequence[Node]
    results: Sequence[int]

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, index: int) -> Node:
        return self.nodes[index]
