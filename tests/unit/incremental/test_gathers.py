"""What fills the windows of patches."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.incremental.boxes import whole_box
from gridexplainer_widget.incremental.gathers import OUTSIDE, gather, takes_all
from gridexplainer_widget.incremental.graph import Node
from gridexplainer_widget.incremental.window import Window


def pairs(least: int, most: int) -> st.SearchStrategy[tuple[int, int]]:
    number = st.integers(least, most)
    return st.tuples(number, number)


@given(pairs(1, 9), pairs(1, 9), pairs(1, 4), pairs(1, 3), pairs(-2, 3), pairs(1, 2))
def test_a_patch_as_large_as_the_map_leaves_nothing_to_it(
    side: tuple[int, int],
    made: tuple[int, int],
    size: tuple[int, int],
    stride: tuple[int, int],
    before: tuple[int, int],
    repeat: tuple[int, int],
) -> None:
    node = Node("map", (), (), side, 1, "input")
    window = Window(size, stride, before, repeat)
    whole_patch = takes_all(window, side, made)
    found = gather(whole_box(made), window, whole_box(side), node, whole_patch=whole_patch)
    assert (found.map_from == node.positions + OUTSIDE.index(window.outside)).all()
    taken = np.arange(node.positions) if whole_patch else found.patch_from
    assert len(found.patch_to) == len(taken)
    assert set(taken.tolist()) <= set(range(node.positions))
