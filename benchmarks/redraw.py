"""Time the repaints of a 64×64 map in Chromium: a hover, and a full repaint with new scores.

The shipped bundle is mounted on a model without a kernel. Script time is that of the animation
frame's callback. The second number adds the raster: one pixel is read back, which waits until the
browser has drawn all that was asked for.

    python benchmarks/redraw.py [rounds]
"""

from __future__ import annotations

import base64
import io
import statistics
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

STATIC = Path(__file__).parents[1] / "gridexplainer_widget" / "static"
BUNDLE = STATIC / "explorer.js"
STYLES = STATIC / "explorer.css"
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 60
GRID = 64

SETUP = """
async ({ code, picture, grid }) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
  const random = () => new DataView(
    Float32Array.from({ length: grid * grid }, () => Math.random() - 0.5).buffer);
  const traits = {
    picture: new DataView(bytes.buffer), labels: ["cat", "dog"],
    prediction: { target: 0, probability: 0.9, saturated: false, top: [[0, 0.9], [1, 0.1]] },
    grid: { rows: grid, columns: grid, height: 512, width: 512 }, scores: random(),
    quantity: { name: "probability", unit: "" }, headline: { alone: [["A cat.", true]] },
    together: new DataView(new ArrayBuffer(0)), foretells: {}, method_map: {}, offered: [],
    layers: [], audit: {}, hardly_changed: [], minimal_sets: {}, certainty: {},
    certainty_estimate: {}, check: {}, fill_texts: {}, unavailable_fills: {}, reading: "",
    status: "done", progress: {}, evidence: {}, curve: {}, error: "", notes: [], about: {},
    fills: ["cell-mean"], grid_size: grid, fill: "cell-mean", target: null, contrast: null,
    score: "probability", map: "", method: "occlusion", layer: "", value: [], keep: false,
    colormap: "orange-blue", opacity: 0.85, numbers: true,
    scale: "relative", threshold: 0,
  };
  const listeners = new Map();
  const model = {
    get: (name) => traits[name],
    set: (name, value) => {
      traits[name] = value;
      for (const callback of listeners.get(`change:${name}`) ?? []) callback();
    },
    save_changes() {}, send() {},
    on: (event, callback) => listeners.set(event, [...(listeners.get(event) ?? []), callback]),
    off() {},
  };
  await widget.initialize?.({ model });
  widget.render({ model, el: document.body });
  window.canvas = document.querySelector(".gx-canvas");
  window.newScores = () => model.set("scores", random());
  window.hover = (step) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [(step * 7) % grid, (step * 5) % grid];
    canvas.dispatchEvent(new PointerEvent("pointermove", {
      bubbles: true,
      pointerType: "mouse",
      clientX: box.left + ((x + 0.5) / grid) * box.width,
      clientY: box.top + ((y + 0.5) / grid) * box.height,
    }));
  };
}
"""

# Milliseconds of the next frame's callbacks, and until one pixel of the canvas can be read.
FRAME = """
([act, step]) => new Promise((resolve) => {
  let script = 0;
  const ask = window.requestAnimationFrame;
  window.requestAnimationFrame = (callback) => ask((now) => {
    const start = performance.now();
    callback(now);
    script += performance.now() - start;
  });
  window[act](step);
  queueMicrotask(() => {
    window.requestAnimationFrame = ask;
    ask(() => {
      const start = performance.now();
      canvas.getContext("2d").getImageData(0, 0, 1, 1);
      resolve([script, script + performance.now() - start]);
    });
  });
})
"""


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        for ratio in (1, 2):
            page = mounted(browser, ratio)
            for act in ("hover", "newScores"):
                script, drawn = medians(page, act)
                print(
                    f"devicePixelRatio {ratio}, {act}: {script:.2f} ms, {drawn:.1f} ms with raster"
                )
        browser.close()


def mounted(browser: Browser, ratio: int) -> Page:
    page = browser.new_page(viewport={"width": 1000, "height": 900}, device_scale_factor=ratio)
    page.set_content(f"<style>{STYLES.read_text()}</style><body></body>")
    setup = {"code": BUNDLE.read_text(), "picture": picture(), "grid": GRID}
    page.evaluate(SETUP, setup)
    page.wait_for_function("canvas.width > 300")
    return page


def medians(page: Page, act: str) -> tuple[float, float]:
    times = [page.evaluate(FRAME, [act, step]) for step in range(ROUNDS)][5:]
    script, drawn = zip(*times, strict=True)
    return statistics.median(script), statistics.median(drawn)


def picture() -> str:
    pixels = np.random.default_rng(0).integers(0, 256, (512, 512, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


if __name__ == "__main__":
    main()
