"""Read JSON of strangers."""

from __future__ import annotations

import json
import math
import reprlib
from typing import Any, Final

from gridexplainer_widget.core.grid import is_whole
from gridexplainer_widget.core.shown import shown

MAX_NUMBER: Final = 2**53

MAX_TEXT: Final = 1000
"""Letters of a text that is only shown."""

MAX_DIGITS: Final = 100
"""Of a whole number: Python takes a quadratic time to read one."""


def read_json(text: str) -> Any:
    """Read JSON.

    Raises
    ------
    ValueError
        It is none, is nested too deeply, or a number has too many digits.
    """
    try:
        return json.loads(text, parse_int=_short_int)
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None


def as_mapping(value: Any, name: str) -> dict[str, Any]:
    """Check that a value is a mapping."""
    if not isinstance(value, dict):
        raise TypeError(f"its {name} is {reprlib.repr(value)}, and a mapping is wanted")
    return value


def as_texts(value: Any, name: str) -> tuple[str, ...]:
    """Check that a value is a list of words."""
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError(f"its {name} is {reprlib.repr(value)}, and a list of words is wanted")
    return tuple(value)


def as_text(value: Any, name: str) -> str:
    """Check that a value is a word."""
    return shown(as_texts([value], name)[0], MAX_TEXT)


def as_whole(value: Any, name: str, low: int = 0) -> int:
    """Check that a value is a whole number from `low`."""
    if not is_whole(value) or not low <= value <= MAX_NUMBER:
        raise ValueError(
            f"its {name} is {reprlib.repr(value)}, and a whole number from {low} is wanted"
        )
    return int(value)


def as_seconds(value: Any) -> float:
    """Check that a value is a duration."""
    seconds = float(value)
    if not 0 <= seconds < math.inf:  # refuses NaN
        raise ValueError(f"its seconds are {seconds}")
    return seconds


def _short_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits is too large")
    return int(digits)
