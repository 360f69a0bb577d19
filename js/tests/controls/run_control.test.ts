import { beforeEach, describe, expect, test } from "vitest";
import { progressText, runControl } from "../../src/controls/run_control";
import type { Traits } from "../../src/model/explorer_protocol";
import { find, texts } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: ReturnType<typeof runControl>;

beforeEach(() => {
  controller = new AbortController();
  return () => controller.abort();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  view = runControl(model, controller.signal, () => "kernel");
  view.update();
}

describe("the button", () => {
  const button = () => find<HTMLButtonElement>(view.element, "button");

  test.each([
    ["running", "Stop", "stop"],
    ["stopped", "Resume", "start"],
    ["error", "Try again", "start"],
  ] as const)("of a run that is %s reads “%s” and sends “%s”", (status, text, type) => {
    show({ status });
    expect(button().textContent).toBe(text);
    expect(button().disabled).toBe(false);
    button().click();
    expect(model.sent).toEqual([{ type }]);
    expect(model.saved).toEqual([]);
  });

  test("and its progress carry the status", () => {
    show({ status: "error" });
    expect(view.element.dataset["status"]).toBe("error");
  });

  test("starts what has not begun", () => {
    show({ status: "stopped", progress: {} });
    expect(button().textContent).toBe("Start");
    model.receive({ progress: { done: 0, total: 6, rate: 0, left: null } });
    view.update();
    expect(button().textContent).toBe("Start");
  });

  test("resumes where only handfuls are missing", () => {
    show({ status: "stopped", progress: { done: 0, total: 0, handfuls: { done: 1, total: 9 }, rate: 0, left: null } });
    expect(button().textContent).toBe("Resume");
  });
});

test.each([
  ["kernel", "done", true],
  ["kernel", "running", false],
  ["kernel", "stopped", false],
  ["kernel", "error", false],
  ["gone", "running", false],
  ["page", "stopped", true],
] as const)("with the host “%s” and a run that is %s, it is gone: %s", (host, status, hidden) => {
  model = new StrictModel(traits({ status }));
  view = runControl(model, controller.signal, () => host);
  view.update();
  expect(view.element.hidden).toBe(hidden);
  expect(find(view.element, "button").hidden).toBe(host === "gone");
});

describe("the progress", () => {
  const bar = () => find(view.element, ".gx-progress-bar").style.width;

  test("is shown as a bar, a text and to a screen reader", () => {
    show({ progress: { done: 3, total: 6, rate: 2, left: 1.5 } });
    expect(bar()).toBe("50%");
    expect(texts(view.element, ".gx-progress-text")).toEqual([
      "3 of 6 cells · 2.0 a second · 2 s left",
    ]);
    const track = find(view.element, "[role=progressbar]");
    expect(track.getAttribute("aria-label")).toBe("Cells scored");
    expect(track.getAttribute("aria-valuenow")).toBe("3");
    expect(track.getAttribute("aria-valuemax")).toBe("6");
  });

  test("counts handfuls after the cells", () => {
    const handfuls = { done: 9, total: 18 };
    show({ progress: { done: 6, total: 6, handfuls, rate: 3, left: 3 } });
    expect(bar()).toBe("62.5%");
    expect(texts(view.element, ".gx-progress-text")).toEqual(["9 of 18 handfuls · 3.0 a second · 3 s left"]);
    const track = find(view.element, "[role=progressbar]");
    expect(track.getAttribute("aria-label")).toBe("Cells and handfuls");
    expect(track.getAttribute("aria-valuenow")).toBe("15");
    expect(track.getAttribute("aria-valuemax")).toBe("24");
  });

  test.each([
    ["3 of 6 cells · 2.0 a second · 12 s left", "running", 3, 0],
    ["0 of 18 handfuls · 2.0 a second · 12 s left", "running", 6, 0],
    ["9 of 18 handfuls · 2.0 a second · stopped", "stopped", 6, 9],
    ["6 cells · 18 handfuls · 2.0 a second", "done", 6, 18],
  ])("“%s” is said where handfuls are hidden, too", (text, status, done, known) => {
    expect(progressText(status, done, 6, 2, 12, { done: known, total: 18 })).toBe(text);
  });

  test("is empty before any has come", () => {
    show({ progress: {}, status: "stopped" });
    expect(Number.parseFloat(bar())).toBe(0);
    expect(texts(view.element, ".gx-progress-text")).toEqual(["0 of 0 cells · stopped"]);
  });

  test.each([
    ["3 of 6 cells", "running", 3, 6, 0, null],
    ["3 of 6 cells · 2.5 a second", "running", 3, 6, 2.5, null],
    ["3 of 6 cells · 0.5 a second · 6 s left", "running", 3, 6, 0.5, 6],
    ["3 of 6 cells · 10 a second", "running", 3, 6, 10, null],
    ["3 of 6 cells · 121 a second · less than 1 s left", "running", 3, 6, 120.6, 0.3],
    ["6 of 6 cells · 2.0 a second", "running", 6, 6, 2, 0],
    ["6 of 6 cells · 2.0 a second", "done", 6, 6, 2, 0],
    ["3 of 6 cells · 2.0 a second · stopped", "stopped", 3, 6, 2, 1.5],
    ["3 of 6 cells · failed", "error", 3, 6, 0, null],
  ])("“%s” is said of a run that is %s", (text, status, done, total, rate, left) => {
    expect(progressText(status, done, total, rate, left)).toBe(text);
  });
});
