"""The line that tells what was seen of the model, in JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab
from tests.browser.screen import SETUP, await_status, python, violations

WRONG = (
    "explainer = GridExplainer(Model(), 4, fill='black', labels=labels, output='logits')\n"
    "w = explainer.explore(picture)\nw"
)

SOUND = WRONG.replace("output='logits'", "preprocess='0..255'")


@pytest.fixture
def page(lab_page: Page) -> Page:
    return lab_page


def test_what_is_not_known_is_read_without_a_click(quick: Page) -> None:
    check = quick.locator("details.gx-check")
    expect(check.locator("summary")).to_contain_text("is not known.")
    expect(check.locator("summary")).to_contain_text('In other ranges: "0..1" “')
    expect(check.locator("summary")).not_to_contain_text("nothing wrong")
    expect(check).to_have_attribute("data-verdict", "unknown")
    assert violations(quick) == []


def test_a_sound_model_gets_a_quiet_line(lab: Lab, page: Page) -> None:
    lab.open([SETUP, SOUND], page)
    await_status(page, "done")
    check = page.locator("details.gx-check")
    expect(check.locator("summary")).to_contain_text("nothing wrong was found")
    expect(check).to_have_attribute("data-verdict", "ok")
    expect(check.locator("li").first).to_be_hidden()


def test_what_is_wrong_is_read_without_a_click(lab: Lab, page: Page) -> None:
    lab.open([SETUP, WRONG], page)
    await_status(page, "done")
    check = page.locator("details.gx-check")
    expect(check.locator("summary")).to_contain_text('Say output="softmax".')
    expect(check).to_have_attribute("data-verdict", "wrong")
    check.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(check.locator("li").first).to_contain_text("Outputs: wrong")
    assert python(page, "len(w.check['checks'])") == check.locator("li").count()
    assert violations(page) == []
