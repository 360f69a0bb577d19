"""Which part of a map changes."""

import numpy as np

from gridexplainer_widget.incremental.boxes import changed, same_size
from gridexplainer_widget.incremental.graph import Node
from gridexplainer_widget.incremental.window import Window


def test_boxes_by_hand() -> None:
    boxes = np.array([[[4, 6], [0, 2]]])
    node = Node("", (0,), (Window((3, 3), (2, 2), (1, 1)),), (5, 5), 1, "convolution")
    # rows 2y-1 … 2y+1 meet rows 4 and 5 for y = 2 and 3; columns 0 and 1 for x = 0 and 1
    assert changed(node, [boxes]).tolist() == [[[2, 4], [0, 2]]]
    both = np.array([[[8, 10], [0, 1]], [[0, 4], [3, 5]]])
    assert same_size(both, (10, 5)).tolist() == [[[6, 10], [0, 2]], [[0, 4], [3, 5]]]
