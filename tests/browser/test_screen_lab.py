"""What a person sees of the explorer in JupyterLab, where a model answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab, run_code
from tests.browser.processes import poll
from tests.browser.screen import (
    QUICK,
    SETUP,
    await_status,
    await_value,
    canvas,
    change_in,
    open_panel,
    point,
    python,
)
from tests.browser.test_files import give, png

SHARP = """
def sharp(batch):
    '''Sure of the first class while the middle is bright; then of the second.'''
    bright = np.clip(batch[:, 12:24, 24:36].mean(axis=(1, 2, 3)) / 255, 0.1, 0.9)
    return np.stack([bright, 1 - bright], axis=1)

def stubborn(batch):
    '''Never sure of anything but the first class.'''
    first = 0.6 + 0.3 * sharp(batch)[:, 0]
    return np.stack([first, 1 - first], axis=1)

def explored(model):
    explainer = GridExplainer(model, 4, fill='black', labels=['yes', 'no'], joint=False)
    return explainer.explore(picture)
"""

READER = """
from gridexplainer_widget.live import files
gate, read_picture = threading.Semaphore(0), files.read_picture

def waiting(data):
    gate.acquire(timeout=600)
    return read_picture(data)

files.read_picture = waiting
"""
"""A picture from the browser waits until the gate is opened."""

FOLD = """(names) => {
    const panel = document.querySelector(".jp-Notebook").getBoundingClientRect();
    return names.flatMap((name) => [...document.querySelectorAll(`.gx-root ${name}`)])
        .filter((node) => node.checkVisibility({ visibilityProperty: true }))
        .map((node) => [node.className || node.textContent, node.getBoundingClientRect()])
        .filter(([, { top, bottom }]) => top < panel.top - 1 || bottom > panel.bottom + 1)
        .map(([name, { top, bottom }]) => `${name}: ${top}–${bottom}`);
}"""
"""What of the widget is not seen without scrolling."""


@pytest.fixture
def page(lab_page: Page) -> Page:
    return lab_page


def open_model(lab: Lab, page: Page, model: str) -> None:
    lab.open([SETUP + SHARP, f"w = explored({model})\nw"], page)
    await_status(page, "done")


@pytest.mark.parametrize("sidebar", [True, False])
def test_nothing_useful_is_below_the_fold_of_a_laptop(lab: Lab, page: Page, sidebar: bool) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    if not sidebar:
        page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    page.locator(".gx-root").evaluate("(root) => root.scrollIntoView({ block: 'start' })")
    canvas(page).click(position=point(page, 1, 2, 4))
    expect(page.locator(".gx-verdict")).to_be_visible()
    page.locator(".gx-root").evaluate("(root) => root.scrollIntoView({ block: 'start' })")
    useful = [".gx-says", ".gx-trust", "button", ".gx-why", ".gx-legend", ".gx-canvas"]
    useful += [".gx-hidden-picture", ".gx-verdict", ".gx-class"]
    assert page.locator(".jp-Notebook").bounding_box()["height"] < 700  # it is what scrolls
    assert page.evaluate(FOLD, useful) == []
    page.evaluate("() => window.jupyterapp.shell.expandLeft()")


def test_the_answer_has_its_room_from_the_start(lab: Lab, page: Page) -> None:
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    page.locator(".gx-root").evaluate("(root) => root.scrollIntoView({ block: 'start' })")
    names = [".gx-root", ".gx-controls", ".gx-canvas", ".gx-legend", ".gx-notices"]
    places = [page.locator(name).first for name in names]
    before = [place.bounding_box() for place in places]
    canvas(page).click(position=point(page, 1, 2, 4))
    expect(page.locator(".gx-verdict")).to_be_visible()
    expect(page.locator(".gx-hidden-picture")).to_be_visible()
    assert [place.bounding_box() for place in places] == before
    page.evaluate("() => window.jupyterapp.shell.expandLeft()")


def test_tab_goes_on_from_why(quick: Page) -> None:
    names = ("Open picture …", "Picture only", "Save", "Settings")
    buttons = [quick.get_by_role("button", name=name, exact=True) for name in names]
    asked = [quick.get_by_role("combobox", name=name) for name in ("Why", "rather than")]
    stops = [*asked, *buttons, quick.get_by_role("grid")]
    stops[0].focus()
    for key, on in (("Tab", stops[1:]), ("Shift+Tab", stops[-2::-1])):
        for stop in on:
            quick.keyboard.press(key)
            expect(stop).to_be_focused()


def test_the_old_map_answers_nothing_while_a_picture_is_read(quick: Page) -> None:
    run_code(quick, READER)
    give(quick, "drop", png(1), "new.png")
    told = quick.locator(".gx-alerts .gx-reading")
    expect(told).to_have_text("Reading “new.png” … The map below is of the picture before.")
    expect(quick.locator(".gx-body")).to_have_js_property("inert", value=True)
    place = point(quick, 1, 2, 4)
    box = canvas(quick).bounding_box()
    quick.mouse.click(box["x"] + place["x"], box["y"] + place["y"])
    assert quick.evaluate("() => document.querySelector('.gx-tip-place').textContent") == ""
    run_code(quick, "gate.release()")
    poll(lambda: python(quick, "[w.grid['height'], w.status]") == [30, "done"], "it is not read")
    assert python(quick, "w.value") == []
    expect(told).to_be_hidden()
    expect(quick.locator(".gx-body")).to_have_js_property("inert", value=False)
    run_code(quick, "files.read_picture = read_picture")


def test_a_new_picture_asks_about_its_own_class_and_offers_the_old_one(quick: Page) -> None:
    give(quick, "drop", png(1))
    poll(lambda: python(quick, "[w.grid['height'], w.status]") == [30, "done"], "it is not read")
    own = python(quick, "labels[int(w.explanation.baseline_vector.argmax())]")
    assert own != "middle"
    expect(quick.get_by_role("combobox", name="Why")).to_have_value(own)
    quick.get_by_role("button", name="Why middle, as before?").click()
    expect(quick.get_by_role("combobox", name="Why")).to_have_value("middle")
    poll(lambda: python(quick, "w.target") == 1, "the class did not arrive")
    expect(quick.get_by_role("button", name="as before?")).to_be_hidden()


def test_play_stops_where_the_answer_changes(lab: Lab, page: Page) -> None:
    open_model(lab, page, "sharp")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".gx-flip")).to_have_text("The answer becomes “no”.")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    await_value(page, [[1, 2]])
    expect(page.locator(".gx-top .gx-value")).to_have_text("1 of 16 hidden")
    expect(page.locator(".gx-flip-text")).to_have_text(
        "Hiding the strongest cell changes the answer; the strongest cell alone is enough for it."
    )
    assert page.locator("line.gx-flip-mark").get_attribute("x1") == "15"  # of 240, for 1 of 16
    page.get_by_role("button", name="Undo").click()
    await_value(page, [])


def test_play_gives_the_selection_back_where_the_answer_never_changes(lab: Lab, page: Page) -> None:
    open_model(lab, page, "stubborn")
    canvas(page).click(position=point(page, 3, 0, 4))
    await_value(page, [[3, 0]])
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".gx-flip-text")).to_contain_text("never changes the answer")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    await_value(page, [[3, 0]])
    expect(page.locator("line.gx-flip-mark")).to_be_hidden()


def test_another_grid_keeps_the_pixels_that_are_selected(quick: Page) -> None:
    canvas(quick).click(position=point(quick, 1, 2, 4))
    await_value(quick, [[1, 2]])
    open_panel(quick, "Settings")
    quick.get_by_role("slider", name="Grid").fill("8")
    await_value(quick, [[2, 4], [2, 5], [3, 4], [3, 5]])
    expect(quick.locator(".gx-verdict")).to_contain_text("points")
    assert change_in(quick.locator(".gx-verdict").inner_text()) < -1
    quick.get_by_role("button", name="Undo").click()
    await_value(quick, [])


def test_a_fill_that_is_not_installed_cannot_be_chosen(lab: Lab, page: Page) -> None:
    missing = (
        "from gridexplainer_widget.core import fills\n"
        "find_spec, fills.find_spec = fills.find_spec, lambda name: None\n" + QUICK
    )
    lab.open([SETUP, missing], page)
    await_status(page, "done")
    run_code(page, "fills.find_spec = find_spec")
    open_panel(page, "Settings")
    fill = page.get_by_role("option", name="a repair of the hole: not installed")
    expect(fill).to_be_disabled()
    expect(fill).to_have_attribute(
        "title", "needs OpenCV: pip install 'gridexplainer-widget[inpaint]'"
    )
    assert python(page, "w.fill.name") == "black"
