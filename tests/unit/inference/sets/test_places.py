"""One place or several, on an 8×8 grid of which the truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from gridexplainer_widget.inference.sets.criterion import Outcome
from gridexplainer_widget.inference.sets.ledger import Cells
from gridexplainer_widget.inference.sets.places import Structure, structure_steps
from gridexplainer_widget.inference.sets.regions import apart, distance, regions_of, splits

SHAPE = (8, 8)
LEFT = frozenset({9, 10, 17})
"""Rows 1 and 2, columns 1 and 2."""
RIGHT = frozenset({45, 46, 54})
"""Rows 5 and 6, columns 5 and 6."""


def told(
    lead: Callable[[Cells], float], enough: Sequence[Cells], needed: Sequence[Cells]
) -> tuple[Structure, int]:
    """Tell the structure of a model that gives a lead of hidden cells; count its calls."""
    steps, calls = structure_steps(SHAPE, enough, needed), 0
    outcomes: list[Outcome] | None = None
    while True:
        try:
            sets = next(steps) if outcomes is None else steps.send(outcomes)
        except StopIteration as end:
            return end.value, calls
        calls += len(sets)
        outcomes = [Outcome(lead(hidden) > 0, lead(hidden)) for hidden in sets]


def left(hidden: Cells) -> float:
    return 4 - 8 * len(hidden & LEFT) / 3


def right(hidden: Cells) -> float:
    return 4 - 8 * len(hidden & RIGHT) / 3


def test_of_two_places_either_may_suffice() -> None:
    lead = lambda hidden: max(left(hidden), right(hidden))  # noqa: E731
    needed = [frozenset({9, 10, 45, 46})]
    assert told(lead, [LEFT, RIGHT], needed) == ("several suffice", 4)
    assert told(lead, [LEFT], needed)[0] == "several suffice"


def test_of_two_places_both_may_be_needed() -> None:
    lead = lambda hidden: min(left(hidden), right(hidden))  # noqa: E731
    enough = [frozenset({9, 10, 45, 46})]
    assert told(lead, enough, [LEFT, RIGHT])[0] == "several needed"
    assert told(lead, enough, [LEFT])[0] == "several needed"


def test_one_place_is_one() -> None:
    assert told(left, [LEFT], [LEFT]) == ("one place", 0)
    assert told(left, [LEFT], [LEFT | {60}]) == ("one place", 0)  # and one that came by chance


def test_parts_of_one_place_add_up() -> None:
    """Each part takes more than half of the lead: neither suffices as well without the other."""
    lead = lambda hidden: 4 - 5 * bool(hidden & LEFT) - 5 * bool(hidden & RIGHT)  # noqa: E731
    assert told(lead, [LEFT], [LEFT | RIGHT])[0] == ""  # the parts are lost with either
    bounded = lambda hidden: 4 - min(5, 3 * (bool(hidden & LEFT) + bool(hidden & RIGHT)))  # noqa: E731
    assert told(bounded, [LEFT], [LEFT | RIGHT]) == ("one place", 4)


def test_what_needs_many_cells_has_no_place() -> None:
    rows = frozenset(range(20))
    assert told(lambda hidden: 10 - len(hidden & rows), [rows], [rows])[0] == "no place"


@pytest.mark.parametrize(("enough", "needed"), [([], [LEFT]), ([LEFT], []), ([LEFT], [RIGHT])])
def test_what_does_not_fit_together_is_not_told(enough: list[Cells], needed: list[Cells]) -> None:
    assert told(left, enough, needed)[0] == ""


def test_places_of_which_there_are_more_are_not_told() -> None:
    """Without both the answer stays: a third suffices."""
    assert told(lambda _: 1.0, [LEFT, RIGHT], [LEFT | RIGHT])[0] == ""


def test_a_sum_over_two_places_is_neither() -> None:
    """Each is lost to half without one of them."""
    lead = lambda hidden: left(hidden) + right(hidden)  # noqa: E731
    assert told(lead, [LEFT, RIGHT], [LEFT | RIGHT])[0] != "several needed"


def test_sets_are_split_at_their_gaps() -> None:
    assert distance(LEFT, RIGHT, SHAPE) == 4
    assert apart(LEFT, RIGHT, SHAPE)
    assert not apart(LEFT, frozenset({18}), SHAPE)
    far, near = frozenset({0}), frozenset({9, 12})
    assert list(splits(far | near, SHAPE)) == [[frozenset({0, 9}), frozenset({12})]]
    assert list(splits(LEFT, SHAPE)) == []


def test_regions_are_what_is_nearest() -> None:
    first, second = regions_of([frozenset({0}), frozenset({4})], SHAPE)
    assert first == {0, 1, 8, 9}
    assert second == {3, 4, 5, 11, 12, 13}
