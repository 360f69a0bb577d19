"""Reads what is done at each position by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gridexplainer_widget.incremental.channel_affine import Change
from gridexplainer_widget.incremental.graph import POINT, Pair, Window

from .builder import ConstantMap, GraphBuilder, NodeBuilder, channels_last
from .replay import again
from .steps import Convolve, Operate, Scale

CHANGES: dict[str, Any] = {
    "Add": "add",
    "AddV2": "add",
    "BiasAdd": "add",
    "Sub": "subtract",
    "Mul": "multiply",
    "RealDiv": "divide",
}
"""What these do to a channel when the other operand is a parameter."""

EITHER_WAY = frozenset({"Add", "AddV2", "Mul"})
"""Their operands may change places."""


def read_unary(drafts: GraphBuilder, op: Any) -> bool:
    """Read what is done to each number by itself."""
    draft = drafts.map_or_other(op.inputs[0], flat=True)
    return draft is not None and _operation(drafts, op, [draft], (0,), (draft.size, draft.channels))


def read_binary(drafts: GraphBuilder, op: Any) -> bool:
    """Read what is done to two numbers, of which one may be a parameter."""
    first, second = op.inputs
    if first.ref() not in drafts.dependent:
        return _with_parameter(drafts, op, second, first)
    if second.ref() not in drafts.dependent:
        return _with_parameter(drafts, op, first, second)
    one, other = (drafts.map_or_other(taken, flat=True) for taken in op.inputs)
    if one is None or other is None or first.shape.rank != second.shape.rank:
        return False
    size = max(one.size[0], other.size[0]), max(one.size[1], other.size[1])
    channels = max(one.channels, other.channels)
    return _operation(drafts, op, [one, other], (0, 1), (size, channels))


def _operation(
    drafts: GraphBuilder,
    op: Any,
    maps: list[NodeBuilder],
    operands: tuple[int, ...],
    made: tuple[Pair, int],
) -> bool:
    """Add an operation as it is; what is spread over a larger map is looked at as a whole."""
    run = again(drafts.tf, op)

    def operate(*given: Any) -> Any:
        return run(*given)[0]

    windows: list[Window | None] = [POINT if one.size == made[0] else None for one in maps]
    step = Operate(operate, operands)
    inputs = [one.tensor for one in maps]
    return drafts.add(
        NodeBuilder(op.name, op.outputs[0], inputs, windows, *made, "pointwise", step)
    )


def _with_parameter(drafts: GraphBuilder, op: Any, taken: Any, parameter: Any) -> bool:
    draft = drafts.map_or_other(taken, flat=True)
    known = parameter.shape.rank is not None and None not in tuple(parameter.shape)
    if draft is None or parameter.dtype != drafts.tf.float32 or not known:
        return False
    shape = tuple(parameter.shape)
    per_channel = all(side == 1 for side in shape[:-1]) and len(shape) <= 4
    channels = shape[-1] if shape else 1
    in_order = op.inputs[0] is taken
    fits = per_channel and channels in {1, draft.channels}
    if fits and op.type in CHANGES and (in_order or op.type in EITHER_WAY):
        change = (CHANGES[op.type], (drafts.parameter(parameter),), 0.0)
        return _change(drafts, op, taken, draft, change)
    if taken.shape.rank == 2 and len(shape) > 1:
        return False
    made = draft.size, max(channels, draft.channels)
    if per_channel:
        place = -1 - drafts.parameter(parameter)
        return _operation(drafts, op, [draft], (0, place) if in_order else (place, 0), made)
    if len(shape) not in {3, 4} or shape[-3:-1] != draft.size or shape[:-3] not in {(), (1,)}:
        return False
    _operation(drafts, op, [draft], (0, 1) if in_order else (1, 0), made)
    found = drafts.found[op.outputs[0].ref()]
    found.inputs.append(ConstantMap(draft.size, channels, parameter=drafts.parameter(parameter)))
    found.windows.append(POINT)
    return True


def _change(drafts: GraphBuilder, op: Any, taken: Any, draft: NodeBuilder, change: Change) -> bool:
    """Do something to each channel: within what is ahead, where nothing else looks at that."""
    made, step = op.outputs[0], draft.step
    if isinstance(step, (Convolve, Scale)) and drafts.alone(taken) and drafts.alone(draft.tensor):
        draft.step = replace(step, changes=(*step.changes, change))
        return drafts.join(draft, made)
    scale = Scale(draft.channels, (change,))
    found = replace(
        draft,
        name=op.name,
        tensor=made,
        inputs=[taken],
        windows=[POINT],
        kind="pointwise",
        step=scale,
        work=0.0,
    )
    return drafts.add(found)


def read_normalisation(drafts: GraphBuilder, op: Any) -> bool:
    """Read batch normalisation by numbers that were kept."""
    draft = drafts.map_or_other(op.inputs[0])
    if draft is None or op.get_attr("is_training") or not channels_last(op):
        return False
    if any(taken.ref() in drafts.dependent for taken in op.inputs[1:]):
        return False
    given = tuple(drafts.parameter(taken) for taken in op.inputs[1:])
    change: Change = ("normalise", given, float(op.get_attr("epsilon")))
    return _change(drafts, op, op.inputs[0], draft, change)


def read_reduction(drafts: GraphBuilder, op: Any) -> bool:
    """Read what sums the channels up and nothing else, as in layer normalisation."""
    draft, axes = drafts.map_or_other(op.inputs[0]), drafts.static(op.inputs[1])
    if draft is None or axes is None or not op.get_attr("keep_dims"):
        return False
    if [int(axis) % 4 for axis in np.ravel(axes)] != [3]:
        return False
    run, axis = again(drafts.tf, op), np.array([3], np.int32)

    def operate(taken: Any) -> Any:
        return run(taken, drafts.tf.constant(axis))[0]

    step = Operate(operate, (0,))
    return drafts.add(
        NodeBuilder(
            op.name, op.outputs[0], [draft.tensor], [POINT], draft.size, 1, "pointwise", step
        )
    )


def read_joining(drafts: GraphBuilder, op: Any) -> bool:
    """Read maps put behind one another along the channels."""
    *tensors, last = op.inputs
    axis = drafts.static(last)
    maps = [drafts.map_or_other(taken) for taken in tensors]
    if axis is None or op.outputs[0].shape.rank != 4 or int(axis) % 4 != 3:
        return False
    known = [one for one in maps if one is not None]
    if len(known) < len(maps) or len({one.size for one in known}) != 1:
        return False

    def operate(*given: Any) -> Any:
        return drafts.tf.concat(given, 3)

    step = Operate(operate, tuple(range(len(known))))
    inputs, windows = [one.tensor for one in known], [POINT] * len(known)
    channels = sum(one.channels for one in known)
    return drafts.add(
        NodeBuilder(
            op.name, op.outputs[0], inputs, [*windows], known[0].size, channels, "pointwise", step
        )
    )


def read_handing_on(drafts: GraphBuilder, op: Any) -> bool:
    """Read what gives what it takes."""
    return all(
        taken.ref() not in drafts.dependent or drafts.alias(made, taken)
        for made, taken in zip(op.outputs, op.inputs, strict=True)
    )
