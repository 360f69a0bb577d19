"""A notebook holds a gallery and, below it, a live picture: the styles of either reach both."""

from __future__ import annotations

import re
from pathlib import Path

SOURCES = Path(__file__).parents[4] / "js/src"


def classes(text: str) -> set[str]:
    return set(re.findall(r"\bgx-[a-z-]+", text))


def test_the_gallerys_styles_name_no_class_of_another_widget() -> None:
    styles = SOURCES / "styles"
    own = classes((styles / "gallery/gallery.css").read_text(encoding="utf-8"))
    for shared in ("base.css", "fields.css"):
        own -= classes((styles / shared).read_text(encoding="utf-8"))
    assert "gx-card" in own
    others = [path for path in SOURCES.rglob("*.ts") if path.parent.name != "gallery"]
    found = {path.name: own & classes(path.read_text(encoding="utf-8")) for path in others}
    assert {name: taken for name, taken in found.items() if taken} == {}
