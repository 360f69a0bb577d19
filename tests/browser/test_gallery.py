"""A gallery as a page, opened from disk with no network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gridexplainer_widget.live.gallery.columns import GalleryColumns
from gridexplainer_widget.live.gallery.widget import gallery_html
from tests.browser.jupyter import Lab
from tests.browser.screen import GALLERY, SETUP, assert_opens, violations
from tests.support.galleries import GRID, gallery_rows

COUNT = 600

FRAMES = """async (list) => {
    // Scroll from end to end; return the longest that script and layout took for a frame.
    let longest = 0;
    for (let step = 0; step <= 60; step++) {
        const begun = performance.now();
        list.scrollTop = (list.scrollHeight - list.clientHeight) * step / 60;
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        longest = Math.max(longest, performance.now() - begun);
    }
    return longest;
}"""


WRONG = """async ([list, order, count]) => {
    // Scroll by steps and leaps; return what any card showed that is not its own.
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const pixel = (image, x) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.drawImage(image, x, 0, 1, 1, 0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data;
    };
    const [wrong, maps] = [new Set(), new Map()];
    let pictures = 0;
    const look = () => {
        for (const line of list.querySelectorAll(".gx-cards-line:not([hidden])")) {
            const place = new DOMMatrix(line.style.transform).f / line.offsetHeight;
            if (place < 0) continue; // it is filled out of sight
            line.querySelectorAll(".gx-card").forEach((card, at, { length }) => {
                const row = order[Math.round(place) * length + at];
                const name = row === undefined ? "" : `${String(row).padStart(5, "0")}.png`;
                const shown = card.hidden ? "" : card.querySelector(".gx-card-name").textContent;
                if (shown !== name) wrong.add(`${shown} for ${name}`);
                if (card.hidden) return;
                const image = card.querySelector("img");
                if (!image.hidden && image.complete) {
                    pictures++;
                    const grey = pixel(image, 4)[0];
                    if (Math.abs(grey - row % 256) > 1) wrong.add(`${grey} for ${name}`);
                }
                const { backgroundImage } = card.querySelector(".gx-card-map").style;
                maps.set(`${backgroundImage.slice(5, -2)} ${3 * at}`, row);
            });
        }
    };
    const rest = Array(7).fill(0);
    const steps = [40, 90, 150, 300, -60, 2000, 5, -900, 20000, ...rest, -1e6, ...rest];
    list.scrollTop = 0;
    for (const step of steps) {
        list.scrollTop += step;
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        look();
    }
    for (const [at, row] of maps) {
        const [address, x] = at.split(" ");
        const image = new Image();
        image.src = address;
        await image.decode();
        const [first, against] = [0, 1].map((cell) => pixel(image, Number(x) + cell)[3]);
        const value = Math.round(127 * row / count) / 127;
        if (Math.abs(first - against * value) > 1) wrong.add(`${first} of ${against}: ${row}`);
    }
    return [[...wrong], pictures, maps.size];
}"""
"""`order` has the rows as they come, of `count` pictures: the first cell of each has the value
row / count, and all its pixels have the grey row % 256."""


COMPLETE = """() => {
    // Whether each place in view has a card with its picture.
    const list = document.querySelector(".gx-cards").getBoundingClientRect();
    for (let y = list.top + 30; y < list.bottom; y += 60) {
        for (let x = list.left + 60; x < list.right - 60; x += 60) {
            const card = document.elementFromPoint(x, y)?.closest(".gx-card");
            if (card && !card.querySelector("img:not([hidden])")?.complete) return false;
            if (!document.elementFromPoint(x, y)?.closest(".gx-cards-line")) return false;
        }
    }
    return true;
}"""


@pytest.fixture
def opened(own_page: Page, tmp_path: Path) -> Page:
    path = tmp_path / "gallery.html"
    columns = GalleryColumns.of(gallery_rows(COUNT), GRID, "a model", "Occlusion")
    path.write_text(gallery_html(columns))
    own_page.goto(path.as_uri())
    return own_page


def names(page: Page) -> list[str]:
    return page.locator(".gx-card-name").all_inner_texts()


def test_only_what_is_in_view_is_in_the_document(opened: Page) -> None:
    expect(opened.get_by_role("status")).to_have_text("600 pictures")
    expect(opened.locator(".gx-card-image:visible").first).to_be_visible()
    assert names(opened)[:2] == ["00000.png", "00001.png"]
    list_ = opened.locator(".gx-cards")
    list_.evaluate(FRAMES)
    expect(opened.get_by_text("00599.png")).to_be_visible()
    assert opened.locator(".gx-card").count() < 120
    expect(
        opened.locator(".gx-card", has_text="00599.png").locator(".gx-card-image")
    ).to_be_visible()


def test_a_card_never_shows_what_is_not_its_own(opened: Page) -> None:
    list_ = opened.locator(".gx-cards").element_handle()
    order = list(range(COUNT))
    wrong, pictures, maps = opened.evaluate(WRONG, [list_, order, COUNT])
    assert wrong == []
    assert pictures > 100
    assert maps > 50
    opened.get_by_label("Sort by").select_option("probability, most first")
    wrong, pictures, maps = opened.evaluate(WRONG, [list_, order[::-1], COUNT])
    assert wrong == []
    assert pictures > 100


def test_what_rests_is_complete(opened: Page) -> None:
    list_ = opened.locator(".gx-cards")
    list_.evaluate("(list) => { list.scrollTop = list.scrollHeight / 2; }")
    list_.hover()
    opened.mouse.wheel(0, 5000)
    opened.wait_for_function(COMPLETE)


def test_sorted_and_filtered(opened: Page) -> None:
    opened.get_by_label("Sort by").select_option("probability, most first")
    expect(opened.locator(".gx-card-name").first).to_have_text("00599.png")
    opened.get_by_label("Answer").select_option("dog")
    expect(opened.get_by_role("status")).to_have_text("200 of 600 pictures")
    opened.get_by_label("Right or wrong").select_option("wrong")
    expect(opened.get_by_role("status")).to_have_text("100 of 600 pictures")
    expect(opened.locator(".gx-card-line").first).to_have_text("99.7% · dog · true: eel")
    opened.get_by_role("button", name="Show all").click()
    expect(opened.get_by_role("status")).to_have_text("600 pictures")


def test_brushed_by_pointer_and_by_keyboard(opened: Page) -> None:
    chart = opened.locator(".gx-histogram-chart").first
    box = chart.bounding_box()
    assert box is not None
    opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    opened.mouse.down()
    opened.mouse.move(box["x"] + box["width"] + 5, box["y"] + 20, steps=4)
    opened.mouse.up()
    expect(opened.get_by_role("status")).to_have_text("300 of 600 pictures")
    opened.get_by_label("foretells, from").fill("140")  # of 200 steps from −1 to 1: from 0.4
    expect(opened.get_by_role("status")).to_have_text("48 of 600 pictures")
    expect(opened.locator(".gx-histogram-range").nth(1)).to_have_text("0.4 to 1")
    slider = opened.get_by_label("probability, from")
    slider.focus()
    slider.press("End")
    expect(opened.get_by_role("status")).to_have_text("0 of 600 pictures")
    expect(opened.get_by_text("No picture passes all filters.")).to_be_visible()
    chart.click()
    opened.locator(".gx-histogram-chart").nth(1).click()
    expect(opened.get_by_role("status")).to_have_text("600 pictures")


def test_arrow_keys_go_from_picture_to_picture(opened: Page) -> None:
    opened.locator(".gx-card").first.focus()
    opened.keyboard.press("ArrowRight")
    for _ in range(30):
        opened.keyboard.press("ArrowDown")
    focused = opened.locator(".gx-card:focus")
    expect(focused).to_contain_text("00271.png")
    expect(focused).to_be_in_viewport(ratio=0.9)
    opened.keyboard.press("ArrowUp")
    expect(focused).to_contain_text("00262.png")


def test_access_and_a_narrow_screen(opened: Page) -> None:
    for scheme in ("light", "dark"):
        opened.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(opened.locator(".gx-root")).to_have_attribute("data-theme", scheme)
        assert violations(opened) == []
    opened.set_viewport_size({"width": 360, "height": 800})
    expect(opened.locator(".gx-card").first).to_be_visible()
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_click_opens_the_picture_live_and_in_view(lab: Lab, lab_page: Page) -> None:
    lab.open([SETUP, GALLERY], lab_page)
    assert_opens(lab_page)
