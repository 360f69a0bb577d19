"""Docstrings name pages as files of the repository; on the site they are links."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

PAGE = re.compile(r"\bdocs/([\w/]+)\.md\b")


def _link(*told: Any) -> None:
    lines: list[str] = told[-1]  # before it: whose docstring it is
    lines[:] = [PAGE.sub(r":doc:`\1`", line) for line in lines]


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at each docstring, as Sphinx asks of an extension."""
    app.connect("autodoc-process-docstring", _link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
