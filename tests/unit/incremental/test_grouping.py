"""Which sets are calculated together, and in which batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.incremental.grouping import SIZE_TOLERANCE, grouped, in_batches


def boxes_of(sides: list[tuple[int, int]]) -> np.ndarray:
    return np.array([[[1, 1 + rows], [2, 2 + columns]] for rows, columns in sides])


@pytest.mark.parametrize(("a_group", "expected"), [(8.0, [[0, 2, 3], [1]]), (10.0, [[0, 1, 2, 3]])])
def test_groups_by_hand(a_group: float, expected: list[list[int]]) -> None:
    """Apart 3·1 + 1·4 positions and two groups, together 4·4 positions and one."""
    boxes = {5: boxes_of([(1, 1), (2, 2), (1, 1), (1, 1)])}
    assert [group.tolist() for group in grouped(boxes, {5: 1.0}, a_group)] == expected


def test_maps_count_by_what_a_position_takes() -> None:
    """Joined, the first set's early patch of 1 position becomes one of 81: 80 positions more."""
    early, last = boxes_of([(1, 1), (9, 9)]), boxes_of([(3, 3), (3, 3)])
    assert len(grouped({0: early, 1: last}, {0: 1.0, 1: 1.0}, 79.0)) == 2
    assert len(grouped({0: early, 1: last}, {0: 1.0, 1: 1.0}, 81.0)) == 1
    last = boxes_of([(3, 3), (6, 6)])
    assert len(grouped({0: early, 1: last}, {0: 0.0, 1: 1.0}, 26.0)) == 2
    assert len(grouped({0: early, 1: last}, {0: 0.0, 1: 1.0}, 28.0)) == 1


def test_sets_of_many_sizes_begin_in_few_groups() -> None:
    """Of 400 sizes, 1×1 to 20×20, those that round up to the same even one begin together.

    Where the last of two maps has three sizes, these tell them apart.
    """
    sizes = [(rows, columns) for rows in range(1, 21) for columns in range(1, 21)]
    groups = grouped({0: boxes_of(sizes)}, {0: 1.0}, 0.0)
    assert len(groups) == 100
    assert groups[0].tolist() == [0, 1, 20, 21]
    last = boxes_of([(1 + number % 3, 4) for number in range(400)])
    groups = grouped({0: boxes_of(sizes), 1: last}, {0: 1.0, 1: 1.0}, 0.0)
    assert [group.tolist() for group in groups] == [[*range(first, 400, 3)] for first in range(3)]


sides = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=40)


@given(sides, st.floats(0, 1e4))
def test_groups_are_a_partition_that_no_pair_would_better(
    lengths: list[tuple[int, int]], a_group: float
) -> None:
    areas = np.array(lengths)
    groups = grouped({3: boxes_of(lengths)}, {3: 1.0}, a_group)
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(lengths)))

    def takes(*parts: np.ndarray) -> float:
        together = np.concatenate(parts)
        return a_group + len(together) * float(areas[together].max(axis=0).prod())

    for number, one in enumerate(groups):
        for other in groups[:number]:
            assert takes(one) + takes(other) <= takes(one, other) + 1e-6


@given(st.lists(st.integers(0, 30), max_size=8), st.integers(1, 20), st.booleans())
def test_batches_hold_all_in_order(counts: list[int], size: int, strict: bool) -> None:
    numbers = iter(range(sum(counts)))
    groups = [np.array([next(numbers) for _ in range(count)], int) for count in counts]
    most = size if strict else int(size * (1 + SIZE_TOLERANCE))
    batches = list(in_batches(groups, size, most))
    assert [int(n) for batch in batches for part in batch for n in part] == list(range(sum(counts)))
    assert all(0 < sum(map(len, batch)) <= most for batch in batches)
    assert all(len(part) for batch in batches for part in batch)


def test_batches_end_where_groups_do() -> None:
    groups = [np.arange(14), np.arange(14, 32), np.arange(32, 49), np.arange(49, 64)]
    assert [len(batch) for batch in in_batches(groups, 16, 20)] == [1, 1, 1, 1]
    assert [[len(part) for part in batch] for batch in in_batches([np.arange(40)], 16, 20)] == [
        [16],
        [16],
        [8],
    ]
