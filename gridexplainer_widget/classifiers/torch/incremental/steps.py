"""Calculate nodes in PyTorch, on maps (n, channels, height, width).

Channels are last in memory, so that a position's numbers are picked together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.incremental.channel_affine import Change, ChannelNumbers, fold
from gridexplainer_widget.incremental.step import ParameterValues, StepInputs, Tensor
from gridexplainer_widget.incremental.steps import Convolution, Moving, PlainStep, Pooling, Scaling
from gridexplainer_widget.incremental.window import Pads, Pair, stride_in_windows

__all__ = ["FIRST", "LAST", "Constant", "Convolve", "Move", "Pads", "Pool", "Scale"]

LAST, FIRST = (0, 2, 3, 1), (0, 3, 1, 2)
"""Orders of axes: channels to the end, and back."""


def folded(
    torch: Any, changes: Sequence[Change], values: ParameterValues, channels: int
) -> tuple[Tensor, Tensor]:
    """Return each channel's factor and offset, float64."""

    def look_up(key: Any) -> ChannelNumbers:
        found = torch.as_tensor(values.get(key, key)).detach()
        numbers: NDArray[np.float64] = found.to("cpu", torch.float64).reshape(-1).numpy()
        return numbers

    scale, offset = fold(changes, look_up, channels)
    return torch.from_numpy(scale), torch.from_numpy(offset)


@dataclass(frozen=True)
class Convolve(Convolution):
    """See :class:`Convolution`; the kernel is (out, in / groups, rows, columns)."""

    @property
    def size(self) -> Pair:
        """See :class:`Convolution`."""
        return self.shape[2], self.shape[3]

    def weights(self, torch: Any, values: ParameterValues, /) -> tuple[Tensor, ...]:
        """See :class:`Step`."""
        kernel = values[self.kernel].reshape(self.shape)
        if not self.changes:
            return (kernel,)
        scale, offset = folded(torch, self.changes, values, self.shape[0])
        if not bool((scale == 1).all()):
            kernel = kernel * scale.to(kernel.dtype).to(kernel.device).reshape(-1, 1, 1, 1)
        return kernel, offset.to(kernel.dtype)

    def calculate(self, torch: Any, inputs: StepInputs, /) -> Tensor:
        """See :class:`Step`."""
        x, kernel = inputs.maps[0], inputs.weights[0]
        offset = inputs.weights[1] if len(inputs.weights) > 1 else None
        stride, padding = self.stride, (0, 0)
        if inputs.windows:
            stride = stride_in_windows(self.size, stride)
        else:
            x, padding = with_padding(torch, x, self.pads)
        return torch.conv2d(x, kernel, offset, stride, padding, self.dilation, self.groups)


@dataclass(frozen=True)
class Pool(Pooling):
    """See :class:`Pooling`; a second input, if any, corrects means for padding."""

    dilation: Pair = (1, 1)
    averages: bool = False

    def calculate(self, torch: Any, inputs: StepInputs, /) -> Tensor:
        """See :class:`Step`."""
        x, pool = inputs.maps[0], torch.nn.functional
        stride, padding = self.stride, (0, 0)
        if inputs.windows:
            stride = stride_in_windows(self.size, stride)
        else:
            outside = float("-inf") if self.is_max else 0.0
            x, padding = with_padding(torch, x, self.pads, outside)
        if self.is_max:
            return pool.max_pool2d(x, self.size, stride, padding, self.dilation)
        y = pool.avg_pool2d(x, self.size, stride, padding)
        return y * inputs.maps[1] if len(inputs.maps) > 1 else y


@dataclass(frozen=True)
class Move(Moving):
    """See :class:`Moving`."""

    def calculate(self, torch: Any, inputs: StepInputs, /) -> Tensor:
        """See :class:`Step`."""
        if inputs.windows:
            return inputs.maps[0]
        x = padded(torch, inputs.maps[0], self.pads)
        for axis, times in enumerate(self.repeat, 2):
            x = x.repeat_interleave(times, axis) if times > 1 else x
        return x if self.stride == (1, 1) else x[:, :, :: self.stride[0], :: self.stride[1]]


@dataclass(frozen=True)
class Scale(Scaling):
    """See :class:`Scaling`."""

    def weights(self, torch: Any, values: ParameterValues, /) -> tuple[Tensor, ...]:
        """See :class:`Step`."""
        found = folded(torch, self.changes, values, self.channels)
        return tuple(one.to(torch.float32).reshape(1, -1, 1, 1) for one in found)

    def calculate(self, torch: Any, inputs: StepInputs, /) -> Tensor:
        """See :class:`Step`."""
        scale, offset = inputs.weights
        return torch.addcmul(offset, inputs.maps[0], scale)


@dataclass(frozen=True)
class Constant(PlainStep):
    """A map (1, channels, height, width) independent of the picture.

    `source` is its key among the values, or numbers; `last` if with channels last.
    """

    source: Any
    shape: tuple[int, ...]
    last: bool = False
    stride: Pair = (1, 1)

    def strided(self, stride: Pair) -> Constant:
        """See :class:`Step`."""
        return replace(self, stride=stride)

    def weights(self, torch: Any, values: ParameterValues, /) -> tuple[Tensor, ...]:
        """See :class:`Step`."""
        found = values[self.source] if self.source in values else torch.as_tensor(self.source)
        found = found.reshape((1,) * (4 - found.ndim) + tuple(found.shape))
        whole = (found.permute(FIRST) if self.last else found).expand(self.shape)
        return (whole[:, :, :: self.stride[0], :: self.stride[1]],)

    def calculate(self, torch: Any, inputs: StepInputs, /) -> Tensor:  # noqa: ARG002 - of Step
        """See :class:`Step`."""
        return inputs.weights[0]


def with_padding(torch: Any, x: Tensor, pads: Pads, outside: float = 0.0) -> tuple[Tensor, Pair]:
    """Pad maps, unless the operation can do it (equal sides), which saves a copy.

    Return the maps and the operation's own padding.
    """
    (top, bottom), (left, right) = pads
    if top == bottom >= 0 and left == right >= 0:
        return x, (top, left)
    return padded(torch, x, pads, outside), (0, 0)


def padded(torch: Any, x: Tensor, pads: Pads, outside: float = 0.0) -> Tensor:
    """Pad rows and columns, or crop where negative."""
    (top, bottom), (left, right) = pads
    if not any((top, bottom, left, right)):
        return x
    return torch.nn.functional.pad(x, (left, right, top, bottom), value=outside)
