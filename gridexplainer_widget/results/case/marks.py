"""How a page's parts are found again; no text of a stranger can hold one of these."""

from __future__ import annotations

from typing import Final

DATA: Final = 'href="data:application/octet-stream;base64,'
END: Final = '"'

FACTS: Final = '<script type="application/json" id="facts">'
FACTS_END: Final = "</script>"

SEAL: Final = '<span id="seal">'
SEAL_END: Final = "</span>"

UNSEALED: Final = 64 * "0"
