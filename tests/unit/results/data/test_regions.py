"""Where a map points, in words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gridexplainer_widget.results.data.regions import (
    WORDS,
    Region,
    region_text,
    strongest_region,
)


def test_neighbours_with_half_of_the_strongest_belong_to_it() -> None:
    values = np.array(
        [
            [0.0, 0.5, 0.4, 0.9],  # 0.9 touches nothing but what is weak
            [0.0, 1.0, 0.0, 0.0],
            [0.6, 0.5, 0.0, 0.0],
        ]
    )
    assert strongest_region(values) == Region(top=0, left=0, bottom=2, right=1)
    assert strongest_region(-values) is None


def test_what_touches_at_a_corner_is_another_region() -> None:
    assert strongest_region(np.eye(3)) == Region(0, 0, 0, 0)


def test_pending_cells_are_no_evidence() -> None:
    assert strongest_region(np.array([[np.nan, 0.1], [np.nan, np.nan]])) == Region(0, 1, 0, 1)
    assert strongest_region(np.full((2, 2), np.nan)) is None


@given(arrays(np.float64, (4, 5), elements=st.floats(-1, 1)))
def test_a_region_holds_the_strongest_cell_and_ends_with_strong_ones(values: np.ndarray) -> None:
    region = strongest_region(values)
    if values.max() <= 0:
        assert region is None
        return
    row, column = divmod(int(values.argmax()), 5)
    assert region.top <= row <= region.bottom
    assert region.left <= column <= region.right
    strong = (values >= values.max() / 2)[
        region.top : region.bottom + 1, region.left : region.right + 1
    ]
    for edge in (strong[0], strong[-1], strong[:, 0], strong[:, -1]):
        assert edge.any()


@pytest.mark.parametrize(
    ("region", "size", "text"),
    [
        (Region(0, 0, 0, 0), (3, 3), "at the top left (row 1, column 1)"),
        (Region(1, 1, 1, 1), (3, 3), "in the middle (row 2, column 2)"),
        (Region(4, 5, 4, 6), (8, 8), "on the right (row 5, columns 6–7)"),
        (Region(6, 2, 7, 5), (8, 8), "at the bottom (rows 7–8, columns 3–6)"),
        (Region(0, 0, 7, 7), (8, 8), "in most of the picture (rows 1–8, columns 1–8)"),
        (Region(0, 0, 7, 1), (8, 8), "on the left (rows 1–8, columns 1–2)"),
        (Region(0, 0, 0, 0), (1, 2), "on the left (row 1, column 1)"),
        (Region(0, 0, 0, 0), (1, 1), "in the whole picture"),
    ],
)
def test_regions_are_named(region: Region, size: tuple[int, int], text: str) -> None:
    assert region_text(region, *size) == text


def test_every_third_has_its_word() -> None:
    told = [region_text(Region(r, c, r, c), 3, 3) for r in range(3) for c in range(3)]
    assert [text.split(" (")[0] for text in told] == list(WORDS.values())
