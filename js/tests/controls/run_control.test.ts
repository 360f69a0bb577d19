import { beforeEach, describe, expect, test } from "vitest";
import { runControl } from "../../src/controls/run_control";
import type { Traits } from "../../src/model/explorer_protocol";
import { find, HTML, texts } from "../support/elements";
import { progress, StrictModel, traits } from "../support/explorer";

const HTML_PROGRESS = { ...progress(1, 2), text: HTML, pace: HTML };

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
    model.receive({ progress: progress(0, 6) });
    view.update();
    expect(button().textContent).toBe("Start");
  });

  test("resumes where only handfuls are missing", () => {
    show({ status: "stopped", progress: progress(0, 0, { done: 1, total: 9 }) });
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
    show({ progress: { ...progress(3, 6), name: "Cells and handfuls", text: "3 of 6 cells", pace: "2 s left" } });
    expect(bar()).toBe("50%");
    expect(texts(view.element, ".gx-progress-text")).toEqual(["3 of 6 cells · 2 s left"]);
    const track = find(view.element, "[role=progressbar]");
    expect(track.getAttribute("aria-label")).toBe("Cells and handfuls");
    expect(track.getAttribute("aria-valuenow")).toBe("50");
    show({ progress: HTML_PROGRESS });
    expect(texts(view.element, ".gx-progress-text")).toEqual([`${HTML} · ${HTML}`]);
  });

  test("is of cells and of handfuls", () => {
    show({ progress: progress(6, 6, { done: 9, total: 18 }) });
    expect(bar()).toBe("62.5%");
  });

  test("is empty before any has come", () => {
    show({ progress: {}, status: "stopped" });
    expect(Number.parseFloat(bar())).toBe(0);
    expect(texts(view.element, ".gx-progress-text")).toEqual(["stopped"]);
  });

  test.each([
    ["3 of 6 cells · 2.0 a second", "running"],
    ["3 of 6 cells · stopped", "stopped"],
    ["3 of 6 cells · failed", "error"],
  ] as const)("“%s” is said of a run that is %s", (text, status) => {
    show({ progress: progress(3, 6), status });
    expect(texts(view.element, ".gx-progress-text")).toEqual([text]);
  });
});
