"""What a person sees and does in Notebook 7."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab
from tests.browser.screen import (
    GALLERY,
    GATED,
    QUICK,
    SETUP,
    assert_hover,
    assert_opens,
    await_changed,
    await_picture,
    await_status,
    changed,
    let_on,
    pixels,
    point,
    python,
)


def test_cells_fill_while_scoring_runs(notebook7: Lab, page: Page) -> None:
    notebook7.open([SETUP, GATED], page)
    await_status(page, "running")
    await_picture(page)
    before = pixels(page)
    for done in (3, 7):
        let_on(page)
        expect(page.locator(".gx-progress-text")).to_contain_text(f"{done} of 144 cells")
        await_changed(page, before, done)
        assert changed(page, before) == done
    let_on(page, 100)
    await_status(page, "done")


def test_hover_and_click_show_what_python_computed(notebook7: Lab, page: Page) -> None:
    notebook7.open([SETUP, QUICK], page)
    await_status(page, "done")
    drops = python(page, "w.explanation.drops.tolist()")
    assert_hover(page, drops, [(1, 2), (0, 0)])
    page.locator(".gx-canvas").click(position=point(page, 1, 2, 4))
    expect(page.locator(".gx-verdict")).to_contain_text("“middle” falls from")
    assert python(page, "w.value") == [[1, 2]]


def test_keys_typed_inside_do_not_reach_the_notebook(notebook7: Lab, page: Page) -> None:
    notebook7.open([SETUP, QUICK], page)
    await_status(page, "done")
    cells = page.locator(".jp-Notebook-cell")
    controls = page.locator(".gx-root").locator(
        "button:enabled:visible, input:enabled:visible, select:enabled:visible"
    )
    for control in controls.all():
        control.focus()
        page.keyboard.press("b")
    await_status(page, "done")
    expect(cells).to_have_count(2)
    page.locator(".jp-InputPrompt").first.click()  # outside, the same key inserts a cell
    page.keyboard.press("b")
    expect(cells).to_have_count(3)


def test_a_click_in_a_gallery_opens_the_picture(notebook7: Lab, page: Page) -> None:
    notebook7.open([SETUP, GALLERY], page)
    assert_opens(page)
