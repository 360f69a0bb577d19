"""Calculate nodes in TensorFlow, on maps (n, height, width, channels)."""

# ruff: noqa: ARG002, D102 - each step fulfils the protocol and uses what it needs

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.incremental.channel_affine import Change, ChannelNumbers, fold
from gridexplainer_widget.incremental.step import ParameterValues, StepInputs, Tensor
from gridexplainer_widget.incremental.steps import Convolution, Moving, PlainStep, Pooling, Scaling
from gridexplainer_widget.incremental.window import NO_PADS, Pair, stride_in_windows, window_span

from .padding import padded, with_padding


def folded(
    changes: Sequence[Change], values: ParameterValues, channels: int
) -> tuple[ChannelNumbers, ChannelNumbers]:
    """Return each channel's factor and offset."""

    def look_up(key: int) -> ChannelNumbers:
        return np.asarray(values[key], np.float64).reshape(-1)

    return fold(changes, look_up, channels)


@dataclass(frozen=True)
class Convolve(Convolution):
    """See :class:`Convolution`; the kernel is (rows, columns, in, out)."""

    depthwise: bool = False

    @property
    def size(self) -> Pair:
        return self.shape[0], self.shape[1]

    @property
    def mixes_channels(self) -> bool:
        return super().mixes_channels and not self.depthwise

    @property
    def accepts_stride(self) -> bool:
        return self.dilation == (1, 1)  # TensorFlow supports no stride with dilation

    def weights(self, framework: Any, values: ParameterValues, /) -> tuple[NDArray[Any], ...]:
        kernel = values[self.kernel]
        kernel = kernel if kernel.shape == self.shape else kernel.reshape(self.shape)
        if not self.changes:
            return (kernel,)
        channels = self.shape[2] * self.shape[3] if self.depthwise else self.shape[3]
        scale, offset = folded(self.changes, values, channels)
        if not (scale == 1).all():
            factor = scale.reshape(self.shape[2:]) if self.depthwise else scale
            kernel = np.asarray(kernel * factor, np.float32)
        return kernel, offset.astype(np.float32)

    def calculate(self, tf: Any, inputs: StepInputs, /) -> Tensor:
        x, (kernel, *offset) = inputs.maps[0], inputs.weights
        reach = window_span(self.size, self.dilation)
        stride = stride_in_windows(reach, self.stride) if inputs.windows else self.stride
        # TensorFlow's depthwise operation needs equal strides: with others, calculate every
        # position and drop some.
        drops = self.depthwise and stride[0] != stride[1]
        if inputs.windows:
            padding = "VALID"
        elif drops:
            x, padding = padded(tf, x, self.pads), "VALID"
        else:
            x, padding = with_padding(tf, x, reach, stride, self.pads)
        if self.depthwise:
            y = self._depthwise(tf, x, kernel, (1, 1) if drops else stride, padding)
            y = y[:, :: stride[0], :: stride[1]] if drops else y
        elif self.groups > 1:
            parts = zip(tf.split(x, self.groups, 3), tf.split(kernel, self.groups, 3), strict=True)
            y = tf.concat([self._convolved(tf, *part, stride, padding) for part in parts], 3)
        else:
            y = self._convolved(tf, x, kernel, stride, padding)
        return tf.nn.bias_add(y, offset[0]) if offset else y

    def _convolved(self, tf: Any, x: Tensor, kernel: Tensor, stride: Pair, padding: str) -> Tensor:
        return tf.nn.conv2d(x, kernel, (1, *stride, 1), padding, dilations=self.dilation)

    def _depthwise(self, tf: Any, x: Tensor, kernel: Tensor, stride: Pair, padding: str) -> Tensor:
        return tf.nn.depthwise_conv2d(x, kernel, (1, *stride, 1), padding, dilations=self.dilation)


@dataclass(frozen=True)
class Pool(Pooling):
    """See :class:`Pooling`.

    Parameters
    ----------
    outside : float
        Padding value.
    counts_inside : bool
        Average inside the map: multiply padded means by the second input.
    """

    outside: float
    counts_inside: bool = False

    @property
    def averages(self) -> bool:
        return not self.is_max and (self.counts_inside or self.pads == NO_PADS)

    def calculate(self, tf: Any, inputs: StepInputs, /) -> Tensor:
        pool = tf.nn.max_pool2d if self.is_max else tf.nn.avg_pool2d
        x = inputs.maps[0]
        if inputs.windows:
            y = pool(x, self.size, stride_in_windows(self.size, self.stride), "VALID")
            return y * inputs.maps[1] if self.counts_inside else y
        if self.outside == 0 and not self.counts_inside:  # TensorFlow cannot pad with zeros
            return pool(padded(tf, x, self.pads), self.size, self.stride, "VALID")
        x, padding = with_padding(tf, x, self.size, self.stride, self.pads, self.outside)
        y = pool(x, self.size, self.stride, padding)
        return y * inputs.maps[1] if self.counts_inside and padding == "VALID" else y


