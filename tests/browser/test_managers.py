"""VS Code's own widget managers, and one as Colab's, over kernels of two environments."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.managed import Managers, told
from tests.browser.screen import QUICK, await_picture, canvas, point, violations

ENVIRONMENTS = pytest.mark.parametrize("environment", ["newest", "older"])


def shade(frame: Page | Frame, name: str) -> int:
    """Return the mean of red, green and blue of a colour of the widget, 0..255."""
    color = frame.locator(".gx-root").evaluate("(root, name) => getComputedStyle(root)[name]", name)
    return sum(int(part) for part in color[color.index("(") + 1 : -1].split(",")[:3]) // 3


def assert_dark(frame: Page | Frame) -> None:
    expect(frame.locator(".gx-root")).to_have_attribute("data-theme", "dark")
    assert shade(frame, "backgroundColor") < 60 < 180 < shade(frame, "color")


def await_done(frame: Page | Frame) -> None:
    expect(frame.locator(".gx-root")).to_have_attribute("data-status", "done")
    await_picture(frame)


def ask(frame: Page | Frame, row: int, column: int, grid: int = 4) -> None:
    canvas(frame).click(position=point(frame, row, column, grid))


def assert_told(frame: Page | Frame, row: int, column: int) -> None:
    """See that there is an answer for a cell."""
    expect(frame.locator(".gx-title")).to_have_text(f"Without row {row + 1}, column {column + 1}")
    expect(frame.locator(".gx-verdict")).to_contain_text("“middle”")


@ENVIRONMENTS
def test_vs_code_in_the_dark(managers: Managers, page: Page, environment: str) -> None:
    managers.vscode(page, environment, QUICK)
    await_done(page)
    ask(page, 1, 2)
    assert_told(page, 1, 2)
    assert_dark(page)
    expect(page.locator(".gx-root")).to_have_css("background-color", "rgb(30, 30, 30)")
    assert violations(page) == []


@ENVIRONMENTS
def test_two_outputs_of_colab_in_the_dark(managers: Managers, page: Page, environment: str) -> None:
    one, other = managers.colab(page, environment, QUICK, outputs=2)
    for output in (one, other):
        await_done(output)
        assert_dark(output)
    ask(one, 1, 2)
    assert_told(one, 1, 2)
    assert_told(other, 1, 2)
    one.get_by_role("button", name="Settings").click()
    one.get_by_role("slider", name="Grid").fill("3")
    expect(other.locator(".gx-size")).to_have_text("3 × 3")
    await_done(other)
    ask(other, 2, 0, 3)
    assert_told(other, 2, 0)
    assert_told(one, 2, 0)
    assert told(one, "[w.grid_size, w.value]") == [3, [[2, 0]]]


def test_two_outputs_of_a_comparison_in_colab(managers: Managers, page: Page) -> None:
    code = (
        "explainer = GridExplainer(Model(), 4, fill='black', labels=labels, joint=False)\n"
        "w = explainer.explore(picture, methods=['occlusion'], target='middle')\nw"
    )
    one, other = managers.colab(page, "older", code, outputs=2)
    for output in (one, other):
        expect(output.locator(".gx-panel[data-status=done] canvas")).to_be_visible()
        assert_dark(output)
    ask_map(one)
    for output in (one, other):
        expect(output.locator(".gx-readout-answer")).to_contain_text("middle")


def test_a_runtime_of_colab_that_is_lost(managers: Managers, page: Page) -> None:
    page.clock.install()
    [output] = managers.colab(page, "older", QUICK)
    await_done(output)
    ask(output, 1, 2)
    assert_told(output, 1, 2)
    page.clock.fast_forward(60_000)
    expect(output.locator(".gx-offline")).to_be_hidden()
    output.evaluate("() => { window.runtimeIsLost = true; }")
    ask(output, 0, 0)
    expect(output.locator(".gx-asking")).to_be_visible()
    page.clock.fast_forward(10_000)
    expect(output.locator(".gx-offline")).to_be_hidden()
    page.clock.fast_forward(10_000)
    expect(output.locator(".gx-offline")).to_contain_text("No answer for 20 seconds")
    output.evaluate("() => { window.runtimeIsLost = false; }")
    ask(output, 1, 1)
    assert_told(output, 1, 1)
    expect(output.locator(".gx-offline")).to_be_hidden()


def ask_map(frame: Frame) -> None:
    frame.locator(".gx-panel[data-status=done] canvas").click()
