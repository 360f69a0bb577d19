"""Descriptions of steps that are the same in every framework; each adds how to calculate them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from typing_extensions import Self

from .channel_affine import Change
from .step import Tensor, Values
from .window import NO_PADS, Pads, Pair


class PlainStep:
    """Most steps: no stride, no weights, nothing that the planner rewrites."""

    changes: tuple[Change, ...] = ()

    @property
    def averages(self) -> bool:
        """See :class:`Step`."""
        return False

    @property
    def mixes_channels(self) -> bool:
        """See :class:`Step`."""
        return False

    @property
    def has_stride(self) -> bool:
        """See :class:`Step`."""
        return False

    @property
    def accepts_stride(self) -> bool:
        """See :class:`Step`."""
        return True

    def strided(self, stride: Pair) -> Self:  # noqa: ARG002 - it has none
        """See :class:`Step`."""
        return self

    def unstrided(self) -> Self:
        """See :class:`Step`."""
        return self

    def weights(self, framework: Any, values: Values, /) -> tuple[Tensor, ...]:  # noqa: ARG002
        """See :class:`Step`."""
        return ()


class StridedStep(PlainStep):
    """A step with a `stride`, and mostly with `pads`: a frozen dataclass."""

    @property
    def has_stride(self) -> bool:
        """See :class:`Step`."""
        return True

    def strided(self, stride: Pair) -> Self:
        """See :class:`Step`."""
        step: Self = replace(cast("Any", self), stride=stride)
        return step

    def unstrided(self) -> Self:
        """See :class:`Step`: what it cropped or added at the end was skipped, too."""
        step: Self = replace(cast("Any", self), stride=(1, 1), pads=NO_PADS)
        return step


S = TypeVar("S", bound=PlainStep)


@dataclass(frozen=True)
class Convolution(StridedStep):
    """A convolution, and what is done to each channel after it.

    Parameters
    ----------
    kernel : object
        Its key among the values.
    shape : tuple of int
        Of the kernel as the framework takes it, four axes.
    stride : (int, int)
    pads : Pads
    dilation : (int, int)
    groups : int
    changes : tuple of Change
    """

    kernel: Any
    shape: tuple[int, ...]
    stride: Pair
    pads: Pads
    dilation: Pair
    groups: int = 1
    changes: tuple[Change, ...] = ()

    @property
    def size(self) -> Pair:
        """Rows and columns of the kernel."""
        raise NotImplementedError

    @property
    def mixes_channels(self) -> bool:
        """See :class:`Step`."""
        return self.size == self.stride == (1, 1) and self.pads == NO_PADS and self.groups == 1


@dataclass(frozen=True)
class Pooling(StridedStep):
    """The largest number, or the mean, of each window.

    Parameters
    ----------
    is_max : bool
    size, stride : (int, int)
    pads : Pads
    """

    is_max: bool
    size: Pair
    stride: Pair
    pads: Pads


@dataclass(frozen=True)
class Moving(StridedStep):
    """Padding, cropping, repeating and skipping of rows and columns, in this order.

    Parameters
    ----------
    pads : Pads
    stride, repeat : (int, int)
    """

    pads: Pads = NO_PADS
    stride: Pair = (1, 1)
    repeat: Pair = (1, 1)


@dataclass(frozen=True)
class Scaling(PlainStep):
    """Changes to each channel where no convolution is ahead to take them in.

    Parameters
    ----------
    channels : int
    changes : tuple of Change
    """

    channels: int
    changes: tuple[Change, ...]
