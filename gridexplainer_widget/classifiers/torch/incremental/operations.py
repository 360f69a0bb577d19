"""PyTorch operations by kind, and their names and arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from gridexplainer_widget.incremental.window import Pair

Arguments: TypeAlias = Mapping[str, Any]
"""An operation's arguments by name."""

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
"""Operations on each number."""

BINARY = frozenset(["add", "div", "maximum", "minimum", "mul", "pow", "rsub", "sub"])
"""Operations on two numbers."""

CHANGES: Mapping[str, Literal["add", "subtract", "multiply", "divide"]] = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
}
"""Operation → effect on a channel if the other operand is a parameter."""

DROPOUTS = frozenset(["alpha_dropout", "dropout", "feature_alpha_dropout", "feature_dropout"])
"""Operations that return their input except in training."""

ALIASES = frozenset(["alias", "clone", "contiguous", "detach", "lift_fresh", "lift_fresh_copy"])
"""Operations that return their input; in_place.py handles writes."""

SPLITS = frozenset(["chunk", "split", "split_with_sizes", "tensor_split"])
"""Operations that return parts of their input."""

REDUCTIONS = frozenset(["amax", "amin", "mean", "sum"])
"""Reductions along axes; local if over channels only."""

ALLOCATING = frozenset(
    UNARY
    | BINARY
    | {"adaptive_avg_pool2d", "avg_pool2d", "batch_norm", "cat", "clone", "constant_pad_nd"}
    | {"conv2d", "convolution", "group_norm", "instance_norm", "layer_norm", "linear", "matmul"}
    | {"max_pool2d", "mean", "pad", "sum", "sym_size", "upsample_nearest2d"}
)
"""Operations whose result shares no memory with other tensors."""


def name_of(operation: Any) -> str:
    """Return an ATen operation's name, such as "conv2d"; "" for others."""
    schema = getattr(operation.target, "_schema", None)
    return str(schema.name).rpartition("::")[2] if schema is not None else ""


def writes_in_place(operation: Any) -> bool:
    """Tell whether an operation writes into its input."""
    schema = getattr(operation.target, "_schema", None)
    return bool(schema is not None and schema.is_mutable)


def out_of_place(torch: Any, operation: Any) -> Any:
    """Return an in-place operation's counterpart, if any."""
    name = name_of(operation)
    packet = getattr(torch.ops.aten, name[:-1], None) if name.endswith("_") else None
    return getattr(packet, str(getattr(operation.target, "_overloadname", "")), None)


def arguments_of(operation: Any) -> dict[str, Any]:
    """Return an operation's arguments by name, with defaults."""
    schema = operation.target._schema  # noqa: SLF001 - no public way
    arguments = {
        argument.name: argument.default_value
        for argument in schema.arguments
        if argument.has_default_value()
    }
    names = [argument.name for argument in schema.arguments]
    arguments.update(zip(names, operation.args, strict=False))
    arguments.update(operation.kwargs)
    return arguments


def draws_numbers(torch: Any, operation: Any) -> bool:
    """Tell whether an operation draws random numbers.

    PyTorch marks all that may, also attention and recurrent layers, which draw for dropout alone.
    """
    if torch.Tag.nondeterministic_seeded not in getattr(operation.target, "tags", ()):
        return False
    arguments = arguments_of(operation)
    if any(arguments.get(name) is False for name in ("train", "training")):
        return False
    return all(arguments.get(name) != 0 for name in ("dropout_p", "dropout"))


def to_pair(value: Any) -> Pair:
    """Return an argument along rows and columns, given one number or two."""
    sides = list(value) if isinstance(value, (list, tuple)) else [value]
    return int(sides[0]), int(sides[-1])


def operations_in(torch: Any, arguments: Any) -> list[Any]:
    """Return the distinct operations among arguments, in order."""
    found: dict[Any, None] = {}
    torch.fx.node.map_arg(arguments, found.setdefault)
    return list(found)
