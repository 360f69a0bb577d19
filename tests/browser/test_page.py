"""A standalone page, opened from disk with no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.classifiers.checks.checks import Check
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.results.page import to_html
from tests.browser.processes import poll
from tests.browser.screen import (
    assert_hover,
    canvas,
    hover,
    open_panel,
    point,
    violations,
)
from tests.support.models import weights

EVIL = (
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "\"'><img src=x onerror=alert(1)>",
    "</title></style>&lt; \u2028\u2029",
)

# What an image shows, row by row.
IMAGE_PIXELS = """async (image) => {
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return { width, height, data: [...data] };
}"""


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    """Cells of two sizes: 31×29 pixels are no multiple of 4×4."""
    picture = np.random.default_rng(0).integers(0, 256, (31, 29, 3)).astype(np.uint8)
    labels = ["ant", "bee", "cow", "doe"]
    return GridExplainer(
        lambda b: weights(b[:, ::5, ::5]), 4, fill="noise", labels=labels, joint=False
    ).explain(picture, "cow")


@pytest.fixture
def opened(page: Page, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens explanations as pages on which nothing may be fetched and nothing complain."""
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))

    def show(explanation: Explanation, **state: object) -> Page:
        path = to_html(explanation, tmp_path / "page.html", state=state)
        page.goto(Path(path).as_uri())
        expect(page.locator(".gx-root")).to_have_attribute("data-host", "page")
        return page

    yield show
    assert {url for url in asked if not url.startswith("blob:")} == {
        (tmp_path / "page.html").as_uri()
    }
    assert said == []


def image_of(locator: Locator) -> np.ndarray:
    image = locator.evaluate(IMAGE_PIXELS)
    return np.uint8(image["data"]).reshape(image["height"], image["width"], 4)[..., :3]


def await_image(locator: Locator, expected: np.ndarray) -> None:
    """Wait for a picture: it takes the place of the one before once it is decoded."""
    poll(lambda: np.array_equal(image_of(locator), expected), "another picture is shown")


def hidden_picture(explanation: Explanation, *cells: int) -> np.ndarray:
    drawn = explanation.seen.copy()
    for cell in cells:
        top, left, bottom, right = explanation.grid.box(cell)
        drawn[top:bottom, left:right] = explanation.replacement[top:bottom, left:right]
    return drawn


def choose_target(page: Page, label: str) -> None:
    page.get_by_role("combobox", name="Why").fill(label)
    page.get_by_role("option", name=label).click()


def test_hover_tells_pythons_drop(opened: Callable[..., Page], explanation: Explanation) -> None:
    page = opened(explanation)
    assert_hover(page, explanation.drops, [(0, 0), (1, 2), (3, 3)])


def test_every_cell_has_its_evidence(opened: Callable[..., Page], explanation: Explanation) -> None:
    page = opened(explanation)
    verdict, image = page.locator(".gx-verdict"), page.locator(".gx-hidden-picture")
    for cell in range(len(explanation.grid)):
        row, column = explanation.grid.position(cell)
        canvas(page).click(position=point(page, row, column, 4))
        after = explanation.vectors[row, column]
        expect(page.locator(".gx-title")).to_contain_text(f"row {row + 1}, column {column + 1}")
        expect(verdict).to_contain_text(percent(float(after[explanation.target])))
        answer = int(after.argmax())
        flips = answer != explanation.baseline_vector.argmax()
        assert (f"becomes “{explanation.labels[answer]}”" in verdict.inner_text()) == flips
        await_image(image, hidden_picture(explanation, cell))


def test_other_targets_and_the_other_score(
    opened: Callable[..., Page], explanation: Explanation
) -> None:
    page = opened(explanation)
    choose_target(page, "bee")
    other = explanation.for_target("bee")
    expect(page.locator("h1")).to_have_text(f"bee: {percent(other.baseline)}")
    assert_hover(page, other.drops, [(2, 1)])
    open_panel(page, "Settings")
    page.get_by_label("Measured in").select_option("log-odds")
    expected = f"{-other.for_score('log-odds').drops[2, 1]:+.2f}".replace("-", "−")
    assert f"{expected} log-odds" in hover(page, 2, 1, 4)


def test_several_cells_are_drawn_and_nothing_is_claimed(
    opened: Callable[..., Page], explanation: Explanation
) -> None:
    page = opened(explanation, value=[(0, 1), (2, 2)])
    image = page.locator(".gx-hidden-picture")
    expect(image).to_be_visible()
    await_image(image, hidden_picture(explanation, 1, 10))
    expect(page.locator(".gx-verdict")).to_have_text(
        "A saved page cannot ask the model about these cells."
    )
    expect(page.locator(".gx-class")).to_have_count(0)


