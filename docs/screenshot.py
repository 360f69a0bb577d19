"""Take the README's picture: the widget as JupyterLab shows it.

Run as ``python -m docs.screenshot`` from the top of the repository.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import running_browser
from tests.browser.jupyter import running_lab

CELLS = [
    """from gridexplainer_widget import GridExplainer, demo
honest = demo.load('honest')
explainer = GridExplainer(honest.classifier)""",
    "explainer.explore(honest.pictures['cat and dog'], 'cat')",
]


def main(target: Path) -> None:
    """Write the screenshot to `target`."""
    with (
        tempfile.TemporaryDirectory() as home,
        running_browser() as browser,
        running_lab(Path(home), browser) as lab,
    ):
        page = lab.page(1180, scale=2)
        lab.open(CELLS, page)
        page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
        root = page.locator(".gx-root")
        expect(root).to_have_attribute("data-status", "done", timeout=60_000)
        canvas = page.locator(".gx-canvas")
        box = canvas.bounding_box()
        if box is None:
            raise RuntimeError("There is no picture on the screen.")
        # The dog's nose: without it, the answer is the cat.
        canvas.click(position={"x": box["width"] * 0.69, "y": box["height"] * 0.56})
        expect(page.locator(".gx-verdict")).to_be_visible()
        root.screenshot(path=target)


if __name__ == "__main__":
    main(Path(__file__).parent / "widget.png")
