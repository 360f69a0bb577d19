"""The site builds without a warning, its links hold, and it asks nothing of the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import gridexplainer_widget
from tests.support.pages import ROOT
from tools.site.__main__ import build
from tools.site.gather import gather, relinked
from tools.site.notebooks import notebook_pages

LIVE = re.compile(r"live/([\w-]+)\.html")

FETCHED = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "srcset",
    "video": "src",
}
"""What a browser asks for by itself, by element; links to click on are no part of it."""

FETCHED_BY_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?(?!data:)([^'\")]+)")


class Page(HTMLParser):
    """A page's links, the names that may be linked to, and what a browser fetches with it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.fetched: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.names.update(name for name in (found.get("id"), found.get("name")) if name)
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if found.get(FETCHED.get(tag, "")):
            self.fetched.append(str(found[FETCHED[tag]]))
        self.fetched += FETCHED_BY_STYLE.findall(found.get("style") or "")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:.*is deprecated")
def test_the_site(tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    gather(source)
    live = source / "extra" / "live"
    notebook_pages(source, live, execute=False)
    for page in source.rglob("*.md"):
        for name in LIVE.findall(page.read_text(encoding="utf-8")):
            (live / f"{name}.html").write_text("<title>Live</title>", encoding="utf-8")
    assert build(source, site) == 0, "what Sphinx complained of stands above"
    pages = {path: Page(path) for path in site.rglob("*.html")}
    assert site / "tutorial.html" in pages
    assert not list(broken(pages))
    assert not list(asked_of_the_network(site, pages))


def broken(pages: dict[Path, Page]) -> Iterator[str]:
    """Find links and frames that lead nowhere on the site, or have no address elsewhere."""
    for path, page in pages.items():
        for link in [*page.links, *page.fetched]:
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            if parts.scheme:
                if parts.scheme != "https" or "." not in parts.netloc:
                    yield f"{path.name}: {link}"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = pages.get(target)
            if not target.is_file() or (
                there is not None and parts.fragment and unquote(parts.fragment) not in there.names
            ):
                yield f"{path.name}: {link}"


def asked_of_the_network(site: Path, pages: dict[Path, Page]) -> Iterator[str]:
    """Find what a browser would fetch from elsewhere."""
    styles = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.css")}
    asked = {
        **{path: page.fetched for path, page in pages.items()},
        **{path: FETCHED_BY_STYLE.findall(style) for path, style in styles.items()},
    }
    for path, addresses in asked.items():
        for address in addresses:
            if address.startswith("//") or urlsplit(address).scheme in {"http", "https"}:
                yield f"{path.name}: {address}"


def test_links_follow_pages_to_the_site() -> None:
    text = "[a](docs/speed.md#b) [c](benchmarks/README.md) [d](https://e.org) ![f](docs/g.png)"
    assert relinked(text, "README.md") == (
        "[a](speed.md#b) [c](benchmarks.md) [d](https://e.org) ![f](g.png)"
    )
    assert (
        relinked("[e](../notebooks/compare.ipynb)", "docs/methods.md")
        == "[e](notebooks/compare.md)"
    )
    assert relinked("[f](../speed.md)", "docs/howto/keras.md") == "[f](../speed.md)"


def test_all_public_names_are_told() -> None:
    told = set(re.findall(r":: ([\w.]+)", (ROOT / "docs" / "api.md").read_text(encoding="utf-8")))
    missing = set(gridexplainer_widget.__all__) - told - {"__version__", "demo"}
    assert not missing, "docs/api.md lacks them"
