"""A network as a list of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .step import Step
from .window import Pair, Window

Link: TypeAlias = tuple[int, int]
"""(node, place): a node and which of its inputs."""

Kind: TypeAlias = Literal[
    "input", "constant", "convolution", "depthwise", "pool", "pointwise", "other"
]
"""Type of operation, by which `costs.py` estimates time."""


@dataclass(frozen=True)
class Node:
    """One feature map and how it is calculated.

    Parameters
    ----------
    inputs
        Indices of earlier nodes.
    windows
        One per input; None where each output position needs the whole input.
    size : (height, width)
        (1, 1) for what is no map.
    work
        Multiply-adds per output position; 0 if few or unknown.
    step
        None for the picture.
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
        """Height × width."""
        return self.size[0] * self.size[1]


@dataclass(frozen=True)
class Graph:
    """A network: nodes in order of calculation, the picture first; `results` are returned."""

    nodes: Sequence[Node]
    results: Sequence[int]

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, index: int) -> Node:
        return self.nodes[index]
