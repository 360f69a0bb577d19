"""The widget under Colab's and VS Code's widget managers, in kernels of two environments."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from shutil import copyfile
from urllib.parse import urlencode

from playwright.sync_api import Frame, Page

from tests.browser.jupyter import FORGET, Lab
from tests.browser.screen import SETUP

ROOT = Path(__file__).parents[2]
SOURCES = Path(__file__).parent / "managers"

CDN = ROOT / ".cdn"
"""Packages of npm; `make .cdn/.managers` brings them."""

PYTHONS = {"newest": Path(sys.executable), "older": ROOT / ".venv-old/bin/python"}
"""Environments; `make .venv-old/.installed` makes the older one."""

COLAB = """
import sys, types
output = types.ModuleType("google.colab.output")
output.enable_custom_widget_manager = lambda: None
output._widgets = types.SimpleNamespace(_installed_url=None)
sys.modules["google.colab.output"] = output
"""
"""What tells that a kernel is Colab's."""

NO_COLAB = "import sys\nsys.modules.pop('google.colab.output', None)\n"

BUNDLED = "--bundle --format=esm --target=es2022"


class Managers:
    """Pages of widget managers; each environment's kernel is lent from test to test."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.kernels: dict[str, str] = {}
        folder = lab.home / "static"
        folder.mkdir()
        bring_pages(folder)

    def colab(self, page: Page, environment: str, code: str, outputs: int = 1) -> list[Frame]:
        """Show what `code` displays in outputs of Colab, each a frame with a manager of its own."""
        page.goto(f"{self.lab.server}/static/notebook.html")
        frames = [self.output(page, environment) for _ in range(outputs)]
        first, *others = frames
        for model in run(first, FORGET + COLAB + SETUP + code):
            for other in others:
                other.evaluate("(model) => window.host.show(model)", model)
        return frames

    def vscode(self, page: Page, environment: str, code: str) -> None:
        """Show what `code` displays in VS Code."""
        page.goto(self.address("vscode.html", environment))
        await_host(page.main_frame)
        run(page.main_frame, FORGET + NO_COLAB + SETUP + code)

    def output(self, page: Page, environment: str) -> Frame:
        page.evaluate("(address) => addOutput(address)", self.address("colab.html", environment))
        frame = page.frames[-1]
        await_host(frame)
        return frame

    def address(self, name: str, environment: str) -> str:
        asked = {
            "environment": environment,
            "kernel": self.kernel(environment),
            "token": self.lab.token,
        }
        return f"{self.lab.server}/static/{name}?{urlencode(asked)}"

    def kernel(self, environment: str) -> str:
        if environment not in self.kernels:
            python = PYTHONS[environment]
            self.kernels[environment] = self.lab.start_kernel(environment, python)
        return self.kernels[environment]


def bring_pages(folder: Path) -> None:
    """Put into a folder what the pages ask for."""
    esbuild = ROOT / "js/node_modules/.bin/esbuild"
    scripts = [SOURCES / "colab.js", SOURCES / "vscode.js"]
    command = [esbuild, *scripts, *BUNDLED.split(), f"--outdir={folder}", "--log-level=warning"]
    subprocess.run(command, check=True)
    for page in SOURCES.glob("*.html"):
        copyfile(page, folder / page.name)
    unpack("requirejs-2.3.7", "require.js", folder / "require.js")
    unpack("vscode-jupyter-ipywidgets7-2.0.4", "dist/ipywidgets.js", folder / "ipywidgets7.js")
    unpack("vscode-jupyter-ipywidgets8-1.0.9", "dist/ipywidgets.js", folder / "ipywidgets8.js")
    for environment, python in PYTHONS.items():
        script = python.parents[1] / "share/jupyter/nbextensions/anywidget/index.js"
        copyfile(script, folder / f"anywidget-{environment}.js")


def unpack(package: str, member: str, path: Path) -> None:
    path.write_bytes(packed(package, member))


def packed(package: str, member: str) -> bytes:
    with tarfile.open(CDN / f"{package}.tgz") as archive:
        file = archive.extractfile(f"package/{member}")
        assert file is not None
        return file.read()


def await_host(frame: Frame) -> None:
    frame.wait_for_function("() => window.host")


def run(frame: Frame, code: str) -> list[str]:
    """Run code in a frame's kernel; return the ids of the models that it displayed."""
    displayed: list[str] = frame.evaluate(
        "async (code) => (await window.host.run(code)).displayed", code
    )
    return displayed


def told(frame: Frame, expression: str) -> object:
    """Return the value of an expression in a frame's kernel."""
    code = f"print(json.dumps({expression}))"
    return json.loads(frame.evaluate("async (code) => (await window.host.run(code)).text", code))
