"""What a person sees and does in marimo, in an app and in the editor."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.processes import answers, free_port, poll, running
from tests.browser.screen import (
    GALLERY,
    SETUP,
    assert_hover,
    assert_opens,
    await_changed,
    await_picture,
    await_status,
    pixels,
    point,
)

# A button lets the model answer twice, so that a test decides how far the run gets: the second
# answer comes too soon after the first to be shown by it, and a timer has to show it.
APP = f"""
import marimo

app = marimo.App()

with app.setup:
    import marimo as mo
{"".join(f"    {line}" if line.strip() else line for line in SETUP.splitlines(keepends=True))}

@app.cell
def _():
    model = Model(threading.Semaphore(0))
    explainer = GridExplainer(
        model, 6, fill="black", batch_size=4, labels=labels, joint=False
    )
    w = mo.ui.anywidget(explainer.explore(picture, "middle"))
    return model, w

@app.cell
def _(w):
    w
    return

@app.cell
def _(model):
    mo.ui.button(label="Let on", on_click=lambda _: model.gate.release(2))
    return

@app.cell
def _(model):
    mo.ui.button(label="Let all", on_click=lambda _: model.gate.release(100))
    return

@app.cell
def _(w):
    mo.plain_text("traits " + json.dumps([w.value["value"], w.value["evidence"].get("drop")]))
    return

@app.cell
def _():
    truth = GridExplainer(Model(), 6, fill="black", labels=labels).explain(picture, "middle")
    mo.plain_text("truth " + json.dumps(truth.drops.tolist()))
    return

@app.cell
def _():
{"".join(f"    {line}" for line in GALLERY.strip().splitlines(keepends=True))}
    shown = mo.ui.anywidget(g.gallery)
    return g, shown

@app.cell
def _(shown):
    shown
    return

@app.cell
def _(g, shown):
    mo.ui.anywidget(g.picture) if shown.value["opened"] >= 0 else None
    return

if __name__ == "__main__":
    app.run()
"""


@pytest.fixture(params=["run", "edit"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    app, port = tmp_path / "app.py", free_port()
    app.write_text(APP, encoding="utf-8")
    # As in an app, in the editor too: cells run when the page opens.
    settings = tmp_path / ".config" / "marimo" / "marimo.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[runtime]\nauto_instantiate = true\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "marimo", "--yes", request.param, str(app)),
        *("--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port)),
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, tmp_path, XDG_CONFIG_HOME=str(settings.parents[1])):
        poll(lambda: answers(f"{url}/health"), "marimo did not start")
        yield url


def written(page: Page, name: str) -> object:
    """What a cell of the app says after a name, as JSON."""
    return json.loads(page.get_by_text(f"{name} [").inner_text().removeprefix(f"{name} "))


def test_cells_stream_in_and_clicks_reach_python(url: str, page: Page) -> None:
    page.goto(url)
    await_status(page, "running")
    await_picture(page)
    expect(page.get_by_text("truth [")).to_be_visible()  # all cells have run; clicks are heard
    before = pixels(page)
    for done in (7, 15):
        page.get_by_role("button", name="Let on").click()
        expect(page.locator(".gx-progress-text")).to_contain_text(f"{done} of 36 cells")
        await_changed(page, before, 3 * done)  # of four places in a cell; one may keep its colour
    page.get_by_role("button", name="Let all").click()
    await_status(page, "done")
    drops = written(page, "truth")
    assert_hover(page, drops, [(2, 3), (0, 0), (5, 5)])
    page.locator(".gx-canvas").click(position=point(page, 2, 3, 6))
    expect(page.locator(".gx-verdict")).to_contain_text("“middle” falls from")
    expect(page.get_by_text("traits [[[2, 3]]")).to_be_visible()
    value, drop = written(page, "traits")
    assert value == [[2, 3]]
    assert drop == pytest.approx(drops[2][3])
    page.get_by_role("button", name="Let all").click()
    assert_opens(page)
