"""A running JupyterLab or Notebook 7, and code in its kernels."""

from __future__ import annotations

import json
import secrets
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.processes import PATIENCE, answers, free_port, poll, running

FORGET = """
import threading
from ipywidgets import Widget
if getattr(globals().get("model"), "gate", None):
    model.gate.release(1000)
Widget.close_all()
for thread in threading.enumerate():
    if thread.name == "gridexplainer":
        thread.join(120)
        assert not thread.is_alive()
get_ipython().run_line_magic("reset", "-f")
"""
"""What leaves a kernel as if nothing had run in it but imports."""


class Lab:
    """A running JupyterLab or Notebook 7; `open` runs a notebook of the given cells in it."""

    def __init__(self, server: str, path: str, token: str, home: Path, browser: Browser) -> None:
        self.server, self.url, self.token = server, f"{server}/{path}", token
        self.home, self.browser = home, browser
        self.root = home / "work"
        self.count = 0
        self.shared_page: Page | None = None
        self.shared_kernel: str | None = None

    def write(self, cells: list[str]) -> str:
        self.count += 1
        name = f"notebook{self.count}.ipynb"
        (self.root / name).write_text(json.dumps(notebook(cells)), encoding="utf-8")
        return name

    @contextmanager
    def setting(self, plugin: str, **values: object) -> Iterator[None]:
        """Let pages that are opened meanwhile have these settings of a plug-in."""
        path = settings_file(self.home, plugin)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
        try:
            yield
        finally:
            path.unlink()

    def page(self, width: int = 1400, scale: float = 1) -> Page:
        return new_page(self.browser, width, scale)

    def open(self, cells: list[str], page: Page | None = None) -> Page:
        """Run a notebook: on the shared page in the shared kernel, else in a kernel of its own."""
        name = self.write(cells)
        if page is None or page is not self.shared_page:
            return self.visit(name, page)
        self.lend_kernel(name)
        page.evaluate(
            "async (path) => {"
            " await window.jupyterapp.commands.execute('docmanager:open', { path }); }",
            name,
        )
        page.wait_for_function(
            "(path) => window.jupyterapp.shell.currentWidget?.context?.path === path", arg=name
        )
        await_kernel(page)
        run_all_cells(page)
        return page

    def visit(self, name: str, page: Page | None = None, run: bool = True) -> Page:
        page = page or self.page()
        page.goto(f"{self.url}/{name}?token={self.token}&reset")
        await_kernel(page)
        if run:
            run_all_cells(page)
        return page

    def share_page(self) -> Page:
        """Return the page of JupyterLab that tests use one after the other."""
        if self.shared_page is None:
            self.shared_page = self.page()
            self.shared_page.goto(f"{self.server}/lab?token={self.token}&reset")
            self.shared_page.wait_for_function("() => window.jupyterapp?.shell")
            self.shared_page.evaluate("() => window.jupyterapp.restored")
        return self.shared_page

    def clear(self, page: Page) -> None:
        """Close the notebook on the shared page and forget what ran in its kernel."""
        if page.evaluate("() => !!window.jupyterapp.shell.currentWidget?.context"):
            run_code(page, FORGET)
            page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
        expect(page.locator(".jp-Notebook")).to_have_count(0)

    def abandon(self) -> None:
        """Share neither this page nor this kernel any longer."""
        if self.shared_page is not None:
            self.shared_page.context.close()
        self.shared_page = self.shared_kernel = None

    def lend_kernel(self, name: str) -> None:
        """Let a notebook that is not open yet have the shared kernel."""
        kernel = {"id": self.shared_kernel} if self.shared_kernel else {"name": "python3"}
        asked = {"path": name, "name": name, "type": "notebook", "kernel": kernel}
        self.shared_kernel = self.ask("sessions", asked)["kernel"]["id"]

    def start_kernel(self, name: str, python: Path) -> str:
        """Start a kernel in an environment; return its id."""
        command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": command, "display_name": name, "language": "python"}
        folder = self.home / "data/kernels" / name
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        return str(self.ask("kernels", {"name": name})["id"])

    def ask(self, what: str, asked: dict[str, object]) -> Any:
        """Ask the server for a session or a kernel."""
        request = urllib.request.Request(
            f"{self.server}/api/{what}",
            json.dumps(asked).encode(),
            {"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return json.load(response)


def notebook(cells: list[str]) -> dict[str, object]:
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell{number}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source,
            }
            for number, source in enumerate(cells)
        ],
    }


def new_page(browser: Browser, width: int = 1400, scale: float = 1) -> Page:
    viewport = {"width": width, "height": 1000}
    page = browser.new_context(viewport=viewport, device_scale_factor=scale).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    return page


def run_all_cells(page: Page) -> None:
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")


def await_kernel(page: Page) -> None:
    page.wait_for_function(
        "() => window.jupyterapp?.shell?.currentWidget?.context?.sessionContext"
        "?.session?.kernel?.status === 'idle'",
        timeout=1000 * PATIENCE,
    )


def start_code(page: Page, code: str) -> None:
    """Run code in the notebook's kernel, as another cell would, and do not wait for it."""
    page.evaluate(
        """(code) => {
            const panel = window.jupyterapp.shell.currentWidget;
            const kernel = panel.context.sessionContext.session.kernel;
            const future = kernel.requestExecute({ code });
            let text = "", failure = "";
            future.onIOPub = (message) => {
                if (message.header.msg_type === "stream") text += message.content.text;
                if (message.header.msg_type === "error") failure = message.content.evalue;
            };
            window.codeFinished = future.done.then(() => [text, failure]);
        }""",
        code,
    )


def finish_code(page: Page) -> str:
    """Wait for what `start_code` started; return what it printed, and fail where it failed."""
    text, failure = page.evaluate("() => window.codeFinished")
    assert not failure, failure
    return str(text)


def run_code(page: Page, code: str) -> str:
    """Run code in the notebook's kernel; return what it printed."""
    start_code(page, code)
    return finish_code(page)


@contextmanager
def running_lab(home: Path, browser: Browser) -> Iterator[Lab]:
    with running_server(home, "jupyterlab", "LabApp") as (url, token):
        yield Lab(url, "lab/tree", token, home, browser)


@contextmanager
def running_notebook7(home: Path, browser: Browser) -> Iterator[Lab]:
    with running_server(home, "notebook", "JupyterNotebookApp") as (url, token):
        yield Lab(url, "notebooks", token, home, browser)


@contextmanager
def running_server(home: Path, module: str, app: str) -> Iterator[tuple[str, str]]:
    (home / "work").mkdir()
    news = settings_file(home, "@jupyterlab/apputils-extension:notification")
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    token, port = secrets.token_hex(16), free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", module, "--no-browser", "--allow-root"),
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={home / 'work'}",
        f"--ServerApp.extra_static_paths={home / 'static'}",
        f"--{app}.expose_app_in_browser=True",
    ]
    folders = {
        f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in ("config", "data", "runtime")
    }
    with running(command, home, **folders):
        poll(lambda: answers(f"{url}/api/status?token={token}"), f"{module} did not start")
        yield url, token


def settings_file(home: Path, plugin: str) -> Path:
    extension, name = plugin.split(":")
    return home / "config/lab/user-settings" / extension / f"{name}.jupyterlab-settings"
