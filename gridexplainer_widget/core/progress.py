"""Work in steps, behind a progress bar."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

Result = TypeVar("Result")

Progress: TypeAlias = "tuple[int, int]"
"""How much is done, and of how much."""


def with_bar(steps: Generator[Progress, None, Result], what: str, unit: str = "step") -> Result:
    """Go through the steps to their result; a bar appears where that takes more than a moment.

    Parameters
    ----------
    steps : generator of (done, total)
    what, unit : str
        What the bar says.
    """
    from tqdm.auto import tqdm  # noqa: PLC0415 - its notebook flavour loads ipywidgets

    bar = None
    try:
        while True:
            try:
                done, total = next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            if bar is None:
                bar = tqdm(total=total, desc=what, unit=unit, delay=1)
            bar.total = total
            bar.update(done - bar.n)
    finally:
        if bar is not None:
            bar.close()


def drain(steps: Generator[object, None, Result]) -> Result:
    """Go through the steps to their result."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: Result = end.value
        return result


def indeterminate(
    steps: Generator[object, None, Result],
) -> Generator[Progress, None, Result]:
    """Tell nothing of how far it is but that it goes on."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        yield 0, 1


def subprogress(
    steps: Generator[Progress, None, Result], number: int, stages: int
) -> Generator[Progress, None, Result]:
    """Tell the progress of one stage among several alike, each in a hundred parts."""
    while True:
        try:
            done, total = next(steps)
        except StopIteration as end:
            yield 100 * (number + 1), 100 * stages
            result: Result = end.value
            return result
        yield 100 * number + 100 * done // max(total, 1), 100 * stages
