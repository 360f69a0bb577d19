"""Run step generators, and write how long they take."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

Result = TypeVar("Result")

Progress: TypeAlias = "tuple[int, int]"
"""Steps done, and their total."""


def with_bar(steps: Generator[Progress, None, Result], what: str, unit: str = "step") -> Result:
    """Run all steps with a bar, shown after one second; return their result."""
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
        steps.close()  # the bar itself may have failed: they keep what was found
        if bar is not None:
            bar.close()


def drain(steps: Generator[object, None, Result]) -> Result:
    """Run all steps and return their result."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: Result = end.value
        return result


def indeterminate(
    steps: Generator[object, None, Result],
) -> Generator[Progress, None, Result]:
    """Report each step as progress of unknown extent."""
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
    """Report progress as one of several equal stages of 100 parts."""
    while True:
        try:
            done, total = next(steps)
        except StopIteration as end:
            yield 100 * (number + 1), 100 * stages
            result: Result = end.value
            return result
        yield 100 * number + 100 * done // max(total, 1), 100 * stages


def seconds_text(seconds: float) -> str:
    """Write a duration in whole seconds: "less than 1 s", "12 s", "2 min 5 s"."""
    if seconds < 1:
        return "less than 1 s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
