"""What the nodes of a PyTorch graph calculate, on whole maps and on windows of them.

Maps are (n, channels, height, width), with channels last in memory: there a position's numbers
stand together, so that positions can be picked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.incremental.channel_affine import Change, summed
from gridexplainer_widget.incremental.graph import Pair

Values: TypeAlias = Mapping[Any, Any]
"""Tensors that do not depend on the picture, by the operation that makes them."""

LAST, FIRST = (0, 2, 3, 1), (0, 3, 1, 2)
"""Orders of axes: channels to the end, and back."""

Pads: TypeAlias = tuple[Pair, Pair]


@dataclass(frozen=True)
class Given:
    """What a node is calculated from.

    Parameters
    ----------
    maps : sequence of tensors
    weights : sequence of tensors
    n : int
        How many pictures there are.
    windows : bool
        Whether `maps` are the windows that the output looks at, padding included, instead of whole
        maps.
    """

    maps: Sequence[Any]
    weights: Sequence[Any]
    n: int
    windows: bool = False


class Step:
    """How a node is calculated."""

    def weights(self, torch: Any, values: Values) -> tuple[Any, ...]:  # noqa: ARG002 - most need none
        """Make the tensors that :meth:`run` needs of those that the module holds."""
        return ()

    def run(self, torch: Any, given: Given) -> Any:
        """Calculate it."""
        raise NotImplementedError


def channel_change(
    torch: Any, changes: Sequence[Change], values: Values, channels: int
) -> tuple[Any, Any]:
    """Return the factor of each channel and what is added after it, in float64."""
    numbers = [[_numbers(torch, one, values) for one in given] for _, given, _ in changes]
    scale, offset = summed(changes, numbers, channels)
    return torch.from_numpy(scale), torch.from_numpy(offset)


def _numbers(torch: Any, given: Any, values: Values) -> NDArray[np.float64]:
    found = torch.as_tensor(values.get(given, given)).detach()
    numbers: NDArray[np.float64] = found.to("cpu", torch.float64).reshape(-1).numpy()
    return numbers


@dataclass(frozen=True)
class Convolve(Step):
    """A convolution and what is done to each channel after it, as one."""

    kernel: Any
    shape: tuple[int, ...]
    stride: Pair
    pads: Pads
    dilation: Pair
    groups: int
    changes: tuple[Change, ...] = ()

    def weights(self, torch: Any, values: Values) -> tuple[Any, ...]:
        """See :class:`Step`."""
        kernel = values[self.kernel].reshape(self.shape)
        if not self.changes:
            return (kernel,)
        scale, offset = channel_change(torch, self.changes, values, self.shape[0])
        if not bool((scale == 1).all()):
            kernel = kernel * scale.to(kernel.dtype).to(kernel.device).reshape(-1, 1, 1, 1)
        return kernel, offset.to(kernel.dtype)

    @property
    def mixes(self) -> bool:
        """Whether it is a product over the channels of each position; see `incremental.order`."""
        alone = self.shape[2:] == self.stride == (1, 1) and not any(map(any, self.pads))
        return alone and self.groups == 1

    def strided(self, stride: Pair) -> Convolve:
        """Return the same with another stride."""
        return replace(self, stride=stride)

    def run(self, torch: Any, given: Given) -> Any:
        """See :class:`Step`."""
        x, bias = given.maps[0], given.weights[1] if len(given.weights) > 1 else None
        stride, around = self.stride, (0, 0)
        if given.windows:
            stride = looked_over(self.shape[2:], stride)
        else:
            x, around = with_padding(torch, x, self.pads)
        return torch.conv2d(x, given.weights[0], bias, stride, around, self.dilation, self.groups)


@dataclass(frozen=True)
class Pool(Step):
    """The largest or the mean of a window; the mean, too, of fewer than all in it.

    `averages` tells whether it is the mean of those inside the map: of equal numbers, that number.
    """

    most: bool
    size: Pair
    stride: Pair
    pads: Pads
    dilation: Pair = (1, 1)
    averages: bool = False

    def strided(self, stride: Pair) -> Pool:
        """Return the same with another stride."""
        return replace(self, stride=stride)

    def run(self, torch: Any, given: Given) -> Any:
        """See :class:`Step`."""
        x, pool = given.maps[0], torch.nn.functional
        stride, around = self.stride, (0, 0)
        if given.windows:
            stride = looked_over(self.size, stride)
        else:
            outside = float("-inf") if self.most else 0.0
            x, around = with_padding(torch, x, self.pads, outside)
        if self.most:
            return pool.max_pool2d(x, self.size, stride, around, self.dilation)
        y = pool.avg_pool2d(x, self.size, stride, around)
        return y * given.maps[1] if len(given.maps) > 1 else y


@dataclass(frozen=True)
class Move(Step):
    """Padding, cropping, leaving out and repeating of rows and columns."""

    pads: Pads = ((0, 0), (0, 0))
    stride: Pair = (1, 1)
    repeat: Pair = (1, 1)

    def strided(self, stride: Pair) -> Move:
        """Return the same with another stride."""
        return replace(self, stride=stride)

    def run(self, torch: Any, given: Given) -> Any:
        """See :class:`Step`."""
        if given.windows:
            return given.maps[0]
        x = padded(torch, given.maps[0], self.pads)
        for axis, times in enumerate(self.repeat, 2):
            x = x.repeat_interleave(times, axis) if times > 1 else x
        return x if self.stride == (1, 1) else x[:, :, :: self.stride[0], :: self.stride[1]]


@dataclass(frozen=True)
class Scale(Step):
    """Something done to each channel where no convolution is ahead to take it in."""

    channels: int
    changes: tuple[Change, ...]

    def weights(self, torch: Any, values: Values) -> tuple[Any, ...]:
        """See :class:`Step`."""
        found = channel_change(torch, self.changes, values, self.channels)
        return tuple(one.to(torch.float32).reshape(1, -1, 1, 1) for one in found)

    def run(self, torch: Any, given: Given) -> Any:
        """See :class:`Step`."""
        return torch.addcmul(given.weights[1], given.maps[0], given.weights[0])


@dataclass(frozen=True)
class Constant(Step):
    """A map that does not depend on the picture: one that the model holds, or numbers."""

    source: Any
    shape: tuple[int, ...]
    last: bool = False
    stride: Pair = (1, 1)

    def strided(self, stride: Pair) -> Constant:
        """Return every so many rows and columns of it."""
        return replace(self, stride=stride)

    def weights(self, torch: Any, values: Values) -> tuple[Any, ...]:
        """See :class:`Step`."""
        found = values[self.source] if self.source in values else torch.as_tensor(self.source)
        found = found.reshape((1,) * (4 - found.ndim) + tuple(found.shape))
        whole = (found.permute(FIRST) if self.last else found).expand(self.shape)
        return (whole[:, :, :: self.stride[0], :: self.stride[1]],)

    def run(self, torch: Any, given: Given) -> Any:  # noqa: ARG002 - of Step
        """See :class:`Step`."""
        return given.weights[0]


def looked_over(size: tuple[int, ...], stride: Pair) -> Pair:
    """Return the stride within windows, in which nothing is that is passed over."""
    down, across = (1 if length == 1 else s for length, s in zip(size, stride, strict=True))
    return down, across


def with_padding(torch: Any, x: Any, pads: Pads, outside: float = 0.0) -> tuple[Any, Pair]:
    """Pad maps, or leave it to the operation, which pads both sides alike and saves a copy."""
    (top, bottom), (left, right) = pads
    if top == bottom >= 0 and left == right >= 0:
        return x, (top, left)
    return padded(torch, x, pads, outside), (0, 0)


def padded(torch: Any, x: Any, pads: Pads, outside: float = 0.0) -> Any:
    """Pad, or where negative crop, rows and columns of maps."""
    (top, bottom), (left, right) = pads
    if not any((top, bottom, left, right)):
        return x
    return torch.nn.functional.pad(x, (left, right, top, bottom), value=outside)
