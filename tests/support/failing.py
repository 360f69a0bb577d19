"""What a user's code may raise, and models and fills that raise it at a given call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Mute(Exception):
    """An exception that fails to say anything."""

    def __str__(self) -> str:
        raise ValueError("not even this")


FAILURES = (
    RuntimeError,
    OverflowError,
    MemoryError,
    StopIteration,
    Mute,
    SystemExit,
    KeyboardInterrupt,
    GeneratorExit,
)

INTERRUPTS = (SystemExit, KeyboardInterrupt, GeneratorExit)
"""Those that are no `Exception`."""


class FailsAt:
    """A function that raises at its call number `call`, counted from 1, and at each after it."""

    def __init__(
        self, function: Callable[..., Any], call: int, failure: type[BaseException]
    ) -> None:
        self.function, self.call, self.failure = function, call, failure
        self.calls = 0
        self.__name__ = function.__name__

    def __call__(self, *arguments: Any) -> Any:
        self.calls += 1
        if self.calls >= self.call:
            raise self.failure
        return self.function(*arguments)

    def heal(self) -> None:
        """Raise nothing from now on."""
        self.call = 10**9
