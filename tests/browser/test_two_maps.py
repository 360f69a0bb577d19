"""The switch between the map of cells alone and that of handfuls, in JupyterLab and on a page."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gridexplainer_widget import GridExplainer
from tests.browser.jupyter import Lab, run_code
from tests.browser.processes import poll
from tests.browser.screen import (
    SETUP,
    await_changed,
    await_status,
    change_in,
    hover,
    pixels,
    python,
    violations,
)
from tests.support.models import either, unforeseeable

WHITE = np.full((32, 32, 3), 255, np.uint8)

IN_LAB = (
    "from tests.support.models import either\n"
    "picture = np.full((32, 32, 3), 255, np.uint8)\n"
    "w = GridExplainer(either, 4, fill='black', labels=['yes', 'no']).explore(picture, 'yes')\nw"
)


def switch(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def shown(page: Page) -> str:
    return page.locator(".gx-switch [aria-pressed=true]").inner_text()


def parts_of(told: str) -> dict[str, float]:
    """What is told of a cell in each map, in points, the map on the screen first."""
    both = re.findall(r"(alone|with others): (\S+) points", told)
    return {which: change_in(f"{change} points") for which, change in both}


@pytest.mark.parametrize("width", [375, 1400])
def test_a_page_has_both_maps(page: Page, tmp_path: Path, width: int) -> None:
    explanation = GridExplainer(either, 4, fill="black").explain(WHITE, 0)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(Path(explanation.to_html(tmp_path / "page.html")).as_uri())
    expect(page.locator(".gx-trust")).to_have_text(explanation.foretells.sentence)
    assert shown(page) == "Together"
    for row, column in ((0, 0), (3, 3), (1, 2)):
        told = hover(page, row, column, 4)
        part = -100 * explanation.maps["together"][row, column]
        alone = -100 * explanation.drops[row, column]
        assert list(parts_of(told)) == ["with others", "alone"]
        assert list(parts_of(told).values()) == pytest.approx([part, alone], abs=0.051)
    before = pixels(page)
    switch(page, "Alone")
    await_changed(page, before, 20)
    assert hover(page, 0, 0, 4).startswith("hidden alone: 0.0 points")
    expect(page.locator(".gx-trust")).to_have_text("")  # a map of zeros foretells nothing
    assert violations(page) == []
    assert page.evaluate("() => document.body.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_map_of_nothing_stands_out(page: Page, tmp_path: Path, scheme: str) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    explanation = GridExplainer(unforeseeable, 4, fill="black").explain(picture, 0)
    page.emulate_media(color_scheme=scheme)
    page.goto(Path(explanation.to_html(tmp_path / "page.html")).as_uri())
    doubt = page.locator(".gx-doubt")
    expect(doubt).to_contain_text("This map says nothing reliable about this picture")
    assert violations(page) == []


def test_the_switch_reaches_python_and_back(lab: Lab, page: Page) -> None:
    lab.open([SETUP, IN_LAB], page)
    await_status(page, "done")
    expect(page.locator(".gx-progress-text")).to_contain_text("60 of 60 handfuls")
    assert shown(page) == "Together"
    expect(page.locator(".gx-trust")).to_contain_text("it foretells")
    switch(page, "Alone")
    poll(lambda: python(page, "w.explanation.map") == "alone", "Python does not follow")
    run_code(page, "w.map = ''")
    expect(page.locator(".gx-switch [aria-pressed=true]")).to_have_text("Together")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".gx-chart")).to_be_visible()
    poll(lambda: python(page, "w.curve['running']") is False, "the curve does not end")
    switch(page, "Alone")
    expect(page.locator(".gx-chart")).to_be_hidden()
