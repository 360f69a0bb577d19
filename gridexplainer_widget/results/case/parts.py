"""The parts of a page, as HTML; what strangers wrote is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from gridexplainer_widget.core.shown import shown

DIGEST: Final = re.compile("[0-9a-f]{64}")

LETTERS: Final = 2000
"""Of a text on the page."""


def text(anything: object, letters: int = LETTERS) -> str:
    """Write a stranger's text."""
    return escape(shown(anything, letters).encode("utf-8", "replace").decode())


def paragraph(anything: object, kind: str = "") -> str:
    """Write a paragraph; nothing of nothing."""
    written = text(anything)
    return f"<p{_class(kind)}>{written}</p>" if written else ""


def bullets(items: Iterable[object]) -> str:
    """Write a list; nothing of none."""
    lines = "".join(f"<li>{text(item)}</li>" for item in items)
    return f"<ul>{lines}</ul>" if lines else ""


def section(title: str, *blocks: str) -> str:
    """Write a part of the page under its heading."""
    return f"<section><h2>{text(title)}</h2>{''.join(blocks)}</section>"


def missing(what: str, line: str) -> str:
    """Say that something was not computed, and how to have it."""
    return (
        f'<p class="missing"><strong>Not computed</strong>: {text(what)}. '
        f"<code>{text(line)}</code></p>"
    )


def table(head: Sequence[object], rows: Iterable[Sequence[object]], kind: str = "") -> str:
    """Write a table, the first column of which names the rows."""
    names = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    lines = "".join(
        f'<tr><th scope="row">{text(first)}</th>'
        + "".join(f"<td>{_cell(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    top = f"<thead><tr>{names}</tr></thead>" if head else ""
    return f'<div class="wide"><table{_class(kind)}>{top}<tbody>{lines}</tbody></table></div>'


def bars(rows: Iterable[tuple[str, str, float, bool]]) -> str:
    """Write bars: a name, its number, its share of the width, and whether it is asked about."""
    lines = "".join(
        f"<tr{_class('asked' if asked else '')}>"
        f'<th scope="row">{text(name, 60)}</th><td>{text(number)}</td>'
        f'<td class="bar"><span style="width:{100 * min(max(share, 0), 1):.1f}%"></span></td></tr>'
        for name, number, share, asked in rows
    )
    return f'<table class="bars"><tbody>{lines}</tbody></table>'


def _cell(cell: object) -> str:
    written = text(cell)
    return f"<code>{written}</code>" if DIGEST.fullmatch(written) else written


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
