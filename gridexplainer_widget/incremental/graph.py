"""A network as a list of nodes: what each looks at of the maps before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .step import Step
from .window import POINT, Pair, Window

__all__ = ["POINT", "Graph", "Kind", "Link", "Node", "Pair", "Window"]

Link: TypeAlias = tuple[int, int]
"""A node, and which of its inputs."""

Kind: TypeAlias = Literal[
    "input", "constant", "convolution", "depthwise", "pool", "pointwise", "other"
]
"""What a node's cost depends on; see `costs.py`."""


@dataclass(frozen=True)
class Node:
    """One map and how it is calculated.

    Parameters
    ----------
    name : str
    inputs : tuple of int
        Nodes ahead of it in the list.
    windows : tuple of Window or None
        How it looks at each of its inputs; None where each position needs all of it.
    size : (height, width)
        Of its map; (1, 1) of what is no map.
    channels : int
    kind : Kind
    work : float
        Multiply-adds for one output position; 0 where they are few or not known.
    step : Step or None
        How it is calculated; None of the picture.
    """

    name: str
    inputs: tuple[int, ...]
    windows: tuple[Window | None, ...]
    size: Pair
    channels: int
    kind: Kind
    work: float = 0.0
    step: Step | None = field(default=None, repr=False, compare=False)

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
        Nodes that the network returns.
    """

    nodes: Sequence[Node]
    results: Sequence[int]

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, index: int) -> Node:
        return self.nodes[index]
