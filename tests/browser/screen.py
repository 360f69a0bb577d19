"""What is on the screen, and what is put there: the cells of a notebook, the map, the pointer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.jupyter import run_code
from tests.browser.processes import poll

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"

SETUP = """
import json, threading, time
import numpy as np
from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.checks.checks import Check
from gridexplainer_widget.classifiers.checks.preflight import Preflight

random = np.random.default_rng(0)
picture = random.integers(90, 160, (48, 48, 3)).astype(np.uint8)
# Not one colour: hiding a cell by its mean would change nothing, and the model would not be asked.
picture[12:24, 24:36] = random.integers(245, 256, (12, 12, 3))

class Model:
    '''Brightness of the middle against the rest, a batch at a time when it is gated.'''
    def __init__(self, gate=None, fail_after=10**9):
        self.gate, self.left, self.calls = gate, fail_after, 0
    def __call__(self, batch):
        if self.gate:
            self.gate.acquire(timeout=600)
        self.calls += 1
        self.left -= 1
        if self.left < 0:
            raise RuntimeError('the <b>graphics card</b> caught fire')
        middle = batch[:, 12:24, 24:36].mean(axis=(1, 2, 3)) / 255
        rest = batch.mean(axis=(1, 2, 3)) / 255
        logits = np.stack([6 * rest, 3 * middle, np.ones(len(batch))], axis=1)
        e = np.exp(logits)
        return e / e.sum(axis=1, keepdims=True)

labels = ['rest', 'middle', '<img src=x onerror=alert(1)>']
"""

QUICK = (
    "model = Model()\n"
    "explainer = GridExplainer(model, 4, fill='black', labels=labels, joint=False)\n"
    "w = explainer.explore(picture, 'middle')\nw"
)
GATED = (
    "model = Model(threading.Semaphore(0))\n"
    "explainer = GridExplainer(model, 12, batch_size=4, labels=labels, joint=False)\n"
    "explainer.checked = Preflight((Check('Outputs', 'ok', 'Probabilities.'),), 0)\n"
    "w = explainer.explore(picture, 'middle')\nw"
)
GALLERY = """
from gridexplainer_widget.live.gallery.columns import GalleryColumns
from gridexplainer_widget.live.gallery.widget import Gallery
from tests.support.galleries import GRID, gallery_rows

explorer = GridExplainer(Model(), 4, fill='black', labels=labels, joint=False)
g = Gallery(GalleryColumns.of(gallery_rows(40), GRID, 'a model', 'Occlusion'),
            lambda row: explorer.explore(picture, labels[row % 3]))
g"""
"""Picture 3 opens with the target “rest”."""


def root(page: Page) -> Locator:
    return page.locator(".gx-root").first


def await_status(page: Page, status: str) -> None:
    expect(root(page)).to_have_attribute("data-status", status)


# The colour near the top of each of 12×12 places on the canvas, one number each.
PIXELS = """(canvas) => {
    const context = canvas.getContext("2d");
    const colors = [];
    for (let y = 0; y < 12; y++) for (let x = 0; x < 12; x++) {
        const place = [(x + 0.5) / 12 * canvas.width, (y + 0.15) / 12 * canvas.height];
        const [r, g, b] = context.getImageData(...place.map(Math.floor), 1, 1).data;
        colors.push(r * 65536 + g * 256 + b);
    }
    return colors;
}"""
CHANGED = f"(canvas, before) => ({PIXELS})(canvas).filter((c, i) => c !== before[i]).length"

BLANK = [0] * 144


def canvas(page: Page) -> Locator:
    return page.locator(".gx-canvas").first


def pixels(page: Page) -> list[int]:
    return canvas(page).evaluate(PIXELS)


def await_changed(page: Page, before: list[int], least: int) -> None:
    """Wait until so many of the 144 places, or more, look different."""
    poll(lambda: changed(page, before) >= least, f"Fewer than {least} places have changed.")


def changed(page: Page, before: list[int]) -> int:
    return canvas(page).evaluate(CHANGED, before)


def await_picture(page: Page) -> None:
    await_changed(page, BLANK, 144)


def await_gone(page: Page) -> None:
    """Wait until the view says that no kernel answers."""
    expect(root(page)).to_have_attribute("data-host", "gone")
    expect(page.locator(".gx-offline").first).to_contain_text("kernel")


def let_on(page: Page, batches: int = 1) -> None:
    run_code(page, f"model.gate.release({batches})")


def point(page: Page, row: float, column: float, grid: int) -> dict[str, float]:
    box = canvas(page).bounding_box()
    return {"x": (column + 0.5) / grid * box["width"], "y": (row + 0.5) / grid * box["height"]}


def hover(page: Page, row: int, column: int, grid: int) -> str:
    canvas(page).hover(position=point(page, row, column, grid))
    place = page.locator(".gx-tip-place").first
    expect(place).to_contain_text(f"Row {row + 1}, column {column + 1}")
    return page.locator(".gx-tip-drop").first.inner_text()


def ask_why(page: Page, name: str) -> None:
    """Choose the class asked about."""
    page.get_by_role("combobox", name="Why").first.fill(name)
    page.keyboard.press("Enter")


def change_in(text: str) -> float:
    """The first signed change that a text tells, in points."""
    return float(re.search(r"([+−]?[\d.]+) points", text)[1].replace("−", "-"))


def open_panel(page: Page, name: str) -> None:
    """Open what a button shows and hides: Settings, Save."""
    button = page.get_by_role("button", name=name, exact=True).first
    if button.get_attribute("aria-expanded") == "false":
        button.click()


def assert_hover(
    page: Page, drops: Sequence[Sequence[float]], cells: Iterable[tuple[int, int]]
) -> None:
    """Point at cells and compare what is told of them with drops, row by row."""
    for row, column in cells:
        told = change_in(hover(page, row, column, len(drops)))
        assert told == pytest.approx(-100 * drops[row][column], abs=0.051)


def python(page: Page, expression: str) -> object:
    return json.loads(run_code(page, f"print(json.dumps({expression}))"))


def violations(page: Page, within: str = ".gx-root") -> list[str]:
    """What axe-core finds wrong with the widget, or with more of the page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(
        """async (within) => {
            const { violations } = await axe.run(within);
            return violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html}`));
        }""",
        within,
    )


def await_value(page: Page, cells: list[list[int]], *, keep: bool = False) -> None:
    """Wait until Python knows of a selection."""
    poll(
        lambda: python(page, "[sorted(w.value), w.keep]") == [cells, keep],
        f"{cells} were not selected",
    )


def assert_opens(page: Page) -> None:
    """Click a picture in a gallery: it is explained live, below all else, and brought into view."""
    card = page.locator(".gx-card", has_text="00003.png")
    expect(card.locator(".gx-card-image")).to_be_visible()
    card.click()
    expect(page.get_by_role("combobox", name="Why").last).to_have_value("rest")
    live = page.locator(".gx-root[data-status]").last
    expect(live).to_have_attribute("data-status", "done")
    expect(live.locator(".gx-canvas")).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".gx-gallery-error")).to_be_hidden()
