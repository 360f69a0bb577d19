"""What a person sees of the explorer, on a page: nothing is out of sight, in the way or misread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gridexplainer_widget import Explanation, GridExplainer
from tests.browser.conftest import watched
from tests.browser.screen import canvas, open_panel, point, violations
from tests.support.models import weights

CLASSES = 60

DRAWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""Waits for what is to be drawn in the next frame."""

SPY = """
const stroke = CanvasRenderingContext2D.prototype.strokeText;
window.numbers = [];
CanvasRenderingContext2D.prototype.strokeText = function (text, x, y) {
    const size = parseFloat(this.font.match(/([\\d.]+)px/)[1]);
    const width = this.measureText(text).width;
    window.numbers.push([text, x - width / 2, y - size / 2, x + width / 2, y + size / 2]);
    stroke.apply(this, arguments);
};
"""
"""Keeps where each number is drawn, in pixels of the canvas."""

BOXES = """(root) => [...root.querySelectorAll("*")]
    .filter((node) => !node.closest(".gx-evidence *, .gx-notices, .gx-sr"))
    .filter((node) => node.getBoundingClientRect().width > 0)
    .map((node) => {
        const { x, y, width } = node.getBoundingClientRect();
        return [node.className.toString(), x, y, width];
    })"""
"""Where everything stands but what is told of a selection, and what comes after it."""

SLABS = """(root) => [...root.querySelectorAll("*"), root].filter((node) => {
    const [red, green, blue, alpha = 1] =
        getComputedStyle(node).backgroundColor.match(/[\\d.]+/g).map(Number);
    const { width, height } = node.getBoundingClientRect();
    return alpha > 0.5 && (red + green + blue) / 3 > 150 && width * height > 3000;
}).map((node) => node.className)"""
"""Large light areas."""

SMALL = """(root) => [...root.querySelectorAll("button, select, input, summary")]
    .map((node) => node.type === "checkbox" ? node.closest("label") ?? node : node)
    .filter((node) => node.checkVisibility({ visibilityProperty: true }))
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 0 && (width < 43.5 || height < 43.5))
    .map(([node, { width, height }]) => `${node.className}: ${width}×${height}`)"""
"""What is too small for a finger."""


def many(batch: np.ndarray) -> np.ndarray:
    """Of 60 classes, the 40th is the less probable, the brighter the middle is."""
    share = np.tile(np.linspace(2, 1, CLASSES), (len(batch), 1))
    share[:, 39] -= batch[:, 4:8, 4:8].mean(axis=(1, 2, 3)) / 255
    return share / share.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    picture = np.random.default_rng(0).integers(0, 256, (48, 48, 3)).astype(np.uint8)
    names = ["a long name of a class", "bee", "cow", "doe"]
    return GridExplainer(weights, 6, labels=names, output="softmax").explain(picture)


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[Page, Explanation], Locator]:
    def show(page: Page, explanation: Explanation) -> Locator:
        page.goto(Path(explanation.to_html(tmp_path / "page.html")).as_uri())
        root = page.locator(".gx-root")
        expect(root).to_have_attribute("data-host", "page")
        return root

    return show


Opened = Callable[[Page, Explanation], Locator]


def test_the_class_asked_about_is_among_the_bars(page: Page, opened: Opened) -> None:
    picture = np.full((12, 12, 3), 99, np.uint8)
    labels = [f"class {index}" for index in range(CLASSES)]
    explanation = GridExplainer(many, 3, labels=labels, fill="black", joint=False).explain(
        picture, 39
    )
    opened(page, explanation)
    bars = page.locator(".gx-class .gx-label")
    expect(bars).to_have_text([*labels[:5], "class 39"])
    for click in (False, True):
        if click:
            canvas(page).click(position=point(page, 1, 1, 3))
            expect(page.locator(".gx-verdict")).to_contain_text("“class 39” rises")
        asked = page.locator(".gx-class.gx-target .gx-label")
        expect(asked).to_have_text("class 39")
        assert int(asked.evaluate("(label) => getComputedStyle(label).fontWeight")) >= 600


