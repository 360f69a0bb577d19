"""A case → one HTML file, with its data inside and a digest of itself."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from gridexplainer_widget._version import __version__

from .marks import DATA, END, FACTS, FACTS_END, SEAL, SEAL_END, UNSEALED
from .parts import text
from .style import STYLE


def case_html(
    title: str, body: Iterable[str], facts: Mapping[str, Any], data: bytes, name: str
) -> str:
    """Write the page: no script, nothing fetched.

    Parameters
    ----------
    title : str
    body : HTML
    facts : mapping
        What the page tells beyond the data, as plain values for other programs.
    data : bytes
        The file that :meth:`~..explanation.Explanation.save` writes.
    name : str
        For the data, saved from the page.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
    digest, stored = hashlib.sha256(data).hexdigest(), b64encode(data).decode()
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="gridexplainer-widget {__version__}">
<title>{text(title, 200)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{chr(10).join(filter(None, body))}
<section><h2>The data inside</h2>
<p>All numbers of this page's map, {len(data):,} bytes. <code>Explanation.load("case.html")</code>
reads them from this file.
<a class="screen" download="{text(name)}" {DATA}{stored}{END}>Save them alone</a></p>
<p>SHA-256 of the data: <code>{digest}</code>.<br>
SHA-256 of this page, this number read as zeros: <code>{SEAL}{UNSEALED}{SEAL_END}</code>.</p>
<p>These numbers show what was changed by mistake. They are no signature: whoever changes the page
can change them as well. Keep one of them in another place, and hold it against what
<code>gridexplainer verify</code> prints.</p>
</section>
</main>
<footer>gridexplainer-widget {__version__}</footer>
{FACTS}{_json({**facts, "data": digest})}{FACTS_END}
</body>
</html>
"""
    return sealed(page)


def sealed(page: str) -> str:
    """Write a page's own digest into it."""
    digest = hashlib.sha256(page.encode()).hexdigest()
    return page.replace(SEAL + UNSEALED, SEAL + digest)


def _json(record: Mapping[str, Any]) -> str:
    """Write ASCII JSON that cannot end the element around it."""
    return json.dumps(record, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
