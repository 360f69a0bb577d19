"""Operations of PyTorch that are local: an output position looks at a window of a map."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from gridexplainer_widget.incremental.channel_affine import Change
from gridexplainer_widget.incremental.graph import POINT, Kind, Pair, Window

from .builder import GraphBuilder, NodeBuilder
from .export import Operation
from .operations import pair
from .steps import FIRST, LAST, Convolve, Move, Pads, Pool

Given: TypeAlias = Mapping[str, Any]
"""Arguments by name."""

Reader: TypeAlias = Callable[[GraphBuilder, Operation, Given], bool]
"""Adds an operation, or returns False: it is not local, as far as can be seen."""


def convolution(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read a convolution."""
    taken, kernel, bias = given["input"], given["weight"], given["bias"]
    draft = drafts.map(taken)
    if draft is None or taken in drafts.last or given.get("transposed"):
        return False
    if not drafts.is_fixed(kernel) or not (bias is None or drafts.is_fixed(bias)):
        return False
    stride, dilation = pair(given["stride"]), pair(given["dilation"])
    shape = tuple(map(int, drafts.value(kernel).shape))
    reach = reach_of((shape[2], shape[3]), dilation)
    pads = _padding(given["padding"], reach)
    draft, pads = with_padding(drafts, taken, draft, pads)
    groups = int(given["groups"])
    changes: tuple[Change, ...] = () if bias is None else (("add", (bias,), 0.0),)
    step = Convolve(kernel, shape, stride, pads, dilation, groups, changes)
    kind: Kind = "depthwise" if groups == draft.channels > 1 else "convolution"
    window = Window(reach, stride, (pads[0][0], pads[1][0]))
    work = shape[0] * shape[1] * shape[2] * shape[3]
    size, channels = drafts.shape(made)
    return drafts.add(
        NodeBuilder(made, [draft.operation], [window], size, channels, kind, step, work)
    )


