"""Which operations of PyTorch are local, and their arguments by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from gridexplainer_widget.incremental.graph import Pair

UNARY = frozenset(
    [
        "abs",
        "ceil",
        "celu",
        "clamp",
        "clamp_max",
        "clamp_min",
        "cos",
        "elu",
        "erf",
        "exp",
        "expm1",
        "floor",
        "gelu",
        "hardshrink",
        "hardsigmoid",
        "hardswish",
        "hardtanh",
        "leaky_relu",
        "log",
        "log1p",
        "log_sigmoid",
        "logit",
        "mish",
        "neg",
        "prelu",
        "reciprocal",
        "relu",
        "relu6",
        "round",
        "rsqrt",
        "selu",
        "sigmoid",
        "silu",
        "sin",
        "softplus",
        "softshrink",
        "sqrt",
        "square",
        "tanh",
        "threshold",
    ]
)
"""Operations on each number by itself."""

BINARY = frozenset(["add", "div", "maximum", "minimum", "mul", "pow", "rsub", "sub"])
"""Operations on two numbers."""

CHANGES: Mapping[str, Literal["add", "subtract", "multiply", "divide"]] = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
}
"""What these do to a channel when the other operand is a parameter."""

SWITCHED_OFF = frozenset(["alpha_dropout", "dropout", "feature_alpha_dropout", "feature_dropout"])
"""Operations that hand on what they are given, but in training."""

ALIASES = frozenset(["alias", "clone", "contiguous", "detach", "lift_fresh", "lift_fresh_copy"])
"""Operations that hand on what they are given; what writes to it is looked at by itself."""

SPLITS = frozenset(["chunk", "split", "split_with_sizes", "tensor_split"])
"""Operations that make several parts."""

ACROSS_CHANNELS = frozenset(["amax", "amin", "mean", "sum"])
"""Reductions; over the channels alone they are local."""

FRESH = frozenset(
    UNARY
    | BINARY
    | {"adaptive_avg_pool2d", "avg_pool2d", "batch_norm", "cat", "clone", "constant_pad_nd"}
    | {"conv2d", "convolution", "group_norm", "instance_norm", "layer_norm", "linear", "matmul"}
    | {"max_pool2d", "mean", "pad", "sum", "sym_size", "upsample_nearest2d"}
)
"""Operations of which nothing else shares the memory."""


def name_of(operation: Any) -> str:
    """Return the name of an operation of ATen, such as "conv2d"; "" for others."""
    schema = getattr(operation.target, "_schema", None)
    return str(schema.name).rpartition("::")[2] if schema is not None else ""


def overload_of(operation: Any) -> str:
    """Return which of several of that name it is."""
    return str(getattr(operation.target, "_overloadname", ""))


def written(operation: Any) -> bool:
    """Whether an operation writes into what it is given."""
    schema = getattr(operation.target, "_schema", None)
    return bool(schema is not None and schema.is_mutable)


def without_writing(torch: Any, operation: Any) -> Any:
    """Return the operation that makes the same in memory of its own; None where there is none."""
    name = name_of(operation)
    packet = getattr(torch.ops.aten, name[:-1], None) if name.endswith("_") else None
    return getattr(packet, overload_of(operation), None)


def arguments(operation: Any) -> dict[str, Any]:
    """Return an operation's arguments by name, those that were left out included."""
    schema = operation.target._schema  # noqa: SLF001 - no public way
    found = {
        argument.name: argument.default_value
        for argument in schema.arguments
        if argument.has_default_value()
    }
    names = [argument.name for argument in schema.arguments]
    found.update(zip(names, operation.args, strict=False))
    found.update(operation.kwargs)
    return found


def pair(value: Any) -> Pair:
    """Return rows and columns of an argument that may be one number for both."""
    sides = list(value) if isinstance(value, (list, tuple)) else [value]
    return int(sides[0]), int(sides[-1])
