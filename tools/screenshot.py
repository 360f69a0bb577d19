"""Take the README's pictures: the widgets as JupyterLab shows them.

Run as ``python -m tools.screenshot`` from the top of the repository.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.conftest import running_browser
from tests.browser.jupyter import Lab, running_lab

FOLDER = Path(__file__).parents[1] / "docs"

SETUP = """from gridexplainer_widget import GridExplainer, demo
honest = demo.load('honest')
explainer = GridExplainer(honest.classifier)
img = honest.pictures['cat and dog']"""

ALONE = "explainer.explore(img, 'cat')"

FIRST = "explainer.explore(img, 'dog')"

WIDE, NARROW = 880, 480
"""JupyterLab's widths at which a page of the site shows the widget in its true size."""

COMPARED = (
    "explainer.explore(img, 'dog', mask=honest.masks['cat and dog']['dog'],\n"
    "                  methods=['occlusion', 'grad-cam', 'guided-backpropagation'])"
)

MARGIN = 8
"""Pixels of a screen that are left below a map."""

DOGS_EYE = (0.81, 0.56)
"""Without it, the answer is the cat."""

DOGS_NOSE = (0.69, 0.56)
"""Alike."""


def opened(lab: Lab, width: int, height: int, cell: str) -> Locator:
    """Run a notebook of one widget; return it once it is done."""
    page = lab.page(width, scale=2)
    page.set_viewport_size({"width": width, "height": height})
    lab.open([SETUP, cell], page)
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    root = page.locator(".gx-root")
    expect(root).to_have_attribute("data-status", "done", timeout=60_000)
    return root


def click(canvas: Locator, place: tuple[float, float]) -> None:
    """Click at a share of a canvas's width and height."""
    box = canvas.bounding_box()
    if box is None:
        raise RuntimeError("There is no picture on the screen.")
    canvas.click(position={"x": box["width"] * place[0], "y": box["height"] * place[1]})


def take(root: Locator, name: str, *, down_to: Locator | None = None) -> None:
    """Write a picture for a page of the site, as WebP: few bytes, and the colours stay."""
    widget, last = root.bounding_box(), (down_to or root).bounding_box()
    if widget is None or last is None:
        raise RuntimeError("There is no widget on the screen.")
    taken = Image.open(io.BytesIO(root.screenshot())).convert("RGB")
    below = last["y"] + last["height"] + (MARGIN if down_to else 0)
    height = round(taken.height * (below - widget["y"]) / widget["height"])
    path = FOLDER / "pictures" / f"{name}.webp"
    taken.crop((0, 0, taken.width, height)).save(path, quality=88)


def main() -> None:
    """Write widget.png and compare.png, and the tutorial's first map, wide and narrow."""
    with (
        tempfile.TemporaryDirectory() as home,
        running_browser() as browser,
        running_lab(Path(home), browser) as lab,
    ):
        root = opened(lab, 1180, 1000, ALONE)
        click(root.locator(".gx-canvas"), DOGS_NOSE)
        expect(root.locator(".gx-verdict")).to_be_visible()
        root.screenshot(path=FOLDER / "widget.png")
        take(opened(lab, WIDE, 2600, FIRST), "first")
        root = opened(lab, NARROW, 2600, FIRST)
        take(root, "first-narrow", down_to=root.locator(".gx-canvas"))
        root = opened(lab, 1560, 1250, COMPARED)
        click(root.locator(".gx-panel canvas").nth(1), DOGS_EYE)
        expect(root).to_contain_text("hidden: dog")
        root.screenshot(path=FOLDER / "compare.png")


if __name__ == "__main__":
    main()
