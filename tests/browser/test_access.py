"""For everybody: keyboard, screen reader, themes, contrast."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab
from tests.browser.processes import poll
from tests.browser.screen import (
    GATED,
    QUICK,
    SETUP,
    await_status,
    await_value,
    canvas,
    let_on,
    open_panel,
    point,
    python,
    violations,
)


@pytest.fixture
def page(lab_page: Page) -> Page:
    return lab_page


def test_the_grid_is_worked_by_keyboard(quick: Page) -> None:
    grid = quick.get_by_role("grid", name="Cells of the picture")
    expect(grid).to_have_attribute("aria-rowcount", "4")
    grid.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        quick.keyboard.press(key)
    cell = quick.get_by_role("gridcell")
    expect(cell).to_have_count(1)
    drop = 100 * python(quick, "float(w.explanation.drops[1, 2])")
    assert drop > 1
    expect(cell).to_have_text(f"Row 2, column 3, speaks for middle, −{drop:.1f} points")
    quick.keyboard.press("Enter")
    await_value(quick, [[1, 2]])
    expect(cell).to_have_attribute("aria-selected", "true")
    quick.keyboard.press("Shift+ArrowRight")
    await_value(quick, [[1, 2], [1, 3]])
    quick.keyboard.press("Home")
    expect(cell).to_contain_text("Row 2, column 1")
    quick.keyboard.press("Control+End")
    expect(cell).to_contain_text("Row 4, column 4")
    quick.keyboard.press("Control+Enter")
    await_value(quick, [[1, 2], [1, 3], [3, 3]])
    quick.keyboard.press("Control+z")
    await_value(quick, [[1, 2], [1, 3]])
    quick.keyboard.press("Escape")
    await_value(quick, [])


def test_keys_on_the_grid_do_not_reach_the_notebook(quick: Page) -> None:
    cells = quick.locator(".jp-Notebook-cell")
    count = cells.count()
    quick.get_by_role("grid").focus()
    for key in ("b", "a", "d", "d", "x", "m", "Shift+Enter"):
        quick.keyboard.press(key)
    settings = quick.get_by_role("button", name="Settings")
    settings.focus()
    for key in ("b", "a", "Enter"):
        quick.keyboard.press(key)
    expect(settings).to_have_attribute("aria-expanded", "true")
    expect(quick.locator(".gx-settings")).to_be_visible()
    assert cells.count() == count
    expect(quick.get_by_role("grid")).to_be_visible()


def test_progress_and_answers_are_told(lab: Lab, page: Page) -> None:
    lab.open([SETUP, GATED], page)
    await_status(page, "running")
    told = page.locator(".gx-root > [role=status]")
    let_on(page, 12)
    expect(told).to_have_text("Cells: 25%.")
    let_on(page, 100)
    expect(told).to_have_text("All cells are scored.")
    canvas(page).click(position=point(page, 3, 7, 12))
    expect(told).to_contain_text("“middle” falls from")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(quick: Page, theme: str) -> None:
    quick.evaluate(
        "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
    )
    expect(quick.locator("body")).to_have_attribute(
        "data-jp-theme-light", "true" if theme == "JupyterLab Light" else "false"
    )
    assert violations(quick) == []
    canvas(quick).click(position=point(quick, 1, 2, 4))
    expect(quick.locator(".gx-verdict")).to_contain_text("points")
    open_panel(quick, "Settings")
    open_panel(quick, "Save")
    quick.get_by_role("button", name="Play").click()
    expect(quick.get_by_role("button", name="Play")).to_be_visible()
    quick.get_by_role("combobox", name="Why").click()
    expect(quick.locator(".gx-option").first).to_be_visible()
    assert violations(quick) == []
    quick.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', "
        "{ theme: 'JupyterLab Light' })"
    )


def test_reduced_motion_draws_the_curve_and_moves_nothing(quick: Page) -> None:
    quick.emulate_media(reduced_motion="reduce")
    quick.get_by_role("button", name="Play").click()
    poll(lambda: python(quick, "w.curve.get('running')") is False, "no curve")
    expect(quick.locator(".gx-chart")).to_be_visible()
    assert python(quick, "w.value") == []


def test_touch_selects(lab: Lab) -> None:
    context = lab.browser.new_context(viewport={"width": 800, "height": 900}, has_touch=True)
    page = context.new_page()
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    canvas(page).tap(position=point(page, 1, 2, 4))
    await_value(page, [[1, 2]])
    context.close()
