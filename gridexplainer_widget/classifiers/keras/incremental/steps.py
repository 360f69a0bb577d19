"""What the nodes of a TensorFlow graph calculate, on whole maps and on windows of them."""

# ruff: noqa: ARG002, D102 - each step fulfils the protocol and uses what it needs

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.incremental.channel_affine import Change, summed
from gridexplainer_widget.incremental.graph import Pair

from .padding import Pads, inside, padded, with_padding

Values: TypeAlias = Sequence[NDArray[Any]]
"""What the parameters of a model are, in the order in which they were found."""


class Step(Protocol):
    """How a node is calculated."""

    def weights(self, values: Values) -> tuple[Any, ...]:
        """Make the arrays that :meth:`emit` needs of the model's parameters."""

    def emit(self, tf: Any, maps: Sequence[Any], weights: Sequence[Any], *, windows: bool) -> Any:
        """Add it to the graph that is open.

        Parameters
        ----------
        tf : module
        maps : sequence of tensors (n, height, width, channels)
        weights : sequence of tensors
        windows : bool
            Whether `maps` are the windows that the output looks at, padding included,
            instead of whole maps.
        """


def channel_change(
    changes: Sequence[Change], values: Values, channels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the factor of each channel and what is added after it."""
    numbers = [
        [np.asarray(values[index], np.float64).reshape(-1) for index in parameters]
        for _, parameters, _ in changes
    ]
    return summed(changes, numbers, channels)


@dataclass(frozen=True)
class Convolve:
    """A convolution and what is done to each channel after it, as one."""

    kernel: int
    shape: tuple[int, int, int, int]
    channels: int
    stride: Pair
    dilation: Pair
    pads: Pads
    depthwise: bool = False
    groups: int = 1
    changes: tuple[Change, ...] = ()

    def weights(self, values: Values) -> tuple[Any, ...]:
        kernel = values[self.kernel]
        kernel = kernel if kernel.shape == self.shape else kernel.reshape(self.shape)
        if not self.changes:
            return (kernel,)
        scale, offset = channel_change(self.changes, values, self.channels)
        if not (scale == 1).all():
            by = scale.reshape(self.shape[2:]) if self.depthwise else scale
            kernel = np.asarray(kernel * by, np.float32)
        return kernel, offset.astype(np.float32)

    @property
    def stridable(self) -> bool:
        """Whether it may have another stride: not beside a dilation."""
        return self.dilation == (1, 1)

    @property
    def mixes(self) -> bool:
        """Whether it is a product over the channels of each position; see `incremental.order`."""
        alone = self.shape[:2] == self.stride == (1, 1) and not any(map(any, self.pads))
        return alone and not self.depthwise and self.groups == 1

    def strided(self, stride: Pair) -> Convolve:
        """Return the same with another stride."""
        return replace(self, stride=stride)

    def emit(self, tf: Any, maps: Sequence[Any], weights: Sequence[Any], *, windows: bool) -> Any:
        stride = inside(self._reach, self.stride) if windows else self.stride
        run = stride
        if self.depthwise and stride[0] != stride[1]:
            # TensorFlow's depthwise operation knows equal strides only: every row is calculated,
            # and some are dropped.
            run = (1, 1)
        x, padding = maps[0], "VALID"
        if not windows and run == stride:
            x, padding = with_padding(tf, x, self._reach, stride, self.pads)
        elif not windows:
            x = padded(tf, x, self.pads)
        if self.depthwise:
            kernel, dilation = weights[0], self.dilation
            y = tf.nn.depthwise_conv2d(x, kernel, (1, *run, 1), padding, dilations=dilation)
            y = y if run == stride else y[:, :: stride[0], :: stride[1]]
        elif self.groups > 1:
            parts = zip(
                tf.split(x, self.groups, 3), tf.split(weights[0], self.groups, 3), strict=True
            )
            y = tf.concat(
                [self._convolved(tf, part, kernel, stride, padding) for part, kernel in parts], 3
            )
        else:
            y = self._convolved(tf, x, weights[0], stride, padding)
        return tf.nn.bias_add(y, weights[1]) if len(weights) > 1 else y

    @property
    def _reach(self) -> Pair:
        rows, columns = (
            (n - 1) * apart + 1 for n, apart in zip(self.shape[:2], self.dilation, strict=True)
        )
        return rows, columns

    def _convolved(self, tf: Any, x: Any, kernel: Any, stride: Pair, padding: str) -> Any:
        return tf.nn.conv2d(x, kernel, (1, *stride, 1), padding, dilations=self.dilation)


@dataclass(frozen=True)
class Pool:
    """The largest or the mean of a window; the mean, too, of those inside the map."""

    most: bool
    size: Pair
    stride: Pair
    pads: Pads
    outside: float
    shares: bool = False

    @property
    def averages(self) -> bool:
        """Whether it is the mean of those inside the map: of equal numbers, that number."""
        return not self.most and (self.shares or not any(map(any, self.pads)))

    def strided(self, stride: Pair) -> Pool:
        """Return the same with another stride."""
        return replace(self, stride=stride)

    def weights(self, values: Values) -> tuple[Any, ...]:
        return ()

    def emit(self, tf: Any, maps: Sequence[Any], weights: Sequence[Any], *, windows: bool) -> Any:
        pool = tf.nn.max_pool2d if self.most else tf.nn.avg_pool2d
        if windows:
            y = pool(maps[0], self.size, inside(self.size, self.stride), "VALID")
            return y * maps[1] if self.shares else y
        if self.outside == 0 and not self.shares:  # padding of zeros, not TensorFlow's own
            return pool(padded(tf, maps[0], self.pads), self.size, self.stride, "VALID")
        x, padding = with_padding(tf, maps[0], self.size, self.stride, self.pads, self.outside)
        y = pool(x, self.size, self.stride, padding)
        return y * maps[1] if self.shares and padding == "VALID" else y


@dataclass(frozen=True)
class Move:
    """Padding, cropping, leaving out and repeating of rows and columns."""

    pads: Pads = ((0, 0), (0, 0))
    stride: Pair = (1, 1)
    repeat: Pair = (1, 1)

    def strided(self, stride: Pair) -> Move:
        """Return the same with another stride."""
        return replace(self, stride=stride)

    def weights(self, values: Values) -> tuple[Any, ...]:
        return ()

    def emit(self, tf: Any, maps: Sequence[Any], weights: Sequence[Any], *, windows: bool) -> Any:
        if windows:
            return maps[0]
        x = padded(tf, maps[0], self.pads)
        for axis, times in enumerate(self.repeat, 1):
            x = tf.repeat(x, times, axis) if times > 1 else x
        for axis, apart in enumerate(self.stride, 1):  # a slice with strides is 10 times slower
            x = tf.gather(x, tf.range(0, tf.shape(x)[axis], apart), axis=axis) if apart > 1 else x
        return x


@dataclass(frozen=True)
class Scale:
    """Something done to each channel where no convolution is ahead to take it in."""

    channels: int
    changes: tuple[Change, ...]

    def weights(self, values: Values) -> tuple[Any, ...]:
        scale, offset = channel_change(self.changes, values, self.channels)
        return tuple(np.asarray(numbers, np.float32) for numbers in (scale, offset))

    def emit(self, tf: Any, maps: Sequence[Any], weights: Sequence[Any], *, windows: bool) -> Any:
        scale, offset = weights
        if all(what in {"add", "subtract"} for what, _, _ in self.changes):
            return tf.nn.bias_add(maps[0], offset)
        made = tf.raw_ops.FusedBatchNormV3(  # one pass over the map instead of two
            x=maps[0],
            scale=scale,
            offset=offset,
            mean=tf.zeros_like(scale),
            variance=tf.ones_like(scale),
            epsilon=0.0,
            is_training=False,
        )
        return made.y


@dataclass(frozen=True)
class Operate:
    """An operation at each position by itself, with parameters among its operands.

    `operands` are the maps' places (0, 1, …) and, as -1 - index, parameters.
    """

    operate: Callable[..., Any]
    operands: tuple[int, ...]

    def weights(self, values: Values) -> tuple[Any, ...]:
        return tuple(values[-1 - operand] for operand in self.operands if operand < 0)

    def emit(self, tf: Any, maps: Sequence[Any], weights: Sequence[Any], *, windows: bool) -> Any:
        given = iter(weights)
        return self.operate(*(maps[o] if o >= 0 else next(given) for o in self.operands))


@dataclass(frozen=True)
class Constant:
    """A map that does not depend on the picture: of the model's, or one that was worked out."""

    parameter: int | None = None
    value: Any = None
    stride: Pair = (1, 1)

    def strided(self, stride: Pair) -> Constant:
        """Return every so many rows and columns of it."""
        return replace(self, stride=stride)

    def weights(self, values: Values) -> tuple[Any, ...]:
        value = values[self.parameter] if self.parameter is not None else self.value
        whole = np.asarray(value, np.float32).reshape((1, *np.shape(value)[-3:]))
        return (whole[:, :: self.stride[0], :: self.stride[1]],)

    def emit(self, tf: Any, maps: Sequence[Any], weights: Sequence[Any], *, windows: bool) -> Any:
        return weights[0]


@dataclass(frozen=True)
class Replay:
    """One operation that is not read, run as it is on whole maps; one of its results.

    Parameters
    ----------
    run : callable
        Adds the operation to the graph that is open and returns its results.
    given : tuple
        Its operands: numbers of maps (0, 1, …), as -1 - index parameters, or constants.
    flat : tuple of bool
        Whether a map is taken with its positions along one axis.
    result : int
    shape : tuple of int or None
        Of that result, as far as it is known.
    """

    run: Callable[..., list[Any]]
    given: tuple[Any, ...]
    flat: tuple[bool, ...]
    result: int
    shape: Any

    def weights(self, values: Values) -> tuple[Any, ...]:
        return tuple(values[-1 - g] for g in self.given if isinstance(g, int) and g < 0)

    def operands(self, tf: Any, maps: Sequence[Any], weights: Sequence[Any]) -> list[Any]:
        """Put the operands in order."""
        parameter, found = iter(weights), []
        for given in self.given:
            if not isinstance(given, int):
                found.append(tf.constant(given))
            elif given < 0:
                found.append(next(parameter))
            else:
                x = maps[given]
                found.append(tf.reshape(x, (-1, x.shape[-1])) if self.flat[given] else x)
        return found
