"""Which nodes are patched, by estimated seconds."""

import pytest

from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.incremental.boxes import as_boxes
from gridexplainer_widget.incremental.costs import choose_plan
from gridexplainer_widget.incremental.graph import Graph, Node, Rates
from gridexplainer_widget.incremental.window import POINT

SIDE = (64, 64)
RATES = Rates(products={"convolution": 1e9}, value=0.0, copy=0.0, call=0.0, weight=0.0)


def graph(before: float, after: float) -> Graph:
    """1×1 convolutions of so much work a position: one that can be patched, one that cannot."""
    return Graph(
        [
            Node("picture", (), (), SIDE, 3, "input"),
            Node("first", (0,), (POINT,), SIDE, 4, "convolution", before),
            Node("attention", (1,), (None,), SIDE, 4, "other"),
            Node("last", (2,), (POINT,), SIDE, 4, "convolution", after),
        ],
        results=(3,),
        rates=RATES,
    )


@pytest.mark.parametrize(
    ("before", "patched"),
    [(11.0, frozenset()), (12.0, frozenset({0, 1})), (100.0, frozenset({0, 1}))],
)
def test_patches_save_a_tenth_or_are_not_made(before: float, patched: frozenset[int]) -> None:
    """A cell is 1/64 of the picture, its patch counts a tenth more: 0.983 of `first` is saved.

    Of 11, that is 10.8, less than a tenth of 111; of 12 it is 11.8, more than a tenth of 112.
    """
    hidden = as_boxes(Grid(8, 8, *SIDE).boxes())
    assert choose_plan(graph(before, 100.0), hidden).patched == patched
