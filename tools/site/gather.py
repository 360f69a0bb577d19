"""Lay out what Sphinx reads: pages of docs/ and of the repository, with links that hold there."""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]

ELSEWHERE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/README.md": "benchmarks.md",
}
"""Pages that do not stand in docs/, by where they stand; the front page stands for the README."""

NOTEBOOKS = "notebooks"

LINK = re.compile(r"\[([^\[\]]*)\]\(([^)\s:#]+)(?=[)#])")

FILE = re.compile(r"[\w/.]+\.(md|ipynb)")
"""What a link says that names its file: on the site it says the page's title."""


def site_path(path: str) -> str:
    """Tell where on the site a file of the repository stands."""
    if path.startswith(NOTEBOOKS):
        return re.sub(r"\.ipynb$", ".md", path)
    return ELSEWHERE.get(path, path.removeprefix("docs/"))


def relinked(text: str, path: str) -> str:
    """Point relative links of the file at `path` to where their targets stand on the site."""
    here = posixpath.dirname(site_path(path))

    def link(match: re.Match[str]) -> str:
        linked = posixpath.normpath(posixpath.join(posixpath.dirname(path), match[2]))
        words = "" if FILE.fullmatch(match[1]) else match[1]
        return f"[{words}]({posixpath.relpath(site_path(linked), here or '.')}"

    return LINK.sub(link, text)


def gather(source: Path) -> None:
    """Write everything that is no notebook and no live page to the folder `source`."""
    shutil.copytree(ROOT / "docs", source)
    shutil.copytree(ROOT / "docs" / "pictures", source / "extra" / "pictures")
    pages = [page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").rglob("*.md")]
    for path in [*pages, *ELSEWHERE]:
        if path != "README.md":
            text = (ROOT / path).read_text(encoding="utf-8")
            (source / site_path(path)).write_text(relinked(text, path), encoding="utf-8")
