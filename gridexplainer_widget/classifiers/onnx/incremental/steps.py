"""Write nodes as ONNX operations, on maps (n, channels, height, width)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.onnx.program import Size
from gridexplainer_widget.classifiers.onnx.source import Operation
from gridexplainer_widget.incremental.step import StepInputs
from gridexplainer_widget.incremental.steps import Convolution, PlainStep, Pooling, StridedStep
from gridexplainer_widget.incremental.window import NO_PADS, Pads, Pair, stride_in_windows

from .operations import ELEMENTWISE
from .part import FIRST, LAST, Name, Part

Argument: TypeAlias = "int | NDArray[Any] | Size | None"
"""The place of a map, a constant, a number that depends on that of pictures, or left out."""


@dataclass(frozen=True, eq=False)
class Convolve(Convolution):
    """See :class:`Convolution`; `kernel` and `bias` are arrays."""

    bias: NDArray[Any] | None = None

    @property
    def size(self) -> Pair:
        """See :class:`Convolution`."""
        return self.shape[2], self.shape[3]

    def calculate(self, part: Part, inputs: StepInputs, /) -> Name:
        """See :class:`Step`."""
        stride, pads = _placed(self, self.size, inputs)
        constants = [self.kernel] if self.bias is None else [self.kernel, self.bias]
        return part.add(
            "Conv",
            inputs.maps[0],
            *map(part.constant, constants),
            kernel_shape=self.size,
            strides=stride,
            pads=pads,
            dilations=self.dilation,
            group=self.groups,
        )


@dataclass(frozen=True)
class Pool(Pooling):
    """See :class:`Pooling`; a second input, if any, corrects means for padding."""

    dilation: Pair = (1, 1)
    averages: bool = False

    def calculate(self, part: Part, inputs: StepInputs, /) -> Name:
        """See :class:`Step`."""
        stride, pads = _placed(self, self.size, inputs)
        more: dict[str, Any] = {"kernel_shape": self.size, "strides": stride, "pads": pads}
        if self.is_max:
            if self.dilation != (1, 1):  # unknown to the oldest versions
                more["dilations"] = self.dilation
            return part.add("MaxPool", inputs.maps[0], **more)
        y = part.add("AveragePool", inputs.maps[0], count_include_pad=1, **more)
        return part.add("Mul", y, inputs.maps[1]) if len(inputs.maps) > 1 else y


@dataclass(frozen=True)
class Skip(StridedStep):
    """Some rows and columns alone."""

    stride: Pair
    pads: Pads = NO_PADS

    def calculate(self, part: Part, inputs: StepInputs, /) -> Name:
        """See :class:`Step`."""
        if inputs.windows or self.stride == (1, 1):
            return str(inputs.maps[0])
        # A mean of one number: every version has it, and it keeps what is not finite.
        return part.add("AveragePool", inputs.maps[0], kernel_shape=(1, 1), strides=self.stride)


@dataclass(frozen=True, eq=False)
class Replay(PlainStep):
    """An operation of the model, as it is.

    Parameters
    ----------
    arguments
        One for each of its inputs.
    last
        For each map: whether the operation takes channels last.
    output
        Which of its outputs.
    channels_last
        Whether the result has channels last.
    moves
        Whether all it does is to move rows and columns, which filled windows have done.
    padding
        Zeros around a map, if it does nothing but add them.
    """

    operation: Operation
    arguments: Sequence[Argument]
    last: Sequence[bool]
    output: int = 0
    channels_last: bool = False
    moves: bool = False
    padding: Pads | None = None

    @property
    def accepts_stride(self) -> bool:
        """See :class:`Step`."""
        return not self.moves

    def on_rows(self) -> Replay | None:
        """Return the step on rows of filled windows, if it does the same to each number there."""
        single = all(one.size == 1 for one in self.arguments if isinstance(one, np.ndarray))
        if not self.moves and not (self.operation.name in ELEMENTWISE and single):
            return None
        return replace(self, last=[False] * len(self.last), channels_last=False)

    def calculate(self, part: Part, inputs: StepInputs, /) -> Name:
        """See :class:`Step`."""
        if self.moves and inputs.windows:
            return str(inputs.maps[0])
        maps = [
            part.add("Transpose", one, perm=LAST) if last else one
            for one, last in zip(inputs.maps, self.last, strict=False)
        ]
        given = [self._argument(part, maps, argument) for argument in self.arguments]
        found = part.repeat(self.operation, given)[self.output]
        return part.add("Transpose", found, perm=FIRST) if self.channels_last else found

    def _argument(self, part: Part, maps: Sequence[Name], argument: Argument) -> Name:
        if argument is None:
            return ""
        if isinstance(argument, int):
            return maps[argument]
        return part.size(argument) if isinstance(argument, Size) else part.constant(argument)


@dataclass(frozen=True, eq=False)
class Constant(PlainStep):
    """A map (1, channels, height, width) that no picture changes."""

    numbers: NDArray[np.float32]
    stride: Pair = (1, 1)

    def strided(self, stride: Pair) -> Constant:
        """See :class:`Step`."""
        numbers = np.ascontiguousarray(self.numbers[:, :, :: stride[0], :: stride[1]])
        return replace(self, numbers=numbers)

    def calculate(self, part: Part, inputs: StepInputs, /) -> Name:  # noqa: ARG002 - of Step
        """See :class:`Step`."""
        return part.constant(self.numbers)


def _placed(
    step: Convolution | Pooling, size: Pair, inputs: StepInputs
) -> tuple[Pair, tuple[int, ...]]:
    """Return the stride and ONNX's padding, neither of which filled windows need."""
    if inputs.windows:
        return stride_in_windows(size, step.stride), (0, 0, 0, 0)
    (top, bottom), (left, right) = step.pads
    return step.stride, (top, left, bottom, right)
