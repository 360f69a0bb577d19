"""Which rectangle of each feature map changes when part of the picture does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.grid import Box

from .graph import Node
from .window import Pair, Window

Boxes = NDArray[np.intp]
"""Rectangles, int (sets, 2, 2): [[top, bottom], [left, right]], ends exclusive."""


def as_boxes(boxes: Sequence[Box]) -> Boxes:
    """Return boxes as one array."""
    flat = np.array(boxes, np.intp).reshape(-1, 4)
    return flat[:, [0, 2, 1, 3]].reshape(-1, 2, 2)


def box_of(pair: Boxes) -> Box:
    """Return one box of an array."""
    (top, bottom), (left, right) = pair.tolist()
    return Box(top, left, bottom, right)


def whole_box(size: Pair) -> Boxes:
    """Return the one box that covers a map."""
    return np.array([[(0, length) for length in size]], np.intp)


def affected(boxes: Boxes, window: Window, size: Pair) -> Boxes:
    """Return the output boxes that read from these, within a map of `size`."""
    found = np.empty_like(boxes)
    for axis in (0, 1):
        first, last = boxes[:, axis, 0], boxes[:, axis, 1] - 1
        repeat, stride = window.repeat[axis], window.stride[axis]
        before, length = window.before[axis], window.size[axis]
        first, last = first * repeat, last * repeat + repeat - 1
        found[:, axis, 0] = -((length - 1 - before - first) // stride)
        found[:, axis, 1] = (last + before) // stride + 1
        np.clip(found[:, axis], 0, size[axis], out=found[:, axis])
    # A stride may skip a whole box.
    found[(found[:, :, 1] <= found[:, :, 0]).any(axis=1)] = 0
    return found


def enclosing(several: Sequence[Boxes]) -> Boxes:
    """Return the smallest boxes around several, ignoring empty ones."""
    found: Boxes = several[0].copy()
    for boxes in several[1:]:
        empty, other = is_empty(found), is_empty(boxes)
        both = ~(empty | other)
        found[both, :, 0] = np.minimum(found[both, :, 0], boxes[both, :, 0])
        found[both, :, 1] = np.maximum(found[both, :, 1], boxes[both, :, 1])
        found[empty] = boxes[empty]
    return found


def is_empty(boxes: Boxes) -> NDArray[np.bool_]:
    """Tell which boxes are empty: bool (sets,)."""
    empty: NDArray[np.bool_] = np.any(boxes[:, :, 1] <= boxes[:, :, 0], axis=1)
    return empty


def same_size(boxes: Boxes, size: Pair) -> Boxes:
    """Enlarge all boxes to the largest, within a map of `size`, and at least to one position.

    TensorFlow with oneDNN gives the convolution of an empty map the channels of its input.
    """
    found: Boxes = boxes.copy()
    for axis in (0, 1):
        length = int((boxes[:, axis, 1] - boxes[:, axis, 0]).max(initial=1))
        found[:, axis, 0] = np.minimum(boxes[:, axis, 0], size[axis] - length)
        found[:, axis, 1] = found[:, axis, 0] + length
    return found


def changed(node: Node, inputs: Sequence[Boxes | None]) -> Boxes | None:
    """Return the changed part of a node's map, given that of each input; None: unchanged."""
    several = []
    for boxes, window in zip(inputs, node.windows, strict=True):
        if boxes is None:
            continue
        if window is None:
            whole = whole_box(node.size)
            several.append(np.where(is_empty(boxes)[:, None, None], 0, whole))
        else:
            several.append(affected(boxes, window, node.size))
    return enclosing(several) if several else None
