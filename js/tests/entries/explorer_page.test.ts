import { beforeEach, describe, expect, test, vi } from "vitest";
import { collectControllers, fakeCanvas, fakeFrames, fakePictures } from "../support/browser";
import { find, HTML, settled, texts } from "../support/elements";
import { embedded, known } from "../support/recording";

beforeEach(() => {
  vi.resetModules();
  fakeCanvas();
  fakeFrames();
  vi.spyOn(HTMLCanvasElement.prototype, "toDataURL").mockReturnValue("data:,");
  return collectControllers();
});

/** The page as page.py writes it, opened. */
async function open(record: string): Promise<void> {
  document.body.innerHTML =
    '<h1></h1><div id="widget"></div><script type="application/json" id="record"></script>';
  find(document, "#record").textContent = record;
  await import("../../src/entries/explorer_page");
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

describe("of cells that were selected together", () => {
  const select = (label: string) =>
    [...document.querySelectorAll("select")].find((node) => node.textContent?.includes(label))!;
  const verdict = () => find(document, ".gx-verdict").textContent;
  const labels = () => texts(document, ".gx-evidence .gx-classes .gx-label");
  const numbers = () => texts(document, ".gx-evidence .gx-classes .gx-number");

  async function openWith(selection = known()): Promise<void> {
    fakePictures();
    const { value, keep } = selection;
    const state = { ...embedded().state, value, keep };
    await open(JSON.stringify(embedded({ selection, state })));
  }

  async function press(key: string): Promise<void> {
    const grid = find(document, "[role=grid]");
    grid.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await settled();
  }

  const pressButton = async (text: string) => {
    [...document.querySelectorAll("button")].find((node) => node.textContent === text)!.click();
    await settled();
  };

  test("a page shows change and bars", async () => {
    await openWith();
    expect(find(document, ".gx-title").textContent).toContain("Without 2 cells");
    expect(verdict()).toBe(
      "“dog” falls from 50.0% to 12.5% (−37.5 points). The answer becomes “cat”.",
    );
    expect(labels()).toEqual(["dog", "cat", "fox"]);
    expect(numbers()).toEqual(["50.0% → 12.5%−37.5", "25.0% → 62.5%+37.5", "12.5% → 25.0%+12.5"]);
    expect(find(document, ".gx-evidence").classList.contains("gx-waiting")).toBe(false);
    expect(find(document, ".gx-evidence img").hidden).toBe(false);
  });

  test("it shows them in the other score", async () => {
    await openWith();
    select("log-odds").value = "log-odds";
    select("log-odds").dispatchEvent(new Event("change"));
    await settled();
    expect(verdict()).toContain("(−2.00 log-odds).");
    expect(labels()).toEqual(["dog", "cat", "fox"]);
  });

  test("it shows them for another target", async () => {
    await openWith();
    const input = find<HTMLInputElement>(document, ".gx-why input");
    input.focus();
    input.value = "fox";
    input.dispatchEvent(new Event("input"));
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await settled();
    expect(verdict()).toContain("“fox” rises from 12.5% to 25.0% (+12.5 points).");
    expect(texts(document, ".gx-target .gx-label")).toEqual(["fox"]);
  });

  test("it shows those that were kept, until other cells are chosen", async () => {
    await openWith(known({ keep: true }));
    expect(find(document, ".gx-title").textContent).toContain("Only these 2 cells");
    expect(verdict()).toContain("“dog” falls from 50.0% to 12.5% (−37.5 points).");
    await press("ArrowRight");
    await press("Enter");
    expect(find(document, ".gx-title").textContent).toContain("Without row");
    expect(verdict()).toContain("“dog” stays at 50.0% (0.0 points)");
    await pressButton("Undo");
    expect(find(document, ".gx-title").textContent).toContain("Only these 2 cells");
    expect(verdict()).toContain("(−37.5 points).");
  });

  test("it cannot tell of them kept where they were hidden", async () => {
    await openWith();
    await pressButton("Keep only these");
    expect(verdict()).toBe("A saved page cannot ask the model about these cells.");
    await pressButton("Keep only these");
    expect(verdict()).toContain("(−37.5 points)");
  });
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
