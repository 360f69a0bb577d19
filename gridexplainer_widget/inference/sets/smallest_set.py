"""Search a smallest set of cells that works, asking about sets in batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .ledger import Asking, Cells, Ledger

WAYS = 8
"""Into which a bracket is divided by one batch."""

MIN_CANDIDATES = 3
"""To grow a set by the best of: of fewer, the map has chosen."""


TO_PRUNE = 2
"""Sets to ask about for each cell, to see that none can be left out of what was grown."""


@dataclass(frozen=True)
class Found:
    """A set that works; `irreducible` if no single cell of it can be left out."""

    cells: Cells
    irreducible: bool


def smallest_set(
    order: Sequence[int],
    ledger: Ledger,
    on_found: Callable[[Cells], object] = lambda _: None,
) -> Asking[Found | None]:
    """Search the smallest set of the cells in `order`, the most important first.

    The fewest first cells that work are pruned by halves, then by parts of those, then cell by
    cell (A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
    Transactions on Software Engineering 2002). What is left of the budget tries to grow a smaller
    set, each time by the cell that helps most, or by swapping cells.

    Parameters
    ----------
    on_found : callable
        Takes each set that works, ever smaller ones.

    Returns
    -------
    Found or None
        None if no set that was tried works.
    """
    cells = yield from _fewest_first(order, ledger)
    if cells is None:
        return None
    on_found(frozenset(cells))
    best = yield from _pruned(cells, ledger, on_found)
    while best.irreducible and len(best.cells) > 1:
        smaller = yield from _grown(order, len(best.cells) - 1, ledger)
        if smaller is None:
            smaller = yield from _swapped(order, best.cells, ledger)
        if smaller is None:
            break
        on_found(smaller)
        best = yield from _pruned([cell for cell in order if cell in smaller], ledger, on_found)
    return best


def _fewest_first(order: Sequence[int], ledger: Ledger) -> Asking[list[int] | None]:
    """Find how many first cells work, by a bracket that is divided again and again."""
    sizes = [0, *(2**power for power in range(len(order).bit_length()) if 2**power < len(order))]
    low, high = -1, -1
    points = [*sizes, len(order)]
    while True:
        yield from ledger.ask(frozenset(order[:size]) for size in points)
        working = [size for size in points if ledger.works(frozenset(order[:size]))]
        if working:
            high = working[0]
        elif high < 0:
            return None
        low = max((size for size in points if size < high), default=low)
        if high - low <= 1 or not ledger.left:
            return list(order[:high])
        gap = high - low
        points = sorted({low + gap * way // WAYS for way in range(1, WAYS)} - {low})


def _pruned(
    cells: Sequence[int], ledger: Ledger, on_found: Callable[[Cells], object]
) -> Asking[Found]:
    """Leave out what can be left out: halves first, single cells last."""
    kept, parts = list(cells), 2
    while kept:
        parts = min(parts, len(kept))
        chunks = [frozenset(kept[part::parts]) for part in range(parts)]

        whole = frozenset(kept)
        complete = yield from ledger.ask(whole - chunk for chunk in chunks)
        spare = [chunk for chunk in chunks if ledger.works(whole - chunk)]
        if spare:
            gone = yield from _most_spare(whole, spare, ledger)
            kept = [cell for cell in kept if cell not in gone]
            on_found(frozenset(kept))
        elif not complete:
            return Found(whole, irreducible=False)
        elif parts == len(kept):
            return Found(whole, irreducible=True)
        else:
            parts *= 2
    return Found(frozenset(), irreducible=True)


def _most_spare(whole: Cells, spare: Sequence[Cells], ledger: Ledger) -> Asking[Cells]:
    """Leave out several parts at once, as many as works; each of them works by itself."""
    spare = sorted(spare, key=lambda chunk: ledger.lead(whole - chunk), reverse=True)
    unions = [frozenset[int]().union(*spare[: number + 1]) for number in range(len(spare))]
    points = [union for number, union in enumerate(unions) if _is_power(number + 1)]
    yield from ledger.ask(whole - union for union in (*points, unions[-1]))
    return max((union for union in unions if ledger.works(whole - union)), key=len)


def _is_power(number: int) -> bool:
    return number & (number - 1) == 0


def _grown(order: Sequence[int], size: int, ledger: Ledger) -> Asking[Cells | None]:
    """Grow a set of at most `size` cells, each time by what helps most; None if none works."""
    grown = frozenset[int]()
    for step in range(size):
        sets = [grown | {cell} for cell in order if cell not in grown]
        most = (ledger.left - TO_PRUNE * size) // (size - step)
        known = all(ledger.outcome(cells) is not None for cells in sets)
        if not known and most < MIN_CANDIDATES:
            return None
        candidates = sets if known else sets[:most]
        yield from ledger.ask(candidates)
        grown = max(candidates, key=ledger.lead)
        if ledger.works(grown):
            return grown
    return None


def _swapped(order: Sequence[int], cells: Cells, ledger: Ledger) -> Asking[Cells | None]:
    """Leave out a cell and swap another for a better one, as long as that helps."""
    best = max((cells - {cell} for cell in cells), key=ledger.lead)
    while True:
        sets = [(best - {old}) | {new} for new in order if new not in best for old in best]
        sets = sets[: max(0, ledger.left - TO_PRUNE * len(best))]
        if not sets:
            return None
        yield from ledger.ask(sets)
        better = max(sets, key=ledger.lead)
        if ledger.works(better):
            return better
        if ledger.lead(better) <= ledger.lead(best):
            return None
        best = better
