"""Whether a gallery of ten thousand pictures scrolls without a dropped frame.

    python -m benchmarks.gallery [pictures]

A page is opened from disk in headless Chromium and scrolled by the wheel, through a first part of
it and in leaps. Two clocks: the page's own animation frames, and the compositor's trace, which
says of each frame whether it was shown. Other processes take frames, too (`load`): so a bare box of
the same height is scrolled before and after.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
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

BARE = """<div class="gx-cards" style="height: 700px; overflow: auto">
<div style="height: 170000px; background: linear-gradient(red, blue)"></div></div>"""
"""What scrolls without any script: the frames it drops are the machine's."""

STEPS: dict[str, tuple[int, int]] = {"steadily": (120, 150), "in leaps": (4000, 150)}
"""Pixels of a turn of the wheel, and turns."""


def page_of(count: int) -> str:
    rng = np.random.default_rng(0)
    rows = [{**row, "values": rng.normal(size=64).tolist()} for row in gallery_rows(count)]
    return gallery_html(GalleryColumns.of(rows, GRID, "a model", "Occlusion"))


def scrolled(page: Page, step: int, turns: int) -> list[float]:
    """Turn the wheel at every frame; return the milliseconds between frames."""
    page.locator(".gx-cards").hover()
    page.evaluate(WATCH)
    for _ in range(turns):
        page.mouse.wheel(0, step)
    page.wait_for_timeout(500)
    found: list[float] = page.evaluate("() => { window.going = false; return window.deltas; }")
    return found[1:]


def traced(
    session: CDPSession, page: Page, step: int, turns: int
) -> tuple[list[float], Counter[str]]:
    events: list[dict[str, Any]] = []
    ended: list[Any] = []
    session.on("Tracing.dataCollected", lambda found: events.extend(found["value"]))
    session.on("Tracing.tracingComplete", lambda found: ended.extend([found]))
    session.send("Tracing.start", {"categories": CATEGORIES, "transferMode": "ReportEvents"})
    deltas = scrolled(page, step, turns)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    return deltas, states(events)


def states(events: list[dict[str, Any]]) -> Counter[str]:
    """Count what became of the compositor's frames."""
    found = Counter[str]()
    for event in events:
        told = event.get("args", {}).get("frame_reporter")
        if event.get("name") == "PipelineReporter" and told:
            kind = told.get("state", "?").removeprefix("STATE_").lower()
            smooth = " (of a scroll)" if told.get("affects_smoothness") else ""
            found[f"{kind}{smooth}"] += 1
    return found


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
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        size = path.stat().st_size / 2**20
        print(f"{count:,} pictures, {size:.1f} MiB; Chromium {browser.version}")
        for what in ("bare", "gallery", "bare"):
            if what == "bare":
                page.set_content(BARE)
            else:
                page.goto(path.as_uri())
                page.locator(".gx-card img").first.wait_for()
            for name, (step, turns) in STEPS.items():
                told = traced(page.context.new_cdp_session(page), page, step, turns)
                print(f"{what}, {name}: {line_of(*told)}", flush=True)
        browser.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
