"""Small random ONNX graphs of every local operation there is: parts give what the model gives."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.incremental.engine import IncrementalEngine
from tests.support.onnx_graphs import Drawing, answers_of, executor_of, in_parts_and_whole
from tests.support.sizes import ONNX_GRAPHS
from tests.support.tiled import tiled_and_whole

OPSETS = [7, 9, 10, 11, 13, 17, 18, 20, 22]


class Shape:
    """Channels, height and width of the latest map."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        self.channels, self.height, self.width = channels, height, width


def windowed(draw: Any, model: Drawing, x: str, channels: int) -> tuple[str, int]:
    """A convolution or a pooling with windows of any size, stride, padding and dilation."""
    size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    kind = draw(st.sampled_from(["conv", "conv", "depthwise", "grouped", "max", "mean"]))
    settings: dict[str, Any] = {"kernel_shape": size, "strides": stride}
    way = draw(st.sampled_from(["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]))
    settings["auto_pad"] = way
    if way == "NOTSET":
        limits = [side - 1 for side in (*size, *size)]
        settings["pads"] = [draw(st.integers(0, limit)) for limit in limits]
    dilation = draw(st.sampled_from([1, 1, 2])) if way == "NOTSET" else 1
    if kind in {"max", "mean"}:
        if model.opset >= 10 and way == "NOTSET":
            settings["ceil_mode"] = draw(st.integers(0, 1))
        if kind == "max":
            if model.opset >= 10:
                settings["dilations"] = [dilation] * 2
            return model.add("MaxPool", x, **settings), channels
        settings["count_include_pad"] = draw(st.integers(0, 1))
        return model.add("AveragePool", x, **settings), channels
    settings["dilations"] = [dilation] * 2
    groups = {"conv": 1, "depthwise": channels, "grouped": 2 if channels % 2 == 0 else 1}[kind]
    made = channels * draw(st.integers(1, 2)) if groups > 1 else draw(st.integers(2, 6))
    made = channels if made > 12 else made
    inputs = [x, model.weights(made, channels // groups, *size)]
    if draw(st.booleans()):
        inputs.append(model.weights(made, low=-0.3, high=0.3))
    return model.add("Conv", *inputs, group=groups, **settings), made


def at_each_position(draw: Any, model: Drawing, x: str, channels: int) -> tuple[str, int]:
    plain = ["Relu", "Sigmoid", "Tanh", "Softplus", "Elu", "LeakyRelu", "Abs", "HardSigmoid"]
    kinds = [*plain, "clip", "prelu", "affine"]
    if model.opset >= 14:
        kinds.append("HardSwish")
    kind = draw(st.sampled_from(kinds))
    if kind == "clip":
        if model.opset < 11:
            return model.add("Clip", x, min=-0.5, max=0.7), channels
        return model.add("Clip", x, model.constant(-0.5), model.constant(0.7)), channels
    if kind == "prelu":
        return model.add("PRelu", x, model.weights(channels, 1, 1, low=0.1)), channels
    if kind == "affine":
        first = model.weights(1, channels, 1, 1, low=0.5)
        scaled = model.add("Mul", model.add("Sub", x, model.constant(0.3)), first)
        return model.add("Div", scaled, model.constant([2.0])), channels
    return model.add(kind, x), channels


def normalised(draw: Any, model: Drawing, x: str, channels: int) -> tuple[str, int]:
    """Each position's channels by each other, or by numbers that were kept."""
    kind = draw(st.sampled_from(["norm", "lrn", "softmax", "reduced"]))
    if kind == "norm":
        stored = [model.weights(channels, low=low) for low in (0.5, -0.5, -0.5, 0.5)]
        return model.add("BatchNormalization", x, *stored), channels
    if kind == "lrn":
        return model.add("LRN", x, size=3), channels
    if kind == "softmax":
        return model.add("Softmax", x, axis=1), channels  # before version 13 of the whole picture
    if model.opset < 18:
        mean = model.add("ReduceMean", x, axes=[1], keepdims=1)
    else:
        mean = model.add("ReduceMean", x, model.constant([1], np.int64), keepdims=1)
    return model.add("Sub", x, mean), channels


def upsampled(draw: Any, model: Drawing, x: str) -> str:
    scales = [1.0, 1.0, float(draw(st.integers(1, 2))), float(draw(st.integers(1, 2)))]
    if model.opset < 9:
        return model.add("Upsample", x, scales=scales)
    if model.opset < 11:
        name = "Upsample" if model.opset < 10 else "Resize"
        return model.add(name, x, model.constant(scales))
    way = draw(st.sampled_from(["half_pixel", "asymmetric"]))
    settings = {"coordinate_transformation_mode": way, "mode": "nearest"}
    settings["nearest_mode"] = draw(st.sampled_from(["floor", "round_prefer_floor"]))
    return model.add("Resize", x, model.constant([]), model.constant(scales), **settings)


def split(model: Drawing, x: str, channels: int) -> str:
    parts = [1, channels - 1]
    if model.opset < 13:
        one, other = model.add("Split", x, outputs=2, axis=1, split=parts)
    else:
        one, other = model.add("Split", x, model.constant(parts, np.int64), outputs=2, axis=1)
    return model.add("Concat", other, one, axis=1)


def moved(draw: Any, model: Drawing, x: str, channels: int) -> tuple[str, int]:
    kind = draw(st.sampled_from(["pad", "crop", "up", "skip", "there and back", "split"]))
    if kind == "pad":
        sides = [0, 0, *(draw(st.integers(0, 2)) for _ in range(2))]
        sides += [0, 0, *(draw(st.integers(-1, 2)) for _ in range(2))]
        if model.opset < 11:
            return model.add("Pad", x, pads=sides), channels
        return model.add("Pad", x, model.constant(sides, np.int64)), channels
    if kind in {"crop", "skip"}:
        start, step = draw(st.integers(0, 1)), draw(st.integers(1, 2)) if kind == "skip" else 1
        if model.opset < 10:
            return model.add("Slice", x, axes=[2, 3], starts=[start, 0], ends=[999, -1]), channels
        numbers = [[start, 0], [999, 999 if kind == "skip" else -1], [2, 3], [step, step]]
        given_ = [model.constant(one, np.int64) for one in numbers]
        return model.add("Slice", x, *given_), channels
    if kind == "up":
        return upsampled(draw, model, x), channels
    if kind == "split" and channels > 1:
        return split(model, x, channels), channels
    last = model.add("Transpose", x, perm=[0, 2, 3, 1])
    made = draw(st.integers(2, 5))
    last = model.add("MatMul", last, model.weights(channels, made))
    last = model.add("Add", last, model.weights(made, low=-0.3, high=0.3))
    return model.add("Transpose", last, perm=[0, 3, 1, 2]), made


def branched(draw: Any, model: Drawing, x: str, channels: int) -> tuple[str, int]:
    """Two ways that meet again."""
    size = draw(st.sampled_from([1, 3]))
    kernel = model.weights(channels, channels, size, size)
    one = model.add("Conv", x, kernel, pads=[size // 2] * 4)
    kind = draw(st.sampled_from(["Add", "Mul", "Concat", "strided", "gate", "Max"]))
    if kind == "Concat":
        return model.add("Concat", one, x, axis=1), 2 * channels
    if kind == "gate":
        gate = model.add("Sigmoid", model.add("GlobalAveragePool", one))
        return model.add("Mul", x, gate), channels
    if kind == "strided":
        both = model.add("Relu", model.add("Add", x, one))
        apart = [
            model.add("Conv", y, model.weights(channels, channels, 1, 1), strides=[2, 2])
            for y in (both, x)
        ]
        return model.add("Add", *apart), channels
    return model.add(kind, one, x), channels


@ONNX_GRAPHS
@given(
    data=st.data(),
    opset=st.sampled_from(OPSETS),
    height=st.integers(9, 26),
    width=st.integers(9, 26),
    seed=st.integers(0, 99),
)
def test_any_graph(data: Any, opset: int, height: int, width: int, seed: int) -> None:
    model, x, channels = Drawing(opset, seed), "pixels", 3
    kinds = [windowed, windowed, branched, at_each_position, normalised, moved]
    for part in data.draw(st.lists(st.sampled_from(kinds), min_size=2, max_size=6)):
        x, channels = part(data.draw, model, x, channels)
    x = model.add("Flatten", model.add("GlobalAveragePool", x))
    drawn = model.model(model.add("MatMul", x, model.weights(channels, 4)))
    try:
        answer = answers_of(drawn, np.zeros((2, 3, height, width)))
    except Exception:  # noqa: BLE001 - nothing left of the map, or a window larger than it
        return
    if not np.isfinite(answer).all():  # a window of nothing but padding
        return
    found, expected, _ = in_parts_and_whole(drawn, (height, width), seed)
    np.testing.assert_allclose(found, expected, atol=1e-5 * max(1, np.abs(expected).max()))
    tiled = tiled_and_whole(
        IncrementalEngine(executor_of(drawn, (height, width))),
        Grid(data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4)), height, width),
        lambda pictures: answers_of(drawn, pictures.transpose(0, 3, 1, 2)),
        seed,
    )
    if tiled is not None:
        found, expected = tiled
        np.testing.assert_allclose(found, expected, atol=1e-5 * max(1, np.abs(expected).max()))
