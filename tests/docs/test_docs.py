"""The documentation's tables are true."""

from __future__ import annotations

from tools import traits


def test_the_table_of_traits_is_true() -> None:
    made = traits.PATH.read_text(encoding="utf-8")
    assert made == traits.text(), "run python -m tools.traits"