@dataclass(frozen=True)
class Move(Moving):
    """See :class:`Moving`."""

    def calculate(self, tf: Any, inputs: StepInputs, /) -> Tensor:
        if inputs.windows:
            return inputs.maps[0]
        x = padded(tf, inputs.maps[0], self.pads)
        for axis, times in enumerate(self.repeat, 1):
            x = tf.repeat(x, times, axis) if times > 1 else x
        for axis, apart in enumerate(self.stride, 1):  # a slice with strides is 10 times slower
            x = tf.gather(x, tf.range(0, tf.shape(x)[axis], apart), axis=axis) if apart > 1 else x
        return x


@dataclass(frozen=True)
class Scale(Scaling):
    """See :class:`Scaling`."""

    def weights(self, framework: Any, values: ParameterValues, /) -> tuple[NDArray[Any], ...]:
        scale, offset = folded(self.changes, values, self.channels)
        return scale.astype(np.float32), offset.astype(np.float32)

    def calculate(self, tf: Any, inputs: StepInputs, /) -> Tensor:
        x, (scale, offset) = inputs.maps[0], inputs.weights
        if all(operation in {"add", "subtract"} for operation, _, _ in self.changes):
            return tf.nn.bias_add(x, offset)
        normalised = tf.raw_ops.FusedBatchNormV3(  # one pass, not two
            x=x,
            scale=scale,
            offset=offset,
            mean=tf.zeros_like(scale),
            variance=tf.ones_like(scale),
            epsilon=0.0,
            is_training=False,
        )
        return normalised.y


@dataclass(frozen=True)
class Operate(PlainStep):
    """A pointwise operation on maps (0, 1, …) and parameters (-1 - key)."""

    operate: Callable[..., Tensor]
    operands: tuple[int, ...]

    def weights(self, framework: Any, values: ParameterValues, /) -> tuple[NDArray[Any], ...]:
        return tuple(values[-1 - operand] for operand in self.operands if operand < 0)

    def calculate(self, tf: Any, inputs: StepInputs, /) -> Tensor:
        parameters = iter(inputs.weights)
        return self.operate(
            *(inputs.maps[o] if o >= 0 else next(parameters) for o in self.operands)
        )


@dataclass(frozen=True)
class Constant(PlainStep):
    """A map independent of the picture: `parameter` is its key, or `value` the map."""

    parameter: int | None = None
    value: Any = None
    stride: Pair = (1, 1)

    def strided(self, stride: Pair) -> Constant:
        return replace(self, stride=stride)

    def weights(self, framework: Any, values: ParameterValues, /) -> tuple[NDArray[Any], ...]:
        value = values[self.parameter] if self.parameter is not None else self.value
        whole = np.asarray(value, np.float32).reshape((1, *np.shape(value)[-3:]))
        return (whole[:, :: self.stride[0], :: self.stride[1]],)

    def calculate(self, tf: Any, inputs: StepInputs, /) -> Tensor:
        return inputs.weights[0]


@dataclass(frozen=True)
class Replay(PlainStep):
    """One result of an unread operation, rerun on whole maps.

    Parameters
    ----------
    run : callable
        Adds the operation to the open graph.
    operands : tuple
        Maps (0, 1, …), parameters (-1 - key), or constants.
    flat : tuple of bool
        Per map, whether to put positions along one axis.
    result : int
        Index of the result.
    shape : tf.TensorShape
        As far as known.
    """

    run: Callable[..., list[Tensor]]
    operands: tuple[Any, ...]
    flat: tuple[bool, ...]
    result: int
    shape: Any

    def weights(self, framework: Any, values: ParameterValues, /) -> tuple[NDArray[Any], ...]:
        return tuple(values[-1 - o] for o in self.operands if isinstance(o, int) and o < 0)

    def calculate(self, tf: Any, inputs: StepInputs, /) -> Tensor:
        key = id(self.run)  # the same for all results
        if key not in inputs.shared:
            inputs.shared[key] = self.run(*self._operands(tf, inputs))
        y = inputs.shared[key][self.result]
        y.set_shape(self.shape)
        return y

    def _operands(self, tf: Any, inputs: StepInputs) -> list[Tensor]:
        parameters, found = iter(inputs.weights), []
        for operand in self.operands:
            if not isinstance(operand, int):
                found.append(tf.constant(operand))
            elif operand < 0:
                found.append(next(parameters))
            else:
                x = inputs.maps[operand]
                found.append(tf.reshape(x, (-1, x.shape[-1])) if self.flat[operand] else x)
        return found
