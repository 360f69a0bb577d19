"""Which sets of hidden cells are calculated together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .boxes import Boxes

MAX_CLASSES = 128
"""Groups to begin with, before merging."""

SIZE_TOLERANCE = 0.25
"""Share by which a batch may miss its size to end where a group does."""


def grouped(
    boxes: Mapping[int, Boxes], seconds: Mapping[int, float], group_seconds: float
) -> list[NDArray[np.intp]]:
    """Group sets, by index, so that all take the least time.

    A group's patches are as large as its largest: more groups save work, fewer save calls.

    Parameters
    ----------
    seconds
        Per position of each patched map.
    group_seconds
        Overhead of a group.
    """
    lengths = np.stack([boxes[index][:, :, 1] - boxes[index][:, :, 0] for index in seconds], axis=1)
    # Most maps have the patches of the one before: an activation those of its convolution.
    _, first, same = np.unique(lengths, axis=1, return_index=True, return_inverse=True)
    order = np.argsort(first)
    lengths = lengths[:, first[order]]
    weights = np.bincount(same.reshape(-1), np.array(list(seconds.values()))).astype(np.float64)
    group = _classes(lengths)
    groups = [np.flatnonzero(group == number) for number in range(group.max() + 1)]
    sizes = np.array([lengths[one].max(axis=0) for one in groups])
    joined = _joined(groups, sizes, weights[order], group_seconds)
    return sorted(joined, key=lambda one: int(one[0]))


def _joined(
    groups: list[NDArray[np.intp]],
    sizes: NDArray[np.intp],
    seconds: NDArray[np.float64],
    group_seconds: float,
) -> list[NDArray[np.intp]]:
    """Merge the pair that saves most, until none saves; `sizes` is (groups, maps, 2)."""
    counts = np.array([len(one) for one in groups])

    def savings(one: int) -> NDArray[np.float64]:
        apart = counts * (sizes.prod(axis=2) @ seconds)
        together = (counts[one] + counts) * (np.maximum(sizes[one], sizes).prod(axis=2) @ seconds)
        found: NDArray[np.float64] = group_seconds + apart[one] + apart - together
        found[one] = -np.inf
        return found

    saved = np.array([savings(one) for one in range(len(groups))])
    while saved.max() > 0:
        one, other = sorted(map(int, np.unravel_index(saved.argmax(), saved.shape)))
        groups[one] = np.sort(np.concatenate([groups[one], groups.pop(other)]))
        sizes[one], counts[one] = np.maximum(sizes[one], sizes[other]), len(groups[one])
        sizes, counts = np.delete(sizes, other, 0), np.delete(counts, other)
        saved = np.delete(np.delete(saved, other, 0), other, 1)
        saved[one] = saved[:, one] = savings(one)
    return groups


def _classes(lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return a class for each set; those of one class have patches of about equal sizes.

    They are equal in all maps or, until the classes are few enough, in every second, fourth … and
    at last in the last map alone, where they are then rounded up to 2, 4, 8 … positions.
    """
    every, unit, maps = 1, 1, lengths.shape[1]
    while True:
        rounded = -(-lengths[:, ::-1][:, ::every].reshape(len(lengths), -1) // unit)
        found, number = np.unique(rounded, axis=0, return_inverse=True)
        if len(found) <= MAX_CLASSES:
            return number.reshape(-1)
        every, unit = (2 * every, 1) if every < maps else (every, 2 * unit)


def in_batches(
    groups: Sequence[NDArray[np.intp]], size: int, max_size: int
) -> Iterator[list[NDArray[np.intp]]]:
    """Split groups into batches of about `size` sets, at most `max_size`.

    A batch ends where a group does if that is near, which saves calls.
    """
    ends = np.cumsum([0, *map(len, groups)])
    start, near = 0, size * SIZE_TOLERANCE
    while start < ends[-1]:
        wanted = min(start + size, ends[-1])
        fit = [end for end in ends if start < end <= start + max_size and abs(end - wanted) <= near]
        end = int(min(fit, key=lambda end: abs(end - wanted), default=wanted))
        parts = [
            group[max(0, start - first) : max(0, end - first)]
            for group, first in zip(groups, ends[:-1], strict=True)
        ]
        yield [part for part in parts if len(part)]
        start = end
