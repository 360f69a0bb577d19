"""A long notebook of which JupyterLab shows only the cells that are in sight."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab, run_code
from tests.browser.screen import (
    QUICK,
    SETUP,
    await_changed,
    await_picture,
    await_status,
    hover,
    pixels,
    root,
)

TRACKER = "@jupyterlab/notebook-extension:tracker"

SCROLL = """(cell) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = cell;
    return notebook.scrollToItem(cell);
}"""


def test_the_map_is_there_when_it_is_scrolled_back_to(lab: Lab, page: Page) -> None:
    filler = "print('\\n' * 60)"
    with lab.setting(TRACKER, windowingMode="full"):
        lab.open([SETUP, QUICK, *[filler] * 30], page)
        page.evaluate(SCROLL, 1)
        await_status(page, "done")
        await_picture(page)
        told = hover(page, 1, 2, 4)
        before = pixels(page)
        page.evaluate(SCROLL, 31)
        expect(root(page)).to_be_hidden()
        page.evaluate(SCROLL, 1)
        assert hover(page, 1, 2, 4) == told
        assert pixels(page) == before
        # What changed out of sight is in sight afterwards.
        page.evaluate(SCROLL, 31)
        expect(root(page)).to_be_hidden()
        run_code(page, "w.target = 'rest'")
        page.evaluate(SCROLL, 1)
        await_changed(page, before, 100)
        assert hover(page, 1, 2, 4) != told
