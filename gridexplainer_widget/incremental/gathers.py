"""Where the windows that a node looks at come from: patches, and whole maps around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .boxes import Boxes
from .graph import Node
from .window import POINT, Pair, Window

Places: TypeAlias = NDArray[np.int32]
"""Positions, counted through pictures, rows and columns."""

OUTSIDE = (0.0, float("-inf"))
"""Values of padding; rows of them follow each whole map."""

LISTS_PER_GATHER = 5
"""Lists of places of one gather, its shape included; see :func:`packed`."""


@dataclass(frozen=True)
class Gather:
    """How windows are put together.

    Parameters
    ----------
    shape : (int, int, int)
        Windows, their rows, their columns.
    patch_to, map_to : int32 arrays
        Places in the windows that come from the patches, and from the map.
    patch_from : int32 array
        Places in the patches; empty where all are taken, in order.
    map_from : int32 array
        Places in the map; those of `OUTSIDE` follow its last.
    """

    shape: tuple[int, int, int]
    patch_to: Places
    patch_from: Places
    map_to: Places
    map_from: Places


def takes_all(window: Window, size: Pair, made: Pair) -> bool:
    """Tell whether any patch lies within the windows that look at it, in order.

    Parameters
    ----------
    window : Window
    size, made : (height, width)
        Of the map that is looked at, and of the one that is made.
    """
    if window.step != (1, 1) or window.repeat != (1, 1):
        return False
    return all(
        before >= 0
        and stride <= length  # else neither of two windows sees the rows between them
        and (n - 1) * stride - before + length >= limit
        for n, stride, before, length, limit in zip(
            made, window.stride, window.before, window.size, size, strict=True
        )
    )


def gather(out: Boxes, window: Window, patch: Boxes | None, node: Node, made: Pair) -> Gather:
    """Find out where the windows of output boxes come from.

    Parameters
    ----------
    out : Boxes
        All of one size.
    window : Window
    patch : Boxes or None
        Patches of the map that is looked at, all of one size; None where it does not change.
    node : Node
        That map.
    made : (height, width)
        Of the map that is made.
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
    if not takes_all(window, node.size, made):
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
    """Find out where whole maps come from: patches, and the map around them."""
    whole = np.broadcast_to(np.array([(0, length) for length in node.size]), patch.shape)
    return gather(whole, POINT, patch, node, node.size)


def packed(gathers: Sequence[Gather]) -> tuple[Places, Places]:
    """Join the lists of all gathers, `LISTS_PER_GATHER` each, into one.

    Each gather's are its shape, `patch_to`, `patch_from`, `map_to` and `map_from`.

    Returns
    -------
    places, lengths : int32 arrays
        All lists, one after the other, and the length of each.
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
    """Rows (or columns) of the map that windows look at: (sets, reach); -1 where outside."""
    length = int(out[0, 1] - out[0, 0])
    reach = window.reach((length, length))[axis]
    first = out[:, :1] * window.stride[axis] - window.before[axis]
    seen = first + np.arange(reach) * window.step[axis]
    seen = np.where(seen < 0, -1, seen // window.repeat[axis])
    seen[seen >= size] = -1
    return seen
