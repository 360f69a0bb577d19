import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.core.shown import LETTERS, quoted, readable, shown

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Siamese cat", "Siamese cat"),
        ("$b_1$ \\alpha <b>", "$b_1$ \\alpha <b>"),
        ("猫 🐈 قطة नेवला", "猫 🐈 قطة नेवला"),
        ("👩\u200d🔬", "👩\u200d🔬"),  # joined to one
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("two\nlines\tand\r\nmore", r"two\nlines\tand\r\nmore"),
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
        ("\u2028\u2066\ufeff\x00\x9b", r"\u2028\u2066\ufeff\x00\x9b"),
        (os.fsdecode("hünd".encode("latin-1")), "h�nd"),
        ("\ud800\udfff", "��"),
        ("", ""),
    ],
)
def test_what_a_screen_shows(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_long_texts_are_cut_in_the_middle() -> None:
    assert shown("abcdefghij", 7) == "abcd…ij"
    assert shown("x" * 200_000 + "end", 8) == "xxxxx…nd"
    assert shown("\x1b" * 9, 9) == r"\x1b\x…1b"
    assert quoted("abcdefghij", 7) == "'abcd…ij'"
    assert quoted(["a", "b"]) == "['a', 'b']"


def test_a_text_of_several_lines_keeps_them() -> None:
    assert readable("a\n\tb\x1b\ud800") == "a\n\tb\\x1b�"


@given(ANY_TEXT, st.integers(4, LETTERS))
def test_anything_is_one_bounded_line_that_can_be_written(text: str, letters: int) -> None:
    for seen in (shown(text, letters), quoted(text, letters)):
        seen.encode()
        assert len(seen) <= letters + 2
        assert len(seen.splitlines()) <= 1
        assert "\x1b" not in seen
    readable(text).encode()
    assert shown(shown(text, letters), letters) == shown(text, letters)
