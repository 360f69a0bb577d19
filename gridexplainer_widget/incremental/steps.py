"""Steps as all frameworks describe them; each framework adds `calculate`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from typing_extensions import Self

from .channel_affine import Change
from .step import ParameterValues, Tensor
from .window import NO_PADS, Pads, Pair


class PlainStep:
    """A step without stride or weights, which no rewrite touches."""

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

    def weights(self, framework: Any, values: ParameterValues, /) -> tuple[Tensor, ...]:  # noqa: ARG002
        """See :class:`Step`."""
        return ()


class StridedStep(PlainStep):
    """A frozen dataclass with `stride` and, mostly, `pads`."""

    @property
    def has_stride(self) -> bool:
        """See :class:`Step`."""
        return True

    def strided(self, stride: Pair) -> Self:
        """See :class:`Step`."""
        step: Self = replace(cast("Any", self), stride=stride)
        return step

    def unstrided(self) -> Self:
        """See :class:`Step`; `pads` touched only what has been skipped."""
        step: Self = replace(cast("Any", self), stride=(1, 1), pads=NO_PADS)
        return step


S = TypeVar("S", bound=PlainStep)


@dataclass(frozen=True)
class Convolution(StridedStep):
    """A convolution, then `changes`.

    `kernel` is the key of a parameter, `shape` its shape in the framework's order.
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
    """Max pooling or average pooling."""

    is_max: bool
    size: Pair
    stride: Pair
    pads: Pads


@dataclass(frozen=True)
class Moving(StridedStep):
    """Padding or cropping, then nearest-neighbour upsampling, then striding."""

    pads: Pads = NO_PADS
    stride: Pair = (1, 1)
    repeat: Pair = (1, 1)


@dataclass(frozen=True)
class Scaling(PlainStep):
    """Per-channel changes that no convolution before them absorbs."""

    channels: int
    changes: tuple[Change, ...]
