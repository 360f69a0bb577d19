import { beforeEach, describe, expect, test, vi } from "vitest";
import { liveRegion, progressNews, type LiveRegion } from "../../src/dom/live_region";
import type { Traits } from "../../src/model/explorer_protocol";
import type { Status } from "../../src/model/widget_model";
import { HTML } from "../support/elements";
import { progress as farAs, StrictModel, traits } from "../support/explorer";

let model: StrictModel;
let live: LiveRegion;

const progress = (done: number, total = 64, handfuls?: { done: number; total: number }) => farAs(done, total, handfuls);

function begin(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits({ progress: progress(0), ...changes }));
  live = liveRegion(model);
  live.update("");
}

function receive(changes: Partial<Traits>, answer = ""): void {
  model.receive(changes);
  live.update(answer);
}

const told = () => live.element.textContent;

beforeEach(() => begin());

test("it is polite", () => {
  expect(live.element.getAttribute("role")).toBe("status");
  expect(live.element.getAttribute("aria-live")).toBe("polite");
});

describe("progress", () => {
  test("is told by quarters, however many cells come", () => {
    const heard = new Set<string | null>();
    const said = vi.spyOn(live.element, "textContent", "set");
    for (let done = 0; done <= 64; done++) {
      receive({ progress: progress(done) });
      heard.add(told());
    }
    expect([...heard]).toEqual([0, 25, 50, 75, 100].map((share) => `Cells: ${share}%.`));
    expect(said).toHaveBeenCalledTimes(4);
  });

  test.each([
    ["running", 16, 64, "Cells: 25%."],
    ["running", 31, 64, "Cells: 25%."],
    ["done", 64, 64, "All cells are scored."],
    ["stopped", 20, 64, "20 of 64 cells: stopped."],
    ["error", 20, 64, "20 of 64 cells: error."],
  ] as [Status, number, number, string][])("%s, %d of %d: “%s”", (status, done, total, text) => {
    begin({ status, progress: progress(done, total) });
    expect(progressNews(model)).toBe(text);
    expect(told()).toBe(text);
  });

  test.each([
    ["running", 0, "Cells: 25%."],
    ["running", 128, "Cells: 75%."],
  ] as [Status, number, string][])("%s, with %d of 192 handfuls: “%s”", (status, done, text) => {
    begin({ status, progress: progress(64, 64, { done, total: 192 }) });
    expect(progressNews(model)).toBe(text);
  });

  test("is told before any has come", () => {
    begin({ progress: {} });
    expect(told()).toBe("Cells: 0%.");
  });
});

describe("an answer", () => {
  test("is told once", () => {
    receive({}, "Drop 12.");
    expect(told()).toBe("Drop 12.");
    const said = vi.spyOn(live.element, "textContent", "set");
    receive({ progress: progress(1) }, "Drop 12.");
    expect(said).not.toHaveBeenCalled();
  });

  test("gives way to news of the run, and is not repeated after it", () => {
    receive({}, "Drop 12.");
    receive({ progress: progress(16) }, "Drop 12.");
    expect(told()).toBe("Cells: 25%.");
  });

  test("that comes with news of the run is told with it", () => {
    receive({ status: "done", progress: progress(64) }, "Drop 12.");
    expect(told()).toBe("Drop 12. All cells are scored.");
  });

  test("that goes is not told", () => {
    receive({}, "Drop 12.");
    const said = vi.spyOn(live.element, "textContent", "set");
    receive({}, "");
    expect(said).not.toHaveBeenCalled();
  });

  test("is told again when it is asked again", () => {
    receive({}, "Drop 12.");
    receive({ progress: progress(16) }, "");
    receive({}, "Drop 12.");
    expect(told()).toBe("Drop 12.");
  });

  test("with HTML in it is told as text", () => {
    receive({}, HTML);
    expect(told()).toBe(HTML);
    expect(live.element.children).toHaveLength(0);
  });
});
