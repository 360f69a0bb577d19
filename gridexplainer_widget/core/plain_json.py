"""Read JSON of strangers."""

from __future__ import annotations

import json
from typing import Any, Final

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


def _short_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits is too large")
    return int(digits)
