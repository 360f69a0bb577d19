"""Operations of PyTorch at each position by itself."""

from __future__ import annotations

import operator
from typing import Any

from gridexplainer_widget.incremental.channel_affine import Change
from gridexplainer_widget.incremental.graph import POINT

from .builder import GraphBuilder, NodeBuilder
from .export import Operation
from .operations import CHANGES, name_of
from .read_windows import Given


def on_numbers(drafts: GraphBuilder, made: Operation, given: Given, call: Any) -> bool:
    """Read an operation on each number by itself, of one map or several and of parameters."""
    nodes: dict[Operation, None] = {}
    drafts.torch.fx.node.map_arg(tuple(given.values()), nodes.setdefault)
    maps = {node: drafts.map(node) for node in nodes if node not in drafts.fixed}
    if not maps or None in maps.values() or not drafts.is_local(made):
        return False
    last = next(iter(maps)) in drafts.last
    if any((node in drafts.last) != last for node in maps):
        return False
    beside = [node for node in nodes if node not in maps and name_of(made) != "prelu"]
    shapes = {node: _shape(drafts, node, last=last) for node in beside}
    if None in shapes.values():
        return False
    constants = {node: shape for node, shape in shapes.items() if shape and shape[2:] != (1, 1)}
    change = _change(drafts, made, given) if not constants else None
    if change is not None:
        return drafts.change(made, *change)
    if last:
        drafts.last.add(made)
    size, channels = drafts.shape(made)
    step = drafts.replay(made, call, list(constants), last=last)
    inputs: list[Any] = []
    windows = []
    for node, _ in step.taken:
        draft = maps.get(node)
        if draft is None:
            draft = drafts.constant(node, constants[node], last=last)
            inputs.append(draft)
        else:
            inputs.append(drafts.root(node))
        windows.append(POINT if draft.size == size else None)
    return drafts.add(
        NodeBuilder(made, inputs, windows, size, channels, "pointwise", step), last=last
    )


def _shape(
    drafts: GraphBuilder, node: Operation, *, last: bool
) -> tuple[int, int, int, int] | None:
    """Return the shape of a parameter beside maps; None where it is none of a map."""
    value = drafts.value(node)
    if not drafts.is_tensor(node) or value.ndim > 4 or value.dtype != drafts.torch.float32:
        return None
    shape = (1,) * (4 - value.ndim) + tuple(map(int, value.shape))
    if shape[0] != 1:
        return None
    one, two, three = shape[1:]
    return (1, three, one, two) if last else (1, one, two, three)


def _change(drafts: GraphBuilder, made: Operation, given: Given) -> tuple[Operation, Change] | None:
    """Tell whether something is done to each channel by numbers that the model holds."""
    name = name_of(made).rstrip("_")
    first, second = given.get("self"), given.get("other")
    if name not in CHANGES or given.get("alpha", 1) != 1 or given.get("rounding_mode"):
        return None
    if drafts.map(first) is None and name in {"add", "mul"}:
        first, second = second, first
    draft = drafts.map(first)
    if draft is None or first is None or drafts.map(second) is not None:
        return None
    plain = isinstance(second, (int, float))
    if not plain and not drafts.is_fixed(second):
        return None
    if not plain and drafts.value(second).numel() not in {1, draft.channels}:
        return None
    return first, (CHANGES[name], (second,), 0.0)


def normalisation(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read batch normalisation by what was seen in training."""
    taken = given["input"]
    held = [given[name] for name in ("weight", "bias", "running_mean", "running_var")]
    draft = drafts.map(taken)
    if draft is None or taken in drafts.last or given.get("training"):
        return False
    if any(one is not None and not drafts.is_fixed(one) for one in held) or held[2] is None:
        return False
    gain, shift, average, variance = held
    numbers = (1.0 if gain is None else gain, 0.0 if shift is None else shift, average, variance)
    if drafts.is_tensor(made):
        return drafts.change(made, taken, ("normalise", numbers, float(given["eps"])))
    # It returns statistics as well, which nobody may look at.
    users = list(made.users)
    if len(users) != 1 or users[0].target is not operator.getitem or users[0].args[1] != 0:
        return False
    return drafts.change(users[0], taken, ("normalise", numbers, float(given["eps"])))


def layer(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read normalisation over the channels at each position."""
    taken, held = given["input"], [given["weight"], given["bias"]]
    draft = drafts.map(taken)
    if draft is None or taken not in drafts.last:
        return False
    if list(given["normalized_shape"]) != [draft.channels]:
        return False
    if any(one is not None and not drafts.is_fixed(one) for one in held):
        return False
    step = drafts.replay(made, made.target, last=True)
    return drafts.local(made, taken, POINT, step, "pointwise")


def across(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read a reduction over the channels alone."""
    taken, dims = given["self"], given.get("dim")
    draft = drafts.map(taken)
    if draft is None or taken in drafts.last or not given.get("keepdim") or not dims:
        return False
    if [int(dim) % 4 for dim in dims] != [1] or given.get("dtype") is not None:
        return False
    return drafts.local(made, taken, POINT, drafts.replay(made, made.target), "pointwise")


def joined(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read maps that are put together along their channels."""
    taken = list(given["tensors"])
    found = [drafts.map(one) for one in taken]
    if any(draft is None or draft.size != found[0].size for draft in found):  # type: ignore[union-attr]  # it is a draft
        return False
    last = taken[0] in drafts.last
    if any((one in drafts.last) != last for one in taken) or int(given["dim"]) % 4 != 1 + 2 * last:
        return False
    if len(set(taken)) != len(taken):
        return False
    if last:
        drafts.last.add(made)
    size, channels = drafts.shape(made)
    step = drafts.replay(made, made.target, last=last)
    inputs: list[Any] = [drafts.root(one) for one in taken]
    windows = [POINT] * len(taken)
    return drafts.add(
        NodeBuilder(made, inputs, [*windows], size, channels, "pointwise", step), last=last
    )
