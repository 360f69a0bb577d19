"""The search for a smallest set, without a model."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.inference.sets.criterion import Outcome
from gridexplainer_widget.inference.sets.ledger import Cells, Ledger
from gridexplainer_widget.inference.sets.smallest_set import Found, smallest_set
from tests.support.sizes import MANY

Lead = Callable[[Cells], float]


def searched(
    order: list[int], lead: Lead, budget: int = 10_000
) -> tuple[Found | None, list[Cells], list[Cells]]:
    """Search with a known truth; return what was found, asked, and found on the way."""
    asked, on_the_way = list[Cells](), list[Cells]()
    asking = smallest_set(order, Ledger(budget), on_the_way.append)
    outcomes: list[Outcome] | None = None
    while True:
        try:
            sets = next(asking) if outcomes is None else asking.send(outcomes)
        except StopIteration as end:
            return end.value, asked, on_the_way
        assert sets
        asked += sets
        outcomes = [Outcome(lead(cells) > 0, lead(cells)) for cells in sets]


def all_of(*wanted: int) -> Lead:
    return lambda cells: len(cells & {*wanted}) - len(wanted) + 0.5


@pytest.mark.parametrize("wanted", [(0,), (5,), (15,), (2, 9), (0, 7, 15), tuple(range(16))])
def test_all_that_are_needed_are_found(wanted: tuple[int, ...]) -> None:
    found, _, on_the_way = searched(list(range(16)), all_of(*wanted))
    assert found == Found(frozenset(wanted), irreducible=True)
    assert on_the_way[-1] == found.cells
    assert [len(cells) for cells in on_the_way] == sorted(map(len, on_the_way), reverse=True)


def test_the_smaller_of_two_ways_is_found_though_the_map_prefers_the_other() -> None:
    lead = lambda cells: max(all_of(0, 1, 2)(cells), all_of(8, 9)(cells))  # noqa: E731
    found, _, _ = searched(list(range(16)), lead)
    assert found == Found(frozenset({8, 9}), irreducible=True)


def test_nothing_is_found_where_nothing_works() -> None:
    found, asked, _ = searched(list(range(16)), lambda _: -1.0)
    assert found is None
    assert len(asked) == 6  # 0, 1, 2, 4, 8 and 16 first cells


def test_the_empty_set_may_do() -> None:
    found, _, _ = searched(list(range(16)), lambda _: 1.0)
    assert found == Found(frozenset(), irreducible=True)


def test_what_is_known_is_not_asked() -> None:
    lead = all_of(3)
    ledger = Ledger(0, lambda cells: Outcome(lead(cells) > 0, lead(cells)))
    with pytest.raises(StopIteration) as end:
        next(smallest_set(range(8), ledger))
    assert end.value.value == Found(frozenset({3}), irreducible=True)


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[int], Lead]:
    """An order of nine cells, and weights of cells and pairs over a threshold."""
    cells = 9
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    weights = np.where(rng.random(cells) < 0.4, rng.exponential(1, cells), 0)
    pairs = np.triu(rng.exponential(2, (cells, cells)) * (rng.random((cells, cells)) < 0.1), 1)
    if draw(st.booleans()):
        weights -= 0.3  # then more cells are not always better
    threshold = draw(st.floats(0.2, 0.9)) * (weights.sum() + pairs.sum())

    def lead(chosen: Cells) -> float:
        shown = np.isin(np.arange(cells), list(chosen))
        return float(weights @ shown + shown @ pairs @ shown - threshold)

    return list(rng.permutation(cells).tolist()), lead


@MANY
@given(networks(), st.integers(1, 80))
def test_any_budget_gives_what_it_says(network: tuple[list[int], Lead], budget: int) -> None:
    order, lead = network
    found, asked, _ = searched(order, lead, budget)
    assert len(asked) == len(set(asked)) <= budget
    if found is None:
        return
    assert lead(found.cells) > 0
    if found.irreducible:
        assert all(lead(found.cells - {cell}) <= 0 for cell in found.cells)


def test_most_sets_are_the_smallest() -> None:
    """Against all sets, on random networks of 12 cells with the budget of one search."""
    smallest = sum(_is_smallest(np.random.default_rng(seed)) for seed in range(40))
    assert smallest >= 38


def _is_smallest(rng: np.random.Generator) -> bool:
    cells = 12
    weights = np.where(rng.random(cells) < 0.4, rng.exponential(1, cells), 0)
    weights[0] += 1e-3
    lead = lambda chosen: float(weights[list(chosen)].sum() - 0.6 * weights.sum())  # noqa: E731
    order = np.argsort(-(weights + rng.normal(0, 0.3, cells))).tolist()
    found, _, _ = searched(order, lead, 105)
    assert found is not None
    sizes = (
        size
        for size in range(cells + 1)
        if any(lead(frozenset(some)) > 0 for some in combinations(range(cells), size))
    )
    return len(found.cells) == next(sizes)