def dense(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read a dense layer at each position."""
    taken, kernel, bias = given["input"], given["weight"], given["bias"]
    if drafts.map(taken) is None or taken not in drafts.last:
        return False
    if not drafts.is_fixed(kernel) or not (bias is None or drafts.is_fixed(bias)):
        return False
    shape = (*map(int, drafts.value(kernel).shape), 1, 1)
    changes: tuple[Change, ...] = () if bias is None else (("add", (bias,), 0.0),)
    step = Convolve(kernel, shape, (1, 1), ((0, 0), (0, 0)), (1, 1), 1, changes)
    return drafts.local(made, taken, POINT, step, "convolution", shape[0] * shape[1])


def _padding(padding: Any, reach: Pair) -> Pads:
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        rows, columns = (((n - 1) // 2, n - 1 - (n - 1) // 2) for n in reach)
        return rows, columns
    down, across = pair(padding)
    return (down, down), (across, across)


def with_padding(
    drafts: GraphBuilder, taken: Operation, draft: NodeBuilder, pads: Pads
) -> tuple[NodeBuilder, Pads]:
    """Take in the padding ahead, if it serves nothing else."""
    step = draft.step
    only_pads = isinstance(step, Move) and step == Move(step.pads) and min(map(min, step.pads)) >= 0
    if not only_pads or any(map(any, pads)) or not drafts.alone(taken):
        return draft, pads
    ahead = drafts.map(draft.inputs[0])
    return (draft, pads) if ahead is None else (ahead, step.pads)


def reach_of(size: Pair, dilation: Pair) -> Pair:
    """Return how many rows and columns a window spans."""
    rows, columns = ((n - 1) * apart + 1 for n, apart in zip(size, dilation, strict=True))
    return rows, columns


def largest(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read max pooling."""
    return _pool(drafts, made, given, most=True)


def mean(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read average pooling."""
    return given["divisor_override"] is None and _pool(drafts, made, given, most=False)


def _pool(drafts: GraphBuilder, made: Operation, given: Given, *, most: bool) -> bool:
    taken = given["self"]
    draft = drafts.map(taken)
    if draft is None or taken in drafts.last:
        return False
    size, dilation = pair(given["kernel_size"]), pair(given.get("dilation", 1))
    stride = pair(given["stride"]) if given["stride"] else size
    before = pair(given["padding"])
    reach = reach_of(size, dilation)
    out, _ = drafts.shape(made)
    # What the last window lacks, which is more than the padding where sizes are rounded up.
    down, across = (
        max(b, (n - 1) * s + r - length - b)
        for n, s, r, length, b in zip(out, stride, reach, draft.size, before, strict=True)
    )
    pads = ((before[0], down), (before[1], across))
    inside = before if given.get("count_include_pad") else (0, 0)
    step = Pool(most, size, stride, pads, dilation, averages=not most and inside == (0, 0))
    window = Window(reach, stride, before, outside=float("-inf") if most else 0.0)
    work = size[0] * size[1] * draft.channels
    drafts.local(made, taken, window, step, "pool", work)
    if most:
        return True
    shares = [
        _shares(*line) for line in zip(out, stride, size, draft.size, before, inside, strict=True)
    ]
    if any(share != 1 for line in shares for share in line):
        factors = [drafts.torch.tensor(line) for line in shares]
        factor = (factors[0][:, None] * factors[1]).to(drafts.torch.float32)
        node = drafts.found[made]
        node.inputs.append(drafts.constant(factor, (1, 1, *out)))
        node.windows.append(POINT)
    return True


def _shares(  # noqa: PLR0913, PLR0917 - a line of a pooling has as many numbers
    n: int, stride: int, size: int, length: int, before: int, counted: int
) -> list[float]:
    """By how much a mean over the whole window is too small, along one axis.

    `counted` is how much of the padding counts as being inside.
    """
    found = []
    for first in range(-before, -before + n * stride, stride):
        inside = min(first + size, length + counted) - max(first, -counted)
        found.append(size / inside)
    return found


def adaptive(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read adaptive pooling to the size that is there."""
    draft = drafts.map(given["self"])
    same = draft is not None and drafts.shape(made)[0] == draft.size
    return same and given["self"] not in drafts.last and drafts.alias(made, given["self"])


def pad(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read padding with zeros."""
    taken, sides = given["self"], [int(side) for side in given["pad"]]
    draft = drafts.map(taken)
    if draft is None or taken in drafts.last or len(sides) > 4 or given["value"]:
        return False
    if given.get("mode", "constant") != "constant":
        return False
    left, right, top, bottom = (*sides, 0, 0, 0, 0)[:4]
    step = Move(((top, bottom), (left, right)))
    return drafts.local(made, taken, Window(before=(top, left)), step, "pointwise")


def crop(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read the cropping of rows, of columns or of channels."""
    taken, dim = given["self"], int(given["dim"]) % 4
    draft = drafts.map(taken)
    if draft is None or taken in drafts.last:
        return False
    shape = (0, draft.channels, *draft.size)
    ends = [given["start"], given["end"]]
    if any(not isinstance(end, int) and end is not None for end in ends):
        return False
    part = (
        range(*slice(ends[0], ends[1], int(given["step"])).indices(shape[dim])) if dim else range(0)
    )
    if dim == 0:
        whole = ends[0] in {0, None} and (ends[1] is None or ends[1] > 2**31) and given["step"] == 1
        return whole and drafts.alias(made, taken)
    if dim == 1:
        return drafts.local(made, taken, POINT, drafts.replay(made, made.target), "pointwise")
    if part.step > 1 and part.stop != shape[dim]:
        return False
    axis, here = dim - 2, (-part.start, 0 if part.step > 1 else part.stop - shape[dim])
    pads = (here, (0, 0)) if axis == 0 else ((0, 0), here)
    stride = (part.step, 1) if axis == 0 else (1, part.step)
    window = Window(stride=stride, before=(pads[0][0], pads[1][0]))
    return drafts.local(made, taken, window, Move(pads, stride), "pointwise")


def repeat(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read nearest upsampling by whole factors."""
    taken = given.get("input", given.get("self"))
    draft = drafts.map(taken)
    if draft is None or taken in drafts.last:
        return False
    out, _ = drafts.shape(made)
    times = (out[0] // draft.size[0], out[1] // draft.size[1])
    told = given.get("scale_factors") or (given.get("scales_h"), given.get("scales_w"))
    if (times[0] * draft.size[0], times[1] * draft.size[1]) != out:
        return False
    if any(scale not in {None, n} for scale, n in zip(told, times, strict=True)):
        return False
    return drafts.local(made, taken, Window(repeat=times), Move(repeat=times), "pointwise")


def transpose(drafts: GraphBuilder, made: Operation, given: Given) -> bool:
    """Read the moving of channels to the end, and back."""
    taken, order = given["self"], tuple(int(dim) % 4 for dim in given["dims"])
    if drafts.map(taken) is None:
        return False
    shown_last = taken in drafts.last
    if order == (FIRST if shown_last else LAST):
        return drafts.alias(made, taken, last=not shown_last)
    return order == (0, 1, 2, 3) and drafts.alias(made, taken)


def part(drafts: GraphBuilder, made: Operation) -> bool:
    """Read one of the parts that channels were split into."""
    split, number = made.args
    if split not in drafts.splits:
        return False
    taken = drafts.splits[split]

    def call(x: Any, *rest: Any, **named: Any) -> Any:
        return operator.getitem(split.target(x, *rest, **named), number)

    return drafts.local(made, taken, POINT, drafts.replay(split, call), "pointwise")
