"""Hosts of the widget, and a real Chromium to look at them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.jupyter import Lab, new_page, running_lab, running_notebook7
from tests.browser.screen import QUICK, SETUP, await_status

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NOTEBOOK7_AS_IT_STARTS = "Cannot read properties of undefined (reading 'schema')"
"""What Notebook 7.6 itself stumbles over, widget or not."""


@contextmanager
def running_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab"), browser) as lab:
        yield lab


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Lab]:
    with running_notebook7(tmp_path_factory.mktemp("notebook7"), browser) as notebook7:
        yield notebook7


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which nothing may go wrong."""
    page = new_page(browser)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    yield page
    page.context.close()
    assert [problem for problem in problems if problem != NOTEBOOK7_AS_IT_STARTS] == []


@pytest.fixture
def quick(lab: Lab, page: Page) -> Page:
    """The widget in JupyterLab, every one of its 4×4 cells scored."""
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    return page
