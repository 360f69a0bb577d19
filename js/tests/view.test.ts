import { beforeEach, describe, expect, test, vi } from "vitest";
import { mount } from "../src/view";
import {
  evidence,
  fakeCanvas,
  fakeFrames,
  fakePictures,
  fakeSizes,
  find,
  scoresOf,
  settled,
  StrictModel,
  texts,
  traits,
} from "./fixture";

let frames: ReturnType<typeof fakeFrames>;
let model: StrictModel;

beforeEach(() => {
  fakeCanvas();
  fakePictures();
  fakeSizes();
  frames = fakeFrames();
  model = new StrictModel(traits());
});

function show() {
  const el = document.createElement("div");
  const controller = new AbortController();
  mount(model, el, controller.signal);
  return { el, controller };
}

describe("a view", () => {
  test("shows controls, picture, evidence and messages, in this order", () => {
    const { el } = show();
    const parts = [".gx-controls", ".gx-body .gx-grid", ".gx-body .gx-evidence", ".gx-messages"];
    const found = parts.map((part) => find(el, part));
    expect([...el.querySelectorAll(parts.join())]).toEqual(found);
    expect(texts(el, ".gx-evidence .gx-label")).toEqual(["dog", "cat", "owl"]);
  });

  test("keeps JupyterLab's one-key shortcuts out of every control", () => {
    const { el } = show();
    const controls = [...el.querySelectorAll("button, input, select, textarea, a, [tabindex]")];
    expect(controls.length).toBeGreaterThanOrEqual(5);
    expect(controls.filter((node) => !node.matches("[data-lm-suppress-shortcuts=true]"))).toEqual([]);
  });

  test("carries the status of the run", async () => {
    const { el } = show();
    expect(find(el, ".gx-root").dataset["status"]).toBe("running");
    model.receive({ status: "done" });
    await settled();
    expect(find(el, ".gx-root").dataset["status"]).toBe("done");
  });

  test("leaves what else is in its element alone", () => {
    const el = document.createElement("div");
    el.append("before");
    const controller = new AbortController();
    mount(model, el, controller.signal);
    expect(el.childNodes).toHaveLength(2);
    controller.abort();
    expect(el.innerHTML).toBe("before");
  });
});

describe("a message", () => {
  test("that changes many traits is shown with one update", async () => {
    const { el } = show();
    const rebuilt = vi.spyOn(find(el, ".gx-notices"), "replaceChildren");
    model.receive({ notes: ["One."], error: "Two.", status: "error", scores: scoresOf(0) });
    expect(rebuilt).not.toHaveBeenCalled();
    await settled();
    expect(rebuilt).toHaveBeenCalledOnce();
    expect(texts(el, ".gx-error, .gx-note")).toEqual(["Two.", "One."]);
  });

  test("reaches all parts of the view", async () => {
    const { el } = show();
    const scores = scoresOf(0.3, 0, 0, 0, 0, 0);
    model.receive({ scores, evidence: evidence(), status: "stopped", notes: ["One."] });
    await settled();
    frames.run();
    expect(texts(el, ".gx-legend-end")[0]).toBe("against −30");
    expect(texts(el, ".gx-title")).toEqual(["Without row 1, column 1 value = [(0, 0)]"]);
    expect(texts(el, ".gx-run button")).toEqual(["Start"]);
    expect(texts(el, ".gx-note")).toEqual(["One."]);
  });

  test("that comes later is shown with another", async () => {
    const { el } = show();
    model.receive({ notes: ["One."] });
    await settled();
    model.receive({ notes: ["Two."] });
    await settled();
    expect(texts(el, ".gx-note")).toEqual(["Two."]);
  });

  test("about any trait is heard", () => {
    show();
    expect(model.listening()).toBe(Object.keys(traits()).length);
  });
});

describe("two views on one model", () => {
  test("show the same", async () => {
    const [first, second] = [show(), show()];
    await settled();
    frames.run();
    model.receive({ evidence: evidence(), value: [[0, 0]], status: "stopped", notes: ["One."] });
    await settled();
    frames.run();
    expect(texts(first.el, ".gx-title")).toEqual(["Without row 1, column 1 value = [(0, 0)]"]);
    expect(second.el.innerHTML).toBe(first.el.innerHTML);
  });

  test("hear of what is chosen in one of them", async () => {
    const [first, second] = [show(), show()];
    const select = (el: HTMLElement) => el.querySelectorAll("select")[2]!;
    select(first.el).value = "log-odds";
    select(first.el).dispatchEvent(new Event("change"));
    await settled();
    expect(select(second.el).value).toBe("log-odds");
  });

  test("end one by one", async () => {
    const [first, second] = [show(), show()];
    first.controller.abort();
    model.receive({ notes: ["Still here."] });
    await settled();
    expect(first.el.children).toHaveLength(0);
    expect(texts(second.el, ".gx-note")).toEqual(["Still here."]);
  });
});

describe("the end of a view", () => {
  test("removes its element and all that listens to the model", () => {
    const { el, controller } = show();
    controller.abort();
    expect(el.children).toHaveLength(0);
    expect(model.listening()).toBe(0);
  });

  test("holds back an update that is on its way", async () => {
    const { el, controller } = show();
    const notices = find(el, ".gx-notices");
    model.receive({ notes: ["Too late."] });
    controller.abort();
    await settled();
    expect(notices.textContent).not.toContain("Too late.");
  });
});
