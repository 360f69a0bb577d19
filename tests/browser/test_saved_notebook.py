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
    root,
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


def reopen(lab: Lab, page: Page, saved: str) -> None:
    """Open a notebook until its widget is there.

    Where the kernel connects late, JupyterLab's widget manager gives up on what a notebook holds
    before it has read it; whoever meets that opens the notebook once more.
    """
    given_up = page.get_by_text("model not found")
    for _ in range(5):
        lab.visit(saved, page, run=False)
        expect(root(page).or_(given_up).first).to_be_visible()
        if not given_up.is_visible():
            return


# With no kernel at all, JupyterLab's widget manager shows no widget of any kind.
def test_with_a_kernel_that_ran_nothing(lab: Lab, page: Page, saved: str) -> None:
    reopen(lab, page, saved)
    await_gone(page)
    await_status(page, "done")
    await_picture(page)
    expect(page.locator(".gx-verdict")).to_contain_text("“middle” falls from")
    told = hover(page, 1, 2, 4)
    assert "−37.8 points" in told
    canvas(page).click(position=point(page, 3, 0, 4))
    assert hover(page, 1, 2, 4) == told
    await_gone(page)
