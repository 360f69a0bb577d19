"""Labels as they come out of names of files, ontologies and bad intentions."""

import os

HOSTILE = {
    "half surrogate": os.fsdecode("hünd".encode("latin-1")),
    "surrogate": "\ud800\udfff",
    "long": "x" * 200_000,
    "long line ends": "\n" * 5000,
    "terminal": "\x1b[31;1mred\x1b]0;title\x07\x9b2J\r",
    "direction": "cat\u202egnp.exe\u2066",
    "mathtext": r"$\frac{a}{$_^",
    "markup": "</script><script>alert(1)</script>",
    "format": "%s {0} %(name)s",
    "no glyph": "猫\U0001f408\ue000\uffff",
    "null": "a\0b",
    "empty": "",
    "blank": " \t ",
}