@pytest.mark.parametrize("width", [375, 800, 1400])
def test_the_first_click_moves_nothing(
    page: Page, opened: Opened, explanation: Explanation, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    root = opened(page, explanation)
    before, whole = root.evaluate(BOXES), root.bounding_box()
    canvas(page).click(position=point(page, 2, 2, 6))
    expect(page.locator(".gx-hidden-picture")).to_be_visible()
    page.mouse.move(0, 0)
    expect(page.locator(".gx-tip-place")).to_have_text("")
    assert root.evaluate(BOXES) == before
    if width == 1400:  # where the answer stands beside the map, it has its room from the start
        assert root.bounding_box() == whole


def test_on_a_phone_the_answer_stands_below_the_map(
    page: Page, opened: Opened, explanation: Explanation
) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    opened(page, explanation)
    canvas(page).click(position=point(page, 2, 2, 6))
    verdict = page.locator(".gx-verdict")
    expect(verdict).to_be_visible()
    canvas(page).evaluate("(map) => map.scrollIntoView({ block: 'start' })")
    frame, title, told = (
        page.locator(name).bounding_box() for name in (".gx-canvas", ".gx-title", ".gx-verdict")
    )
    assert frame["y"] + frame["height"] <= title["y"] <= frame["y"] + frame["height"] + 110
    assert told["y"] + 20 < 667  # begins on the same screen


@pytest.mark.parametrize("width", [375, 1400])
def test_the_legend_is_read_whole(
    page: Page, opened: Opened, explanation: Explanation, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, explanation.for_target("bee"))
    for text in ("speaks against bee", "speaks for bee"):
        side = page.get_by_text(text, exact=True)
        assert side.evaluate("(side) => side.scrollWidth <= side.clientWidth")


def test_nothing_is_light_in_the_dark(page: Page, opened: Opened, explanation: Explanation) -> None:
    page.emulate_media(color_scheme="dark")
    root = opened(page, explanation)
    expect(root).to_have_attribute("data-theme", "dark")
    for name in ("Save", "Settings"):
        open_panel(page, name)
    canvas(page).click(position=point(page, 2, 2, 6))
    expect(page.locator(".gx-verdict")).to_be_visible()
    assert root.evaluate(SLABS) == []


def test_a_dark_picture_stays_dark_under_the_map(page: Page, opened: Opened) -> None:
    black = np.zeros((32, 32, 3), np.uint8)
    black[:4, :4] = 9
    opened(page, GridExplainer(weights, 4, fill="blur").explain(black))
    mean = """(canvas) => {
        const { width, height } = canvas;
        const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
        return data.filter((_, index) => index % 4 < 3).reduce((a, b) => a + b, 0) / data.length;
    }"""
    page.wait_for_function("() => document.querySelector('.gx-canvas').width > 300")
    assert canvas(page).evaluate(mean) < 80


@pytest.mark.parametrize("width", [375, 1400])
@pytest.mark.parametrize("grid", [4, 8, 14])
def test_numbers_never_touch(page: Page, opened: Opened, width: int, grid: int) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (56, 56, 3)).astype(np.uint8)
    page.add_init_script(SPY)
    page.set_viewport_size({"width": width, "height": 900})
    explanation = GridExplainer(weights, grid, joint=False, fill="black").explain(picture)
    opened(page, explanation)
    open_panel(page, "Settings")
    for unit in ("log-odds", "percentage points"):  # what was drawn in one is not for the other
        page.evaluate("() => { window.numbers = []; }")
        page.get_by_label("Measured in").select_option(unit)
        if grid == 4:  # else there may be no room for any
            page.wait_for_function("() => window.numbers.length > 0")
        page.evaluate(DRAWN)
    drawn = page.evaluate("() => window.numbers")
    # Only what says something: above a tenth of the largest.
    largest = np.abs(explanation.drops).max()
    assert all(abs(float(text.replace("−", "-"))) / 100 > 0.09 * largest for text, *_ in drawn)
    boxes = {tuple(box) for _, *box in drawn}
    for one in boxes:
        for other in boxes - {one}:
            apart = (
                one[2] + 2 <= other[0]
                or other[2] + 2 <= one[0]
                or one[3] <= other[1]
                or other[3] <= one[1]
            )
            assert apart, (one, other)


@pytest.mark.parametrize("width", [375, 1024])
def test_a_finger_meets_everything(
    browser: Browser, opened: Opened, explanation: Explanation, width: int
) -> None:
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, has_touch=True, is_mobile=True)
    page = context.new_page()
    with watched(page):
        root = opened(page, explanation)
        for name in ("Save", "Settings"):
            open_panel(page, name)
        canvas(page).tap(position=point(page, 2, 2, 6))
        expect(page.locator(".gx-verdict")).to_be_visible()
        assert root.evaluate(SMALL) == []
        assert page.evaluate("() => document.scrollingElement.scrollWidth") <= width
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 800, 1400])
def test_axe_finds_nothing_at_any_width(
    page: Page, opened: Opened, explanation: Explanation, width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    opened(page, explanation)
    for name in ("Save", "Settings"):
        open_panel(page, name)
    canvas(page).click(position=point(page, 2, 2, 6))
    expect(page.locator(".gx-verdict")).to_be_visible()
    assert violations(page, "html") == []
