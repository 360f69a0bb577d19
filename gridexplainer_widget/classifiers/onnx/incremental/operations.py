"""How ONNX operations are named, and how their settings are given."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.classifiers.onnx.program import Program
from gridexplainer_widget.classifiers.onnx.source import Operation
from gridexplainer_widget.incremental.window import NO_PADS, Pads, Pair

ELEMENTWISE = frozenset(
    {
        *("Abs", "Add", "Celu", "Clip", "Div", "Elu", "Erf", "Exp", "Gelu", "HardSigmoid"),
        *("HardSwish", "LeakyRelu", "Log", "Max", "Mean", "Min", "Mish", "Mul", "Neg", "PRelu"),
        *("Pow", "Reciprocal", "Relu", "Selu", "Sigmoid", "Softplus", "Softsign", "Sqrt", "Sub"),
        *("Sum", "Swish", "Tanh", "ThresholdedRelu"),
    }
)
"""Operations on each number of their inputs."""

SAME = frozenset({"Dropout", "Identity"})
"""Operations that return what they are given, outside training."""

REDUCTIONS = frozenset(
    {
        *("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean"),
        *("ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"),
    }
)

UNKNOWN: Any = object()
"""A setting that is calculated while the model runs."""


def setting(program: Program, operation: Operation, name: str, place: int) -> Any:
    """Return a setting, which older versions keep as an attribute and newer ones as an input.

    None where it is left out; `UNKNOWN` where it is no constant.
    """
    if name in operation.attributes:
        return operation.attributes[name]
    given = operation.inputs[place] if place < len(operation.inputs) else ""
    if not given:
        return None
    return program.constants.get(given, UNKNOWN)


def pair(operation: Operation, name: str) -> Pair:
    """Return a setting for rows and columns; (1, 1) where it is left out."""
    rows, columns = operation.attributes.get(name, (1, 1))
    return int(rows), int(columns)


def padding_of(operation: Operation, span: Pair, size: Pair) -> Pads:
    """Return the padding of windows that span so many rows and columns of a map."""
    way = operation.attributes.get("auto_pad", "NOTSET")
    if way == "VALID":
        return NO_PADS
    if way == "NOTSET":
        top, left, bottom, right = map(int, operation.attributes.get("pads", (0, 0, 0, 0)))
        return (top, bottom), (left, right)
    sides = []
    for length, reach, stride in zip(size, span, pair(operation, "strides"), strict=True):
        total = max((-(-length // stride) - 1) * stride + reach - length, 0)
        less, more = total // 2, total - total // 2
        sides.append((less, more) if way == "SAME_UPPER" else (more, less))
    return sides[0], sides[1]


def exceeds(span: Pair, pads: Pads, size: Pair) -> bool:
    """Tell whether windows are larger than a padded map: then versions differ in what they give."""
    return any(n > length + sum(sides) for n, length, sides in zip(span, size, pads, strict=True))
