"""How a node is calculated: the contract between planner, executors and frameworks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from .channel_affine import Change
from .window import Pair

Tensor: TypeAlias = Any
"""A tensor of the framework.

Maps are float32, (n, height, width, channels) in TensorFlow and (n, channels, height, width) in
PyTorch."""

Values: TypeAlias = Mapping[Any, Any]
"""What does not depend on the picture, mostly the model's weights, by the reader's keys."""


@dataclass(frozen=True)
class StepInputs:
    """What a node is calculated from.

    Parameters
    ----------
    maps : sequence of Tensor
        One for each of the node's inputs.
    weights : sequence of Tensor
        What :meth:`Step.weights` returned.
    windows : bool
        Whether `maps` are the windows that the output looks at, padding included, instead of
        whole maps.
    n : int
        Number of pictures; 0 where it is not known (a traced graph) or does not matter.
    shared : dict
        Storage that all steps of one calculation share.
    """

    maps: Sequence[Tensor]
    weights: Sequence[Tensor]
    windows: bool = False
    n: int = 0
    shared: dict[Any, Any] = field(default_factory=dict)


class Step(Protocol):
    """How a node is calculated.

    The planner reads the properties to rewrite the network, and an executor calls `weights` and
    `calculate`. `steps.py` has what the frameworks share.
    """

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is done to each channel at the end, by numbers of the model."""

    @property
    def averages(self) -> bool:
        """Whether it is the mean over those positions of a window that lie inside the map."""

    @property
    def mixes_channels(self) -> bool:
        """Whether it is a matrix product over the channels of each position, and nothing else."""

    @property
    def has_stride(self) -> bool:
        """Whether it skips rows and columns of its first input itself."""

    @property
    def accepts_stride(self) -> bool:
        """Whether it can be calculated at some rows and columns alone."""

    def strided(self, stride: Pair) -> Step:
        """Return the same step with another stride, where it has one."""

    def unstrided(self) -> Step:
        """Return the same step for an input without the rows and columns that it skipped."""

    def weights(self, framework: Any, values: Values, /) -> tuple[Tensor, ...]:
        """Prepare the weights that `calculate` needs.

        Parameters
        ----------
        framework : module
            ``tensorflow`` or ``torch``.
        values : Values
        """

    def calculate(self, framework: Any, inputs: StepInputs, /) -> Tensor:
        """Calculate the node's map, on whole maps or on windows of them."""
