"""Texts of strangers, such as labels, in a form that harms no screen: the data stay as they are."""

from __future__ import annotations

import re
from typing import Final

LETTERS: Final = 80
"""Of a name on a screen."""

_HARMFUL: Final = (
    r"\x00-\x1f\x7f-\x9f"  # control characters: line ends, terminals' escapes
    r"\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # bidi, no width
    r"\ud800-\udfff\U000e0000-\U000e007f"  # half surrogates, tags
)

_IN_A_LINE: Final = re.compile(f"[{_HARMFUL}]")

_IN_A_TEXT: Final = re.compile(rf"(?![\n\t])[{_HARMFUL}]")


def shown(text: object, letters: int = LETTERS) -> str:
    r"""Write a text in one line of at most `letters`, cut in the middle.

    Control characters, and those that change the direction or show nothing, become escapes such
    as ``\x1b``, and half surrogates, as in names of files that are no UTF-8, "�".
    """
    return _cut(_IN_A_LINE.sub(_escape, _cut(str(text), letters)), letters)


def quoted(text: object, letters: int = LETTERS) -> str:
    """Write a text as `repr` does, cut in the middle."""
    return _cut(repr(_cut(text, letters) if isinstance(text, str) else text), letters + 2)


def readable(text: str) -> str:
    """Escape as :func:`shown`, but keep line ends, tabs and the length."""
    return _IN_A_TEXT.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= letter <= "\udfff" else repr(letter)[1:-1]


def _cut(text: str, letters: int) -> str:
    if len(text) <= letters:
        return text
    tail = (letters - 1) // 3
    return f"{text[: letters - 1 - tail]}…{text[len(text) - tail :]}"
