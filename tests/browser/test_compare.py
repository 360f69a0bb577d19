"""Several maps side by side, in JupyterLab and on a page of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gridexplainer_widget import GridExplainer, demo
from tests.browser.jupyter import Lab
from tests.browser.screen import SETUP, python, violations

COMPARED = (
    "explainer = GridExplainer(Model(), 4, fill='black', labels=labels)\n"
    "w = explainer.explore(picture, 'middle', methods=['occlusion', ('rise', {'samples': 60}), "
    "'saliency'])\nw"
)


def root(page: Page) -> Locator:
    return page.locator(".gx-compare").first


def panels(page: Page) -> Locator:
    return root(page).locator(".gx-panel[data-status]")


def cell(canvas: Locator, row: int, column: int) -> tuple[float, float]:
    """Return the middle of one of 4×4 cells."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    x = box["x"] + (column + 0.5) * box["width"] / 4
    return x, box["y"] + (row + 0.5) * box["height"] / 4


@pytest.fixture
def compared(lab: Lab, lab_page: Page) -> Page:
    page = lab_page
    lab.open([SETUP, COMPARED], page)
    expect(root(page)).to_have_attribute("data-status", "done")
    return page


def test_each_method_has_a_panel_with_its_figures_and_its_cost(compared: Page) -> None:
    occlusion, rise, saliency = (panels(compared).nth(number) for number in range(3))
    expect(occlusion).to_contain_text("77 model calls")
    expect(rise).to_contain_text("61 model calls")
    for panel in (occlusion, rise):
        expect(panel.locator(".gx-metrics")).to_contain_text("SRG")
    expect(saliency).to_have_attribute("data-status", "failed")
    expect(saliency).to_contain_text("a black box")
    assert violations(compared) == []


def test_the_same_cell_lights_up_in_every_map(compared: Page) -> None:
    first, second = (panels(compared).nth(number) for number in (0, 1))
    compared.mouse.move(*cell(first.locator("canvas"), 1, 2))
    expect(first.locator(".gx-map-reading")).to_contain_text("· strongest for")
    expect(second.locator(".gx-map-reading")).to_contain_text("strongest")
    drop = python(compared, "round(100 * float(w.comparison['occlusion'].values[1, 2]), 1)")
    expect(first.locator(".gx-map-reading")).to_contain_text(f"{drop}")
    compared.mouse.move(*cell(second.locator("canvas"), 0, 0))
    expect(first.locator(".gx-map-reading")).not_to_contain_text("· strongest for")


def test_a_click_tells_what_hiding_the_cell_did(compared: Page) -> None:
    compared.mouse.click(*cell(panels(compared).nth(1).locator("canvas"), 1, 2))
    expect(root(compared)).to_contain_text("With row 2, column 3 hidden: middle")
    assert python(compared, "list(map(list, w.value))") == [[1, 2]]
    assert python(compared, "w.evidence['drop'] > 0.1")


def test_a_method_is_changed_live(compared: Page) -> None:
    panels(compared).nth(2).locator("select").first.select_option("occlusion")
    expect(panels(compared).nth(2)).to_have_attribute("data-status", "done")
    assert python(compared, "[name for name, _ in w.methods]") == ["occlusion", "rise", "occlusion"]


def test_a_page_of_real_methods_needs_no_kernel(
    browser: Browser, page: Page, tmp_path: Path
) -> None:
    honest = demo.load("honest")
    picture = honest.pictures["cat and dog"]
    comparison = GridExplainer(honest.classifier, 4).compare(
        picture,
        ["occlusion", "grad-cam", "saliency"],
        "dog",
        mask=honest.masks["cat and dog"]["dog"],
    )
    path = comparison.to_html(tmp_path / "side by side.html")
    page.route("http*://**", lambda route: route.abort())
    page.goto(Path(path).as_uri())
    expect(panels(page)).to_have_count(3)
    first, second = (panels(page).nth(number) for number in (0, 1))
    best = comparison["occlusion"].top(1)[0]
    page.mouse.click(*cell(second.locator("canvas"), best.row, best.column))
    expect(first.locator(".gx-map-reading")).to_contain_text("· strongest for")
    hidden = comparison["occlusion"].vectors[best.row, best.column, comparison["occlusion"].target]
    expect(root(page)).to_contain_text(f"→ {100 * hidden:.1f}%")
    expect(first).to_contain_text(f"{comparison.figures[0].under[0].insertion:.2f}")
    expect(first.locator(".gx-trust")).to_have_text(comparison.trust[0].text)
    assert violations(page) == []
    assert_swiped(page)


def assert_swiped(page: Page) -> None:
    """On a phone, see one map and go to the next by scrolling across; the page does not."""
    page.set_viewport_size({"width": 375, "height": 800})
    wide, tall = page.evaluate(
        "() => { const { scrollWidth, scrollHeight } = document.documentElement;"
        " return [scrollWidth, scrollHeight]; }"
    )
    assert wide == 375
    assert tall < 2 * 800
    last = panels(page).nth(2)
    expect(last).not_to_be_in_viewport()
    page.locator(".gx-panels").evaluate("(row) => row.scrollTo(row.scrollWidth, 0)")
    expect(last).to_be_in_viewport(ratio=0.5)


def test_what_a_cell_tells_stays_in_sight(compared: Page) -> None:
    last = panels(compared).nth(2)
    panels(compared).nth(2).locator("select").first.select_option("occlusion")
    expect(last).to_have_attribute("data-status", "done")
    compared.set_viewport_size({"width": 700, "height": 600})  # so narrow that maps have rows
    compared.mouse.click(*cell(last.locator("canvas"), 1, 2))
    readout = root(compared).locator(".gx-readout")
    expect(readout).to_contain_text("Row 2, column 3")
    expect(readout).to_be_in_viewport(ratio=0.9)
