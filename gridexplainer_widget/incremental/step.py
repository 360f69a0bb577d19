"""How a node is calculated: what planner and frameworks agree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from .channel_affine import Change
from .window import Pair

Tensor: TypeAlias = Any
"""A framework's tensor.

Feature maps are float32: (n, height, width, channels) in TensorFlow, (n, channels, height,
width) in PyTorch."""

ParameterValues: TypeAlias = Mapping[Any, Any]
"""The model's weights and constants, by the reader's keys."""


@dataclass(frozen=True)
class StepInputs:
    """What a node is calculated from.

    Parameters
    ----------
    maps
        One per input.
    windows
        Whether `maps` are filled windows, padding included, not whole maps.
    n
        Number of pictures; 0 where unknown (a traced graph) or irrelevant.
    shared
        Storage for all steps of one calculation.
    """

    maps: Sequence[Tensor]
    weights: Sequence[Tensor]
    windows: bool = False
    n: int = 0
    shared: dict[Any, Any] = field(default_factory=dict)


class Step(Protocol):
    """How a node is calculated; rewrites of the graph read its properties."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """Per-channel operations done last, such as batch normalisation."""

    @property
    def averages(self) -> bool:
        """Whether it is average pooling that ignores padding."""

    @property
    def mixes_channels(self) -> bool:
        """Whether it is only a 1×1 convolution: a product over channels."""

    @property
    def has_stride(self) -> bool:
        """Whether it strides over its first input itself."""

    @property
    def accepts_stride(self) -> bool:
        """Whether it can be calculated at some positions alone."""

    def strided(self, stride: Pair) -> Step:
        """Return the step with another stride, if it has one."""

    def unstrided(self) -> Step:
        """Return the step for an input that is strided already."""

    def weights(self, framework: Any, values: ParameterValues, /) -> tuple[Tensor, ...]:
        """Prepare the weights; `framework` is ``tensorflow`` or ``torch``."""

    def calculate(self, framework: Any, inputs: StepInputs, /) -> Tensor:
        """Calculate the node's map."""
