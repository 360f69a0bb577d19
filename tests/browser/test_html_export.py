"""A notebook as an HTML page (nbconvert), whose widgets come from a CDN: here, from files."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Page, Route, expect

from tests.browser.jupyter import notebook
from tests.browser.managed import packed
from tests.browser.screen import (
    SETUP,
    await_gone,
    await_picture,
    await_status,
    canvas,
    hover,
    point,
)

EXPLAINED = (
    "w = GridExplainer(Model(), 4, fill='black', labels=labels).explore(picture, 'middle')\n"
    "w.wait()\n"
    "w.value = [(1, 2)]"
)


def answer(route: Route) -> None:
    """Be the CDN; a page must do without whatever else it asks for."""
    url = route.request.url
    if "require" in url:
        body = packed("requirejs-2.3.7", "require.js")
    elif "html-manager" in url:
        body = packed("jupyter-widgets-html-manager-1.0.15", "dist/embed-amd.js")
    elif "/anywidget@" in url:
        body = (Path(sys.prefix) / "share/jupyter/nbextensions/anywidget/index.js").read_bytes()
    else:
        return route.abort()
    return route.fulfill(body=body, content_type="text/javascript")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = nbformat.from_dict(notebook([SETUP, EXPLAINED, "w"]))
    NotebookClient(cells, timeout=600).execute()
    html, _ = HTMLExporter().from_notebook_node(cells)
    path = tmp_path_factory.mktemp("html") / "notebook.html"
    path.write_text(html, encoding="utf-8")
    return path


def test_the_map_is_there_and_can_be_read(exported: Path, page: Page) -> None:
    page.route(re.compile("^https?:"), answer)
    page.goto(exported.as_uri())
    await_status(page, "done")
    await_gone(page)
    await_picture(page)
    expect(page.locator(".gx-verdict")).to_contain_text("“middle” falls from")
    told = hover(page, 1, 2, 4)
    assert "−37.8 points" in told
    canvas(page).click(position=point(page, 3, 0, 4))
    assert hover(page, 1, 2, 4) == told
