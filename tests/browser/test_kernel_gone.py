"""What stays of the widget when its kernel is restarted, shut down or dies."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab, run_code
from tests.browser.screen import (
    QUICK,
    SETUP,
    await_gone,
    await_status,
    canvas,
    hover,
    pixels,
    point,
    python,
    root,
)

CONTEXT = "window.jupyterapp.shell.currentWidget.context.sessionContext"

DIALOGS_CLOSED = """
const close = () => document.querySelector("dialog.jp-Dialog .jp-mod-accept")?.click();
new MutationObserver(close).observe(document.body, { childList: true, subtree: true });
"""


@pytest.fixture
def explained(lab: Lab, page: Page) -> Page:
    """A page with a finished map and what a click on a cell told."""
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    expect(root(page)).to_have_attribute("data-host", "kernel")
    expect(page.locator(".gx-offline")).to_be_hidden()
    canvas(page).click(position=point(page, 1, 2, 4))
    expect(page.locator(".gx-verdict")).to_contain_text("“middle” falls from")
    return page


def try_all(page: Page) -> None:
    """Look at the map, click a cell, and see that what needs a kernel cannot be asked."""
    before = pixels(page)
    told = hover(page, 1, 2, 4)
    assert "−37.8 points" in told
    expect(page.locator(".gx-why").first).to_have_js_property("inert", value=True)
    for name in ("Open picture …", "Play"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    for name in ("Enough", "Needed", "How sure?"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    canvas(page).click(position=point(page, 3, 0, 4))
    canvas(page).click(position=point(page, 1, 2, 4))
    assert hover(page, 1, 2, 4) == told
    assert pixels(page) == before


def test_after_a_restart(explained: Page) -> None:
    page = explained
    page.evaluate(f"() => {CONTEXT}.session.kernel.restart()")
    await_gone(page)
    try_all(page)
    # Run again, the notebook has a widget that is alive.
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    expect(root(page)).to_have_attribute("data-host", "kernel")
    await_status(page, "done")
    canvas(page).click(position=point(page, 0, 0, 4))
    expect(page.locator(".gx-verdict")).to_be_visible()
    assert python(page, "w.value") == [[0, 0]]


def test_after_a_shutdown(explained: Page) -> None:
    page = explained
    page.evaluate(f"() => {CONTEXT}.shutdown()")
    page.wait_for_function(f"() => !{CONTEXT}.session?.kernel")
    hover(page, 0, 0, 4)
    await_gone(page)
    try_all(page)


def test_after_the_kernel_died(explained: Page) -> None:
    page = explained
    page.evaluate(DIALOGS_CLOSED)
    run_code(page, "import os, threading; threading.Timer(0.1, os._exit, [1]).start()")
    await_gone(page)
    try_all(page)
