"""Light and dark as different places say it; Colab and VS Code are played by what they set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from gridexplainer_widget import GridExplainer
from tests.browser.screen import open_panel, violations
from tests.support.models import weights

VSCODE = """
document.body.className = "vscode-dark";
const style = document.documentElement.style;
for (const [name, value] of Object.entries({
    "editor-background": "#1e1e1e", foreground: "#cccccc", descriptionForeground: "#9d9d9d",
    "editorWidget-background": "#252526", "editorWidget-border": "#454545",
    "button-background": "#0e639c", "button-foreground": "#ffffff", errorForeground: "#f48771",
})) style.setProperty(`--vscode-${name}`, value);
"""
COLAB = "document.documentElement.setAttribute('theme', '{}');"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    path = tmp_path_factory.mktemp("page") / "page.html"
    GridExplainer(weights, 4).explain(picture).to_html(path)
    return path


def place(browser: Browser, saved: Path, script: str, scheme: str) -> Page:
    """Open the front end as it is in a place that does what the script does."""
    page = browser.new_context(color_scheme=scheme, bypass_csp=True).new_page()
    page.goto(saved.as_uri())
    expect(page.locator(".gx-root")).to_be_visible()
    page.evaluate(f"() => {{ {script} }}")
    return page


def shade(page: Page, name: str) -> int:
    """Return the mean of red, green and blue of a colour of the widget, 0..255."""
    color = page.locator(".gx-root").evaluate("(root, name) => getComputedStyle(root)[name]", name)
    return sum(int(part) for part in color[4:-1].split(",")[:3]) // 3


@pytest.mark.parametrize(
    ("script", "scheme", "theme"),
    [
        ("", "light", "light"),
        ("", "dark", "dark"),
        (COLAB.format("dark"), "light", "dark"),
        (COLAB.format("light"), "dark", "light"),
        (VSCODE, "light", "dark"),
        ("document.body.style.background = 'oklch(0.2 0.02 250)';", "light", "dark"),
        ("document.body.style.background = 'white';", "dark", "light"),
    ],
)
def test_it_is_as_light_as_its_place(
    browser: Browser, saved: Path, script: str, scheme: str, theme: str
) -> None:
    page = place(browser, saved, script, scheme)
    expect(page.locator(".gx-root")).to_have_attribute("data-theme", theme)
    background, text = shade(page, "backgroundColor"), shade(page, "color")
    assert (background < 60 < 180 < text) if theme == "dark" else (text < 60 < 220 < background)
    page.locator(".gx-canvas").click()
    open_panel(page, "Settings")
    assert violations(page) == []
    page.context.close()


def test_vs_codes_own_colors_are_taken(browser: Browser, saved: Path) -> None:
    page = place(browser, saved, VSCODE, "light")
    expect(page.locator(".gx-root")).to_have_css("background-color", "rgb(30, 30, 30)")
    expect(page.locator(".gx-root")).to_have_css("color", "rgb(204, 204, 204)")
    page.context.close()
