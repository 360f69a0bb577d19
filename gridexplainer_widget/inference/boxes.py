"""Boxes of pixels, one by one and as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridexplainer_widget.core.grid import Box
from gridexplainer_widget.incremental.boxes import Boxes


def as_boxes(boxes: Sequence[Box]) -> Boxes:
    """Return boxes as one array."""
    flat = np.array(boxes, np.intp).reshape(-1, 4)
    return flat[:, [0, 2, 1, 3]].reshape(-1, 2, 2)


def box_of(pair: Boxes) -> Box:
    """Return one box of an array."""
    (top, bottom), (left, right) = pair.tolist()
    return Box(top, left, bottom, right)
