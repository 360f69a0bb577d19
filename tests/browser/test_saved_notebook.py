"""A notebook that was saved with the widget's state, opened again without the kernel it had."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab
from tests.browser.screen import (
    QUICK,
    SETUP,
    await_gone,
    await_picture,
    await_status,
    canvas,
    hover,
    point,
)

CONTEXT = "window.jupyterapp.shell.currentWidget.context"
MANAGER = "@jupyter-widgets/jupyterlab-manager:plugin"


@pytest.fixture
def saved(lab: Lab) -> str:
    """The name of a notebook that JupyterLab saved, with its widgets, before its kernel ended."""
    page = lab.page()
    with lab.setting(MANAGER, saveState=True):
        name = lab.write([SETUP, QUICK])
        lab.visit(name, page)
        await_status(page, "done")
        canvas(page).click(position=point(page, 1, 2, 4))
        expect(page.locator(".gx-verdict")).to_contain_text("“middle” falls from")
        page.evaluate(f"() => {CONTEXT}.save()")
        page.evaluate(f"() => {CONTEXT}.sessionContext.shutdown()")
    page.context.close()
    metadata = json.loads((lab.root / name).read_text(encoding="utf-8"))["metadata"]
    assert metadata["widgets"]
    return name


# With no kernel at all, JupyterLab's widget manager shows no widget of any kind.
def test_with_a_kernel_that_ran_nothing(lab: Lab, page: Page, saved: str) -> None:
    lab.visit(saved, page, run=False)
    await_gone(page)
    await_status(page, "done")
    await_picture(page)
    expect(page.locator(".gx-verdict")).to_contain_text("“middle” falls from")
    told = hover(page, 1, 2, 4)
    assert "−37.8 points" in told
    canvas(page).click(position=point(page, 3, 0, 4))
    assert hover(page, 1, 2, 4) == told
    await_gone(page)
