"""Which sets of hidden cells are calculated together: those whose patches are of about one size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .boxes import Boxes

TOLERANCE = 1.4
"""How much longer the longest side of a group's patches is than the shortest, at most."""


def grouped(boxes: Boxes) -> list[NDArray[np.intp]]:
    """Put sets into groups whose boxes are of about one size.

    Parameters
    ----------
    boxes : Boxes
        What changes of the largest maps that are patched last.

    Returns
    -------
    list of int arrays
        Numbers of sets, in order within each group.
    """
    lengths = boxes[:, :, 1] - boxes[:, :, 0]
    keys = np.stack([_classes(lengths[:, axis]) for axis in (0, 1)], axis=1)
    _, group, first = _unique_rows(keys)
    return [np.flatnonzero(group == number) for number in np.argsort(first)]


def _unique_rows(
    keys: NDArray[np.intp],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    rows, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return rows, group.reshape(-1), first


def _classes(lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return, for each length, the number of a class of those of about one length."""
    found = np.zeros(len(lengths), np.intp)
    longest, number = None, -1
    for length in sorted(set(lengths.tolist()), reverse=True):
        if longest is None or longest > length * TOLERANCE:
            longest, number = length, number + 1
        found[lengths == length] = number
    return found


def in_batches(groups: Sequence[NDArray[np.intp]], size: int) -> Iterator[list[NDArray[np.intp]]]:
    """Deal groups out into batches of about `size` sets, each of whole groups or parts of one."""
    batch: list[NDArray[np.intp]] = []
    room = size
    for group in groups:
        rest = group
        while len(rest):
            batch.append(rest[:room])
            rest, room = rest[room:], room - len(rest[:room])
            if room == 0:
                yield batch
                batch, room = [], size
    if batch:
        yield batch
