"""A network as a list of nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
class Rates:
    """What calculations take on two cores, in seconds; only ratios matter.

    The defaults are of TensorFlow's kernels without AVX-512 (benchmarks/README.md): matrix products
    come near the peak; depthwise convolution, pooling and element-wise operations are memory-bound.

    Parameters
    ----------
    products
        Multiply-adds per second, by kind of node.
    value
        To read or write one value of a map.
    copy
        To copy one value into a window or whole map.
    call
        Overhead of an operation, shared by a batch or group.
    weight
        Per kernel weight and call: whether convolutions reorder them each time.
    """

    products: Mapping[Kind, float] = field(
        default_factory=lambda: {"convolution": 75e9, "depthwise": 3.5e9, "pool": 1.5e9}
    )
    value: float = 0.6e-9
    copy: float = 1.0e-9
    call: float = 25e-6
    weight: float = 1.0e-9


RATES = Rates()


@dataclass(frozen=True)
class Graph:
    """A network: nodes in order of calculation, the picture first; `results` are returned."""

    nodes: Sequence[Node]
    results: Sequence[int]
    rates: Rates = RATES

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, index: int) -> Node:
        return self.nodes[index]
