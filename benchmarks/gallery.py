"""Whether a gallery of ten thousand pictures scrolls without a dropped frame.

    python -m benchmarks.gallery [pictures]

A page is opened from disk in headless Chromium and scrolled: by the wheel, by the bar, by a key
that is held. Two clocks: the page's own animation frames, and the compositor's trace, which says of
each frame whether it was shown. Other processes take frames, too (`load`): so a bare box of the
same height, which runs no script, and a bare list, which moves boxes of one colour into view, are
scrolled beside.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import CDPSession, Page, sync_playwright

from gridexplainer_widget.live.gallery.columns import GalleryColumns
from gridexplainer_widget.live.gallery.widget import gallery_html
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.support.galleries import gallery_rows

GRID = (8, 8)

FRAME = 1000 / 60
"""Milliseconds."""

CATEGORIES = "cc,benchmark,devtools.timeline,devtools.timeline.frame,viz"

WATCH = """() => {
    window.deltas = [];
    window.going = true;
    let before = performance.now();
    const tick = (now) => {
        window.deltas.push(now - before);
        before = now;
        if (window.going) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
}"""

BOX = """<style>.gx-cards { height: 620px; overflow: auto; will-change: scroll-position }</style>
<div class="gx-cards" tabindex="0">
<div style="height: 206000px; background: linear-gradient(red, blue)"></div></div>"""
"""What scrolls without any script: the frames it drops are the machine's."""

LIST = """<style>.gx-cards { height: 620px; overflow: auto; will-change: scroll-position }</style>
<div class="gx-cards" tabindex="0">
<div style="height: 206000px; position: relative"></div></div>
<script type="module">
const list = document.querySelector(".gx-cards");
const lines = Array.from({ length: 9 }, () => document.createElement("div"));
for (const line of lines) line.style.cssText = "position: absolute; width: 100%; height: 176px";
list.firstElementChild.append(...lines);
const draw = () => {
    const first = Math.floor(list.scrollTop / 186);
    for (let number = first; number < first + 9; number++) {
        const line = lines[number % 9];
        line.style.transform = `translateY(${186 * number}px)`;
        line.style.background = number % 2 ? "teal" : "orange";
    }
};
list.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
draw();
</script>"""
"""The least that shows what comes into view."""


def photograph(rng: np.random.Generator) -> bytes:
    """Draw a thumbnail as large as a photograph's, 96 pixels wide."""
    small = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    small.resize((96, 72), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def page_of(count: int) -> str:
    rng = np.random.default_rng(0)
    thumbnails = [photograph(rng) for _ in range(100)]
    drawn = {"height": 72, "width": 96}
    rows = [
        {**row, **drawn, "values": rng.normal(size=64).tolist(), "thumbnail": thumbnails[at % 100]}
        for at, row in enumerate(gallery_rows(count))
    ]
    return gallery_html(GalleryColumns.of(rows, GRID, "a model", "Occlusion"))


def by_wheel(page: Page) -> None:
    for _ in range(150):
        page.mouse.wheel(0, 120)


def by_leaps(page: Page) -> None:
    for _ in range(50):
        page.mouse.wheel(0, 4000)


def by_bar(page: Page) -> None:
    """Drag the thumb of the scroll bar to the end."""
    box = page.locator(".gx-cards").bounding_box()
    assert box is not None
    right, top = box["x"] + box["width"] - 7, box["y"]
    page.mouse.move(right, top + 24)  # below the arrow
    page.mouse.down()
    page.mouse.move(right, top + box["height"], steps=120)
    page.mouse.up()


def by_key(page: Page) -> None:
    page.locator(".gx-cards").focus()
    for _ in range(60):
        page.keyboard.press("PageDown")


WAYS: dict[str, Callable[[Page], None]] = {
    "wheel": by_wheel,
    "leaps of the wheel": by_leaps,
    "scroll bar": by_bar,
    "Page Down": by_key,
}


def begin(page: Page) -> None:
    """Rest at the top."""
    page.locator(".gx-cards").evaluate("(list) => { list.scrollTop = 0; }")
    page.locator(".gx-cards").hover()
    page.wait_for_timeout(1000)


def scrolled(page: Page, way: Callable[[Page], None]) -> list[float]:
    """Scroll; return the milliseconds between frames."""
    page.evaluate(WATCH)
    way(page)
    page.wait_for_timeout(500)
    found: list[float] = page.evaluate("() => { window.going = false; return window.deltas; }")
    return found[1:]


def traced(
    session: CDPSession, page: Page, way: Callable[[Page], None]
) -> tuple[list[float], Counter[str]]:
    begin(page)
    events: list[dict[str, Any]] = []
    ended: list[Any] = []
    session.on("Tracing.dataCollected", lambda found: events.extend(found["value"]))
    session.on("Tracing.tracingComplete", lambda found: ended.extend([found]))
    session.send("Tracing.start", {"categories": CATEGORIES, "transferMode": "ReportEvents"})
    deltas = scrolled(page, way)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    return deltas, states(events)


def states(events: list[dict[str, Any]]) -> Counter[str]:
    """Count what became of the compositor's frames.

    "of a scroll" are those that Chromium counts as such: while the button is down on the bar, or
    the page animates, also frames in which nothing moves. Within two frames of a scroll event, the
    list moves.
    """
    scrolled_at = np.array([event["ts"] for event in events if is_scroll(event)])
    found = Counter[str]()
    for event in events:
        told = event.get("args", {}).get("frame_reporter")
        if event.get("name") != "PipelineReporter" or not told:
            continue
        kind = told.get("state", "?").removeprefix("STATE_").lower()
        if told.get("affects_smoothness"):
            moves = bool(np.any(np.abs(scrolled_at - event["ts"]) < 2000 * FRAME))
            kind += f" (of a scroll, {'moving' if moves else 'at rest'})"
        found[kind] += 1
    return found


def is_scroll(event: dict[str, Any]) -> bool:
    told = event.get("args", {}).get("data", {})
    return event.get("name") == "EventDispatch" and told.get("type") == "scroll"


def line_of(deltas: list[float], found: Counter[str]) -> str:
    late = sum(delta > 1.5 * FRAME for delta in deltas)
    return (
        f"{len(deltas)} animation frames, median {np.median(deltas):.1f} ms, longest "
        f"{max(deltas):.1f}, {late} later than one and a half; compositor: {json.dumps(found)}; "
        f"load {os.getloadavg()[0]:.1f}"
    )


def main(count: int = 10_000) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "gallery.html")
        path.write_text(page_of(count), encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--hide-scrollbars"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        size = path.stat().st_size / 2**20
        print(f"{count:,} pictures, {size:.1f} MiB; Chromium {browser.version}")
        for what in ("box", "list", "gallery"):
            if what == "gallery":
                page.goto(path.as_uri())
                page.locator(".gx-card-image:visible").first.wait_for()
            else:
                page.set_content({"box": BOX, "list": LIST}[what])
            for name, way in WAYS.items():
                told = traced(page.context.new_cdp_session(page), page, way)
                print(f"{what}, {name}: {line_of(*told)}", flush=True)
        browser.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
