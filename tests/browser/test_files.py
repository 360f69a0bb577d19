"""Pictures that come in and files that go out."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from gridexplainer_widget import Explanation
from tests.browser.jupyter import Lab
from tests.browser.processes import poll
from tests.browser.screen import QUICK, SETUP, await_status, canvas, open_panel, point, python

GIVE = """([kind, base64, name, type]) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    const root = document.querySelector(".gx-root");
    const event = kind === "paste"
        ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
        : new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
    (kind === "paste" ? document.querySelector(".gx-frame") : root).dispatchEvent(event);
    return event.defaultPrevented;
}"""


@pytest.fixture
def page(lab_page: Page) -> Page:
    return lab_page


def png(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 40, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def give(page: Page, kind: str, data: bytes, name: str = "a.png") -> bool:
    return page.evaluate(GIVE, [kind, b64encode(data).decode(), name, "image/png"])


def await_shape(page: Page, shape: list[int]) -> None:
    size = "[w.grid['height'], w.grid['width'], w.status]"
    poll(lambda: python(page, size) == [*shape, "done"], f"no picture of {shape}")


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(quick: Page, kind: str) -> None:
    if kind == "drop":
        assert give(quick, "dragover", png(1))
        expect(quick.locator(".gx-root")).to_have_class("gx-root gx-dropping")
    assert give(quick, kind, png(1))
    await_shape(quick, [30, 40])
    expect(quick.locator(".gx-dropping")).to_have_count(0)
    expected = python(
        quick,
        "GridExplainer(Model(), 4, fill='black').explain(w._session.picture.pixels).drops.tolist()",
    )
    assert python(quick, "w.explanation.drops.tolist()") == expected


def test_a_picture_is_chosen(quick: Page, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(png(2))
    with quick.expect_file_chooser() as chooser:
        quick.get_by_role("button", name="Open picture …").click()
    chooser.value.set_files(path)
    await_shape(quick, [30, 40])


def test_a_large_picture_arrives(quick: Page) -> None:
    file = io.BytesIO()
    pixels = np.random.default_rng(3).integers(0, 256, (1600, 1700, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    data = file.getvalue()
    assert 7.5e6 < len(data) < 8 * 2**20
    give(quick, "drop", data)
    await_shape(quick, [1600, 1700])


def test_what_is_no_picture_is_told(quick: Page) -> None:
    before = python(quick, "w.scores.hex()")
    error = quick.locator(".gx-error:visible")
    give(quick, "drop", b"<svg onload=alert(1)>", "<img src=x onerror=alert(1)>.png")
    expect(error).to_contain_text("cannot be decoded")
    give(quick, "drop", bytes(8 * 2**20 + 1), "huge.png")
    expect(error.filter(has_text="8.0 MB")).to_contain_text("“huge.png” has 8.0 MB")
    assert python(quick, "w.scores.hex()") == before


def test_files_are_saved(quick: Page, tmp_path: Path) -> None:
    open_panel(quick, "Save")
    saved = {}
    for button in ("Picture (.png)", "Page (.html)", "Report (.html)", "Data (.npz)"):
        with quick.expect_download() as download:
            quick.get_by_role("button", name=button).click()
        name = download.value.suggested_filename
        saved[name] = tmp_path / name
        download.value.save_as(saved[name])
    names = ["middle-4x4-report.html", "middle-4x4.html", "middle-4x4.npz", "middle-4x4.png"]
    assert sorted(saved) == names
    assert Explanation.load(saved["middle-4x4-report.html"]).label == "middle"
    picture = Image.open(saved["middle-4x4.png"])
    assert picture.width > 500
    loaded = Explanation.load(saved["middle-4x4.npz"])
    assert loaded.drops.tolist() == python(quick, "w.explanation.drops.tolist()")
    assert "<!doctype html>" in saved["middle-4x4.html"].read_text(encoding="utf-8")


def test_only_the_view_that_asks_gets_the_file(lab: Lab, page: Page) -> None:
    lab.open([SETUP, QUICK, "w"], page)
    await_status(page, "done")
    expect(page.locator(".gx-root")).to_have_count(2)
    downloads: list[object] = []
    page.on("download", lambda download: downloads.append(download))  # noqa: PLW0108 - a built-in is refused
    page.get_by_role("button", name="Save", exact=True).nth(1).click()
    with page.expect_download():
        page.get_by_role("button", name="Data (.npz)").last.click()
    canvas(page).click(position=point(page, 0, 0, 4))
    expect(page.locator(".gx-verdict").first).to_contain_text("points")
    assert len(downloads) == 1


def test_the_saved_picture_is_what_is_shown(quick: Page, tmp_path: Path) -> None:
    map_data = quick.evaluate(
        """() => {
            const canvas = document.querySelector(".gx-canvas");
            const context = canvas.getContext("2d");
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            return JSON.stringify([canvas.width, canvas.height, [...data.slice(0, 4000)]]);
        }"""
    )
    width, height, first = json.loads(map_data)
    open_panel(quick, "Save")
    with quick.expect_download() as download:
        quick.get_by_role("button", name="Picture (.png)").click()
    path = tmp_path / "a.png"
    download.value.save_as(path)
    pixels = np.asarray(Image.open(path).convert("RGBA"))
    line = np.array(first, np.uint8).reshape(-1, 4)[: min(width, 1000)]
    rows = range(pixels.shape[0] - height + 1)
    assert any(
        np.abs(pixels[row, 12 : 12 + len(line)].astype(int) - line).max() <= 3 for row in rows
    )
