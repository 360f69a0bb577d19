"""Take the README's pictures of standalone pages; ``make docs`` first.

Run as ``python -m tools.page_pictures`` from the top of the repository.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import running_browser

ROOT = Path(__file__).parents[1]

LIVE = ROOT / "build" / "site-source" / "extra" / "live"


def opened(page: Page, name: str) -> None:
    """Open one of the gallery's pages."""
    page.goto((LIVE / f"{name}.html").as_uri())
    page.wait_for_selector("canvas, .gx-card-map")


def take(page: Page, name: str) -> None:
    """Write a picture of 256 colours: a third of the bytes."""
    path = ROOT / "docs" / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def main() -> None:
    """Write enough.png, gallery.png and case.png."""
    with running_browser() as browser:
        page = browser.new_page(
            viewport={"width": 1000, "height": 700}, device_scale_factor=1.5, color_scheme="light"
        )
        opened(page, "cat-and-dog")
        page.get_by_role("button", name="Enough", exact=True).click()
        take(page, "enough")
        opened(page, "study")
        take(page, "gallery")
        page.goto((LIVE / "case.html").as_uri())
        take(page, "case")
        page.close()


if __name__ == "__main__":
    main()