def test_only_some_cells_are_kept(opened: Callable[..., Page], explanation: Explanation) -> None:
    page = opened(explanation, value=[(0, 1), (2, 2)])
    page.get_by_role("button", name="Keep only these").click()
    others = [cell for cell in range(16) if cell not in (1, 10)]
    image = page.locator(".gx-hidden-picture")
    expect(image).to_be_visible()
    await_image(image, hidden_picture(explanation, *others))
    expect(page.locator(".gx-verdict")).to_contain_text("cannot ask the model about these cells")
    canvas(page).click(position=point(page, 0, 0, 4))  # and on with single cells
    await_image(image, hidden_picture(explanation, 0))
    expect(page.locator(".gx-verdict")).to_contain_text("points")


def test_it_is_worked_by_keyboard(opened: Callable[..., Page], explanation: Explanation) -> None:
    page = opened(explanation)
    grid = page.get_by_role("grid", name="Cells of the picture")
    expect(grid).to_have_attribute("tabindex", "0")
    grid.focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".gx-title")).to_contain_text("row 2, column 2")
    page.keyboard.press("Escape")
    expect(page.locator(".gx-title")).to_have_text("What the model says")


def test_appearance_changes_at_once(opened: Callable[..., Page], explanation: Explanation) -> None:
    page = opened(explanation, colormap="purple-green")
    open_panel(page, "Settings")
    colors = page.get_by_label("Colours")
    expect(colors).to_have_value("purple-green")
    colors.select_option("red-blue")
    expect(colors).to_have_value("red-blue")


def test_a_page_tells_what_was_seen_of_the_model(
    explanation: Explanation, opened: Callable[..., Page]
) -> None:
    told = Check("Outputs", "wrong", "<b>Taken</b> for logits.", 'Say output="softmax".')
    page = opened(replace(explanation, checked=Preflight((told,), 9)))
    check = page.locator("details.gx-check")
    expect(check.locator("summary")).to_contain_text(
        '<b>Taken</b> for logits. Say output="softmax".'
    )
    check.locator("summary").click()
    expect(check.locator("li")).to_contain_text("Outputs: wrong")


def test_a_partial_page_knows_what_it_lacks(
    opened: Callable[..., Page], explanation: Explanation
) -> None:
    vectors = explanation.vectors.copy()
    vectors[1, 1] = np.nan
    page = opened(replace(explanation, vectors=vectors))
    assert hover(page, 1, 1, 4) == "not scored yet"
    canvas(page).click(position=point(page, 1, 1, 4))
    expect(page.locator(".gx-verdict")).to_have_text("This cell has not been scored.")
    expect(page.locator(".gx-note").first).to_have_text("Partial: 15 of 16 cells have been scored.")


def test_names_are_text_whatever_they_contain(
    opened: Callable[..., Page], explanation: Explanation
) -> None:
    page = opened(replace(explanation, labels=EVIL, model=EVIL[0], fill=EVIL[1]))
    expect(page.locator("h1")).to_have_text(f"{EVIL[2]}: {percent(explanation.baseline)}")
    expect(page.locator(".gx-about").last).to_contain_text(EVIL[0])
    page.get_by_role("combobox", name="Why").click()
    for label in EVIL:
        expect(page.get_by_role("option").filter(has_text=shown(label.strip()))).to_have_count(1)
    page.keyboard.press("Escape")
    canvas(page).click(position=point(page, 0, 0, 4))
    expect(page.locator(".gx-class .gx-label")).to_have_count(4)
    assert page.locator("main img").count() == 1
    assert page.locator("script").count() == 2


def test_a_script_that_is_not_the_pages_own_does_not_run(
    page: Page, tmp_path: Path, explanation: Explanation
) -> None:
    html = explanation.to_html()
    path = tmp_path / "page.html"
    path.write_text(html.replace("<main>", "<script>alert(1)</script><main>"), encoding="utf-8")
    page.goto(path.as_uri())  # an alert would fail the test
    expect(page.locator(".gx-root")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(
    opened: Callable[..., Page], explanation: Explanation, scheme: str
) -> None:
    page = opened(explanation, value=[(0, 1)])
    page.emulate_media(color_scheme=scheme)
    expect(page.locator(".gx-root")).to_have_attribute("data-theme", scheme)
    assert violations(page, "html") == []
