import { beforeEach, expect, test, vi } from "vitest";
import { fakeCanvas, fakeFrames, fakePictures, find, HTML, settled } from "./fixture";
import { embedded } from "./recording";

beforeEach(() => {
  vi.resetModules();
  fakeCanvas();
  fakeFrames();
  vi.spyOn(HTMLCanvasElement.prototype, "toDataURL").mockReturnValue("data:,");
});

/** The page as page.py writes it, opened. */
async function open(record: string): Promise<void> {
  document.body.innerHTML =
    '<h1></h1><div id="widget"></div><script type="application/json" id="record"></script>';
  find(document, "#record").textContent = record;
  await import("../src/page");
  await settled();
}

test("the widget is shown with what was recorded", async () => {
  fakePictures();
  await open(JSON.stringify(embedded()));
  expect(find(document, ".gx-root").dataset["status"]).toBe("stopped");
  expect(find(document, ".gx-root").textContent).toContain("TinyNet");
});

test("the heading follows the target", async () => {
  fakePictures();
  const labels: [number, string][] = [[1, "cat"], [2, "dog"], [5, HTML]];
  await open(JSON.stringify(embedded({ labels })));
  const input = find<HTMLInputElement>(document, ".gx-why input");
  input.focus();
  input.value = "img";
  input.dispatchEvent(new Event("input"));
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  expect(find(document, "h1").textContent).toBe(`${HTML}: 12.5%`);
});

test("a page that is damaged says so", async () => {
  fakePictures();
  await open("{");
  expect(find(document, "#widget").textContent).toContain("This page cannot be shown");
});

test("a picture that cannot be decoded is told", async () => {
  fakePictures().decode.mockRejectedValue(new Error("no picture"));
  await open(JSON.stringify(embedded()));
  expect(find(document, "#widget").textContent).toContain("no picture");
});
