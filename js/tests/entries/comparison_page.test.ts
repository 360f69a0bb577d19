import { beforeEach, describe, expect, test, vi } from "vitest";
import { decodeScores } from "../../src/cells/scores";
import { RecordedComparison, type Embedded } from "../../src/page/recorded_comparison";
import { collectControllers, fakeCanvas, fakeFrames, fakePictures, fakeSizes } from "../support/browser";
import { comparison, GRAD_CAM, mapRecord } from "../support/comparison";
import { find, settled, texts } from "../support/elements";

beforeEach(() => {
  vi.resetModules();
  fakeCanvas();
  fakePictures();
  fakeSizes();
  return collectControllers();
});

/** As comparison_page.py writes it; of the cells, the last alone was hidden. */
function embedded(): Embedded {
  const known = mapRecord(GRAD_CAM);
  return {
    ...comparison(),
    picture: btoa("\x01\x02"),
    maps: [
      { ...mapRecord({ status: "failed" }), values: null },
      { ...known, values: btoa(String.fromCharCode(...new Uint8Array(known.values!.buffer as ArrayBuffer))) },
    ],
    answers: [null, null, null, null, null, [[1, 0.75, 0.5]]],
  };
}

describe("the recorded model", () => {
  test("has the bytes", () => {
    const model = new RecordedComparison(embedded());
    expect(new Uint8Array(model.get("picture").buffer)).toEqual(Uint8Array.of(1, 2));
    const [failed, known] = model.get("maps");
    expect(failed!.values).toBeNull();
    expect([...decodeScores(known!.values!)]).toEqual([2, 1, 0, 0, 0, 0]);
  });

  test("answers what was recorded of a cell, and nothing of others", () => {
    const model = new RecordedComparison(embedded());
    model.set("value", [[1, 2]]);
    model.save_changes();
    expect(model.get("evidence")).toEqual({ cell: [1, 2], drop: null, classes: [[1, 0.75, 0.5]] });
    model.set("value", [[0, 0]]);
    model.save_changes();
    expect(model.get("evidence")).toEqual({});
    model.set("value", []);
    model.save_changes();
    expect(model.get("evidence")).toEqual({});
  });

  test("answers what it opens with", () => {
    const model = new RecordedComparison({ ...embedded(), value: [[1, 2]] });
    expect(model.get("evidence")).toMatchObject({ cell: [1, 2] });
  });
});

describe("the page", () => {
  async function open(record: string) {
    const frames = fakeFrames();
    document.body.innerHTML =
      '<div id="widget"></div><script type="application/json" id="record"></script>';
    find(document, "#record").textContent = record;
    await import("../../src/entries/comparison_page");
    await settled();
    frames.run();
    return frames;
  }

  test("shows the maps, and what was recorded of a cell that is clicked", async () => {
    const frames = await open(JSON.stringify(embedded()));
    expect(find(document, ".gx-root").dataset["host"]).toBe("page");
    const grid = find(document, ".gx-picture [role=grid]");
    for (const key of ["End", "ArrowDown", "Enter"]) {
      grid.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
    await settled();
    frames.run();
    expect(find(document, ".gx-readout-answer").textContent).toBe(
      "With row 2, column 3 hidden: dog 75.0% → 50.0%",
    );
    expect(texts(document, ".gx-map-reading:not([hidden])")).toEqual(["0"]);
  });

  test("says where nothing was recorded", async () => {
    await open(JSON.stringify({ ...embedded(), value: [[0, 0]] }));
    expect(find(document, ".gx-readout-answer").textContent).toContain("not recorded");
  });

  test("that is damaged says so", async () => {
    await open("{");
    expect(find(document, "#widget").textContent).toContain("This page cannot be shown");
  });
});
