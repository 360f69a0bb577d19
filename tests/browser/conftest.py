"""Hosts of the widget, and a real Chromium to look at them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Dialog, Error, Page, expect, sync_playwright

from tests.browser.jupyter import Lab, new_page, running_lab, running_notebook7
from tests.browser.managed import Managers
from tests.browser.processes import PATIENCE
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

expect.set_options(timeout=1000 * PATIENCE)


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


@pytest.fixture(scope="session")
def managers(lab: Lab) -> Managers:
    return Managers(lab)


@contextmanager
def watched(page: Page) -> Iterator[Page]:
    """Let nothing go wrong on a page."""
    problems: list[str] = []

    def on_error(error: Error) -> None:
        problems.append(str(error))

    def on_dialog(dialog: Dialog) -> None:
        problems.append(dialog.message)

    page.on("pageerror", on_error)
    page.on("dialog", on_dialog)
    yield page
    page.remove_listener("pageerror", on_error)
    page.remove_listener("dialog", on_dialog)
    assert [problem for problem in problems if problem != NOTEBOOK7_AS_IT_STARTS] == []


@pytest.fixture
def own_page(browser: Browser) -> Iterator[Page]:
    """A page that no other test has seen, and on which nothing may go wrong."""
    page = new_page(browser)
    with watched(page):
        yield page
        page.context.close()


@pytest.fixture
def lab_page(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Page]:
    """JupyterLab's page, with no notebook open; it and its kernel are lent from test to test."""
    failed = request.session.testsfailed
    page = lab.share_page()
    size = page.viewport_size
    with watched(page):
        yield page
        if request.session.testsfailed > failed:
            lab.abandon()
        else:
            lab.clear(page)
            page.set_viewport_size(size)
            page.emulate_media(reduced_motion="null")


@pytest.fixture
def page(own_page: Page) -> Page:
    """The page of a test; files whose tests share JupyterLab's say so."""
    return own_page


@pytest.fixture
def quick(lab: Lab, page: Page) -> Page:
    """The widget in JupyterLab, every one of its 4×4 cells scored."""
    lab.open([SETUP, QUICK], page)
    await_status(page, "done")
    return page
