"""How to fill the windows that patches read: from patches and whole maps of their inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .boxes import Boxes, whole_box
from .graph import Node
from .window import POINT, Pair, Window

Places: TypeAlias = NDArray[np.int32]
"""Flat indices of positions, counted over pictures, rows and columns."""

OUTSIDE = (0.0, float("-inf"))
"""Values of padding; a whole map, as a list of positions, ends with one of each."""

LISTS_PER_GATHER = 5
"""Lists that :func:`packed` makes of a gather."""


@dataclass(frozen=True)
class Gather:
    """How to fill the windows that patches read of one input.

    Parameters
    ----------
    shape : (windows, rows, columns)
    patch_to, map_to
        Places to fill from the input's patches, and from its whole map.
    patch_from
        Places in the patches; empty where all are taken, in order.
    map_from
        Places in the whole map; those of `OUTSIDE` follow its last.
    """

    shape: tuple[int, int, int]
    patch_to: Places
    patch_from: Places
    map_to: Places
    map_from: Places


def takes_all(window: Window, size: Pair, made: Pair) -> bool:
    """Tell whether windows contain the input's patch whole, wherever it is.

    `size` and `made` are those of the input and output maps.
    """
    if window.step != (1, 1) or window.repeat != (1, 1):
        return False
    return all(
        before >= 0
        and stride <= length  # else rows between two windows are not read
        and (n - 1) * stride - before + length >= limit
        for n, stride, before, length, limit in zip(
            made, window.stride, window.before, window.size, size, strict=True
        )
    )


def gather(
    out: Boxes, window: Window, patch: Boxes | None, node: Node, *, whole_patch: bool
) -> Gather:
    """Return how to fill the windows of output boxes, all of one size.

    Parameters
    ----------
    patch
        Of the input, all of one size; None where it does not change.
    node
        The input.
    whole_patch
        Whether the windows contain the input's patch whole, as :func:`takes_all` tells.
    """
    lines = [_line(out[:, axis], window, axis, node.size[axis]) for axis in (0, 1)]
    rows, columns = lines
    source = rows[:, :, None] * node.size[1] + columns[:, None, :]
    outside = node.positions + OUTSIDE.index(window.outside)
    source[(rows < 0)[:, :, None] | (columns < 0)[:, None, :]] = outside
    flat = source.reshape(-1).astype(np.int32)
    shape = (len(out), rows.shape[1], columns.shape[1])
    nothing = np.empty(0, np.int32)
    if patch is None:
        return Gather(shape, nothing, nothing, np.arange(len(flat), dtype=np.int32), flat)
    height, width = (patch[0, :, 1] - patch[0, :, 0]).tolist()
    down, across = (line - patch[:, axis, :1] for axis, line in enumerate(lines))
    inside = ((down >= 0) & (down < height) & (rows >= 0))[:, :, None]
    inside = inside & ((across >= 0) & (across < width) & (columns >= 0))[:, None, :]
    chosen = inside.reshape(-1)
    patch_from = nothing
    if not whole_patch:
        first = np.arange(len(out))[:, None, None] * (height * width)
        held = first + down[:, :, None] * width + across[:, None, :]
        patch_from = held.reshape(-1)[chosen].astype(np.int32)
    return Gather(
        shape,
        np.flatnonzero(chosen).astype(np.int32),
        patch_from,
        np.flatnonzero(~chosen).astype(np.int32),
        flat[~chosen],
    )


def paste(patch: Boxes, node: Node) -> Gather:
    """Return how to fill whole maps: from patches, and the unchanged map around them."""
    whole = np.broadcast_to(whole_box(node.size), patch.shape)
    return gather(whole, POINT, patch, node, whole_patch=True)


def packed(gathers: Sequence[Gather]) -> tuple[Places, Places]:
    """Join the lists of all gathers; return them and the length of each.

    Each gather gives its shape, `patch_to`, `patch_from`, `map_to` and `map_from`.
    """
    lists = [np.empty(0, np.int32)]
    for one in gathers:
        lists += [
            np.array(one.shape, np.int32),
            one.patch_to,
            one.patch_from,
            one.map_to,
            one.map_from,
        ]
    return np.concatenate(lists), np.array([len(part) for part in lists[1:]], np.int32)


def _line(out: Boxes, window: Window, axis: int, size: int) -> NDArray[np.intp]:
    """Return the rows (or columns) that windows read: (sets, reach); -1 in the padding."""
    length = int(out[0, 1] - out[0, 0])
    reach = window.reach((length, length))[axis]
    first = out[:, :1] * window.stride[axis] - window.before[axis]
    seen = first + np.arange(reach) * window.step[axis]
    seen = np.where(seen < 0, -1, seen // window.repeat[axis])
    seen[seen >= size] = -1
    return seen
