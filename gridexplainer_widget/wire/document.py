"""One HTML file that runs a single script and fetches nothing."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from gridexplainer_widget._version import __version__
from gridexplainer_widget.core.files import write_file

STATIC = Path(__file__).parents[1] / "static"

STYLE = """
body { margin: 0 auto; padding: 16px; max-width: 1100px; font: 14px/1.4 system-ui, sans-serif;
  color: #1f2328; background: #fff; }
h1 { margin: 0 8px; font-size: 14px; overflow-wrap: anywhere; }
p, noscript { margin: 4px 8px; overflow-wrap: anywhere; }
@media screen and (prefers-color-scheme: dark) { body { color: #e6e8eb; background: #16191d; } }
@media print {
  :root { color-scheme: light; }
  body { padding: 0; print-color-adjust: exact; }
  .gx-controls, .gx-tip, .gx-tools, .gx-actions, .gx-top { display: none; }
}
"""
"""Style around the widget."""


@dataclass(frozen=True)
class Document:
    """A page that a front-end script fills; its texts are not HTML.

    The script is a JavaScript module that reads the element "record" and mounts into the element
    "widget".
    """

    title: str
    heading: str
    line: str
    script: str
    style: str

    def html(self, record: Mapping[str, Any]) -> str:
        """Return the page with a record as JSON, bytes as base64.

        Raises
        ------
        ValueError, TypeError
            The record holds NaN, infinity or what JSON lacks.
        """
        return _html(self, record)


def _html(page: Document, record: Mapping[str, Any]) -> str:
    # Run only this script and fetch nothing, whatever a label contains.
    digest = b64encode(hashlib.sha256(page.script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="gridexplainer-widget {__version__}">
<title>{_text(page.title)}</title>
<style>{page.style}</style>
</head>
<body>
<main>
<h1>{_text(page.heading)}</h1>
<p>{_text(page.line)}</p>
<noscript>The map is drawn by JavaScript, which is turned off here.</noscript>
<div id="widget"></div>
</main>
<script type="application/json" id="record">{_json(record)}</script>
<script type="module">{page.script}</script>
</body>
</html>
"""


def _text(text: str) -> str:
    """Escape text for HTML; lone surrogates, which UTF-8 lacks, become "?"."""
    return escape(text.encode("utf-8", "replace").decode())


def _json(record: Mapping[str, Any]) -> str:
    """Write ASCII JSON that cannot end the script element around it."""
    text = json.dumps(record, allow_nan=False, separators=(",", ":"), default=_base64)
    return text.replace("<", "\\u003c")


def _base64(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode()
    raise TypeError(f"A record has {value!r} in it. Wanted is what JSON holds, or bytes.")


def written(html: str, path: str | os.PathLike[str] | None) -> str | Path:
    """Write a page to `path` and return that; return the page if it is None."""
    return html if path is None else write_file(path, html.encode())
