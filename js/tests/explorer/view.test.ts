import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { mountExplorer } from "../../src/explorer/view";
import { APPEARANCE, MAX_UPLOAD } from "../../src/model/explorer_protocol";
import type { Cell } from "../../src/model/widget_model";
import { fakeCanvas, fakeFrames, fakePictures, fakeSizes } from "../support/browser";
import { bytesOf, scoresOf } from "../support/bytes";
import { buttonOf, find, HTML, isOff, settled, texts } from "../support/elements";
import { enter, pressKey } from "../support/events";
import { curve, evidence, fakeConnection, StrictModel, traits } from "../support/explorer";

let frames: ReturnType<typeof fakeFrames>;
let model: StrictModel;
let connection: ReturnType<typeof fakeConnection>;
let controllers: AbortController[];

beforeEach(() => {
  fakeCanvas();
  fakePictures();
  fakeSizes();
  frames = fakeFrames();
  model = new StrictModel(traits());
  connection = fakeConnection();
  controllers = [];
  document.body.replaceChildren();
});

afterEach(() => {
  for (const controller of controllers) controller.abort();
});

function show() {
  const el = document.createElement("div");
  const controller = new AbortController();
  document.body.append(el);
  mountExplorer(model, el, controller.signal, connection);
  controllers.push(controller);
  return { el, controller };
}

const root = (el: HTMLElement) => find(el, ".gx-root");
const rangeOf = (el: HTMLElement, label: string) => find<HTMLInputElement>(el, `[aria-label="${label}"]`);

function slide(el: HTMLElement, ...counts: number[]): void {
  const range = rangeOf(el, "Strongest cells");
  enter(range, ...counts);
  range.dispatchEvent(new Event("change"));
}

function press(el: HTMLElement, key: string, options: KeyboardEventInit = {}): void {
  pressKey(find(el, "[role=grid]"), key, options);
}

describe("a view", () => {
  test("shows the sentence, the question, alerts, the map, the answer and notes, in this order", () => {
    const { el } = show();
    const parts = [
      ".gx-headline",
      ".gx-controls",
      ".gx-controls .gx-tools",
      ".gx-save",
      ".gx-settings",
      ".gx-alerts",
      ".gx-body .gx-legend",
      ".gx-body .gx-canvas",
      ".gx-body .gx-tip",
      ".gx-body .gx-evidence",
      ".gx-evidence .gx-actions",
      ".gx-evidence .gx-top",
      ".gx-notices",
    ];
    const found = parts.map((part) => find(el, part));
    const ordered = [...el.querySelectorAll<HTMLElement>(parts.join())];
    expect(ordered.filter((node) => found.includes(node))).toEqual(found);
    expect(texts(el, ".gx-evidence .gx-label")).toEqual(["dog", "cat", "owl"]);
    expect([...find(el, ".gx-tools").children].map((tool) => tool.firstChild?.textContent)).toEqual([
      "Open picture …",
      "Picture only",
      "Save",
      "Settings",
    ]);
  });

  test("keeps JupyterLab's one-key shortcuts out of every control", () => {
    const { el } = show();
    const controls = [...el.querySelectorAll("button, input, select, summary, textarea, a, [tabindex='0']")];
    expect(controls.length).toBeGreaterThanOrEqual(20);
    expect(controls.filter((node) => !node.matches("[data-lm-suppress-shortcuts=true]"))).toEqual([]);
  });

  test("carries the status of the run, its host and its theme", async () => {
    const { el } = show();
    expect({ ...root(el).dataset }).toEqual({ status: "running", host: "kernel", theme: "light" });
    model.receive({ status: "done" });
    connection.become("gone");
    await settled();
    expect({ ...root(el).dataset }).toMatchObject({ status: "done", host: "gone" });
  });

  test("leaves what else is in its element alone", () => {
    const el = document.createElement("div");
    el.append("before");
    const controller = new AbortController();
    mountExplorer(model, el, controller.signal, connection);
    expect(el.childNodes).toHaveLength(2);
    controller.abort();
    expect(el.innerHTML).toBe("before");
  });

  test("shows labels, notes and names that are HTML as text", async () => {
    model = new StrictModel(
      traits({
        labels: [HTML, `${HTML}1`, HTML, HTML],
        notes: [HTML],
        error: HTML,
        fills: [HTML],
        about: { model: HTML, text: HTML, how: { alone: HTML }, caveat: HTML },
        headline: { alone: [[HTML, true]] },
        reading: HTML,
        check: { verdict: "wrong", summary: HTML, checks: [[HTML, "wrong", HTML, HTML]] },
        value: [[0, 0]],
        evidence: evidence(),
      }),
    );
    const { el } = show();
    await settled();
    frames.run();
    expect([...el.querySelectorAll("img")].map((image) => image.className)).toEqual(["gx-hidden-picture"]);
    expect(el.textContent).toContain(HTML);
  });
});

describe("a message", () => {
  test("that changes many traits is shown with one update", async () => {
    const { el } = show();
    const rebuilt = vi.spyOn(find(el, ".gx-notes"), "replaceChildren");
    model.receive({ notes: ["One."], error: "Two.", status: "error", scores: scoresOf(0) });
    expect(rebuilt).not.toHaveBeenCalled();
    await settled();
    expect(rebuilt).toHaveBeenCalledOnce();
    expect(texts(el, ".gx-note")).toEqual(["One."]);
    expect(find(el, ".gx-alerts .gx-error").textContent).toBe("Two.");
  });

  test("reaches all parts of the view", async () => {
    const { el } = show();
    const scores = scoresOf(0.3, 0, 0, 0, 0, 0);
    model.receive({
      scores,
      value: [[0, 0]],
      evidence: evidence(),
      curve: curve(),
      status: "stopped",
      notes: ["One."],
      check: { verdict: "ok", summary: "Model checked.", checks: [] },
    });
    await settled();
    frames.run();
    expect(texts(el, ".gx-legend-end")[0]).toBe("+30");
    expect(find(el, ".gx-title").textContent).toContain("Without row 1, column 1");
    expect(texts(el, ".gx-run button")).toEqual(["Resume"]);
    expect(texts(el, ".gx-note")).toEqual(["One."]);
    expect(texts(el, ".gx-check > summary .gx-check-text")).toEqual(["Model checked."]);
    expect(find(el, ".gx-top .gx-value").textContent).toBe("1 of 6 hidden");
    expect(find(el, ".gx-chart").hidden).toBe(false);
    expect(find(el, ".gx-evidence > .gx-actions").hidden).toBe(false);
    expect(texts(el, ".gx-root > [role=status]")[0]).toContain("“dog” falls from 75.0% to 25.0%");
  });

  test("that comes later is shown with another", async () => {
    const { el } = show();
    model.receive({ notes: ["One."] });
    await settled();
    model.receive({ notes: ["Two."] });
    await settled();
    expect(texts(el, ".gx-note")).toEqual(["Two."]);
  });

  test("about any trait is heard, and those that bring a file", () => {
    show();
    expect(model.listening()).toBe(Object.keys(traits()).length + 1);
  });

  test("leaves every control where it is, the focus with it", async () => {
    model = new StrictModel(traits({ value: [[0, 0]], evidence: evidence(), status: "running" }));
    const { el } = show();
    buttonOf(el, "Keep only these").focus();
    const controls = () => [...el.querySelectorAll("button, input, select, summary")];
    const before = controls();
    for (const drop of [0.1, 0.2, 0.3]) {
      model.receive({ scores: scoresOf(0.5, drop, 0, 0, 0, 0), notes: [`${drop}`] });
      await settled();
    }
    expect(controls().length).toBe(before.length);
    expect(controls().every((node, i) => node === before[i])).toBe(true);
    expect(document.activeElement).toBe(buttonOf(el, "Keep only these"));
  });
});

describe("a selection", () => {
  test("is sent with whether it is kept, in one message", async () => {
    const { el } = show();
    press(el, "Enter");
    await settled();
    buttonOf(el, "Keep only these").click();
    buttonOf(el, "Clear").click();
    expect(model.saved).toEqual([
      { value: [[0, 0]], keep: false },
      { value: [[0, 0]], keep: true },
      { value: [], keep: false },
    ]);
    expect(model.sent).toEqual([]);
  });

  test("is undone step by step, by button or by key", async () => {
    const { el } = show();
    press(el, "Enter");
    await settled();
    press(el, "ArrowRight", { shiftKey: true });
    await settled();
    buttonOf(el, "Keep only these").click();
    await settled();
    buttonOf(el, "Undo").click();
    expect([model.get("value"), model.get("keep")]).toEqual([[[0, 0], [0, 1]], false]);
    press(el, "z", { ctrlKey: true });
    expect(model.get("value")).toEqual([[0, 0]]);
    buttonOf(el, "Undo").click();
    expect(model.get("value")).toEqual([]);
    await settled();
    expect(isOff(buttonOf(el, "Undo"))).toBe(true);
    const before = model.saved.length;
    press(el, "z", { ctrlKey: true });
    expect(model.saved).toHaveLength(before);
  });

  test("that is slid through is undone in one step", async () => {
    const { el } = show();
    press(el, "Enter");
    await settled();
    slide(el, 1, 2, 3, 4);
    await settled();
    expect(model.get("value")).toHaveLength(4);
    buttonOf(el, "Undo").click();
    expect(model.get("value")).toEqual([[0, 0]]);
  });

  test("that is played through is undone in one step", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    model = new StrictModel(traits({ status: "done", curve: curve({ changes: { deletion: 5, insertion: null } }), value: [[0, 1]] }));
    const { el } = show();
    buttonOf(el, "Play").click();
    await settled();
    for (let i = 0; i < 6; i++) {
      vi.advanceTimersByTime(200);
      await settled();
    }
    expect(model.get("value")).toHaveLength(5);
    buttonOf(el, "Undo").click();
    expect(model.get("value")).toEqual([[0, 1]]);
  });

  test("cannot be undone on another picture", async () => {
    const { el } = show();
    press(el, "Enter");
    await settled();
    expect(isOff(buttonOf(el, "Undo"))).toBe(false);
    model.receive({ picture: bytesOf(9), value: [] });
    await settled();
    expect(isOff(buttonOf(el, "Undo"))).toBe(true);
  });

  test("is undone on another grid to the same pixels", async () => {
    const halves = { rows: 1, columns: 2, height: 4, width: 8 };
    model = new StrictModel(traits({ grid: halves, grid_size: [1, 2], scores: scoresOf(0, 0) }));
    const { el } = show();
    press(el, "End");
    press(el, "Enter");
    await settled();
    press(el, "Home");
    press(el, "Enter");
    await settled();
    const grid = { ...halves, rows: 2, columns: 4 };
    model.receive({ grid, grid_size: [2, 4], scores: scoresOf(0, 0, 0, 0, 0, 0, 0, 0), value: [[0, 0], [0, 1], [1, 0], [1, 1]] });
    await settled();
    buttonOf(el, "Undo").click();
    expect(model.get("value")).toEqual([[0, 2], [0, 3], [1, 2], [1, 3]]);
    buttonOf(el, "Undo").click();
    expect(model.get("value")).toEqual([]);
  });

  test("can be undone after more cells are scored, and after another fill", async () => {
    const { el } = show();
    press(el, "Enter");
    await settled();
    model.receive({ scores: scoresOf(0, 0, 0, 0, 0, 0), fill: "blur", status: "done" });
    await settled();
    expect(isOff(buttonOf(el, "Undo"))).toBe(false);
  });
});

describe("a choice of other cells while some are kept", () => {
  const value: Cell[] = [[1, 1], [1, 2]];

  test.each([
    ["page", false],
    ["kernel", true],
  ] as const)("by key, with the host “%s”, keeps them: %s", async (host, keep) => {
    model = new StrictModel(traits({ value, keep: true }));
    connection.become(host);
    const { el } = show();
    press(el, "Home", { ctrlKey: true });
    press(el, "Enter");
    await settled();
    expect([model.get("value"), model.get("keep")]).toEqual([[[0, 0]], keep]);
    buttonOf(el, "Undo").click();
    expect([model.get("value"), model.get("keep")]).toEqual([value, true]);
  });

  test.each([
    ["page", false],
    ["kernel", true],
  ] as const)("by the slider, with the host “%s”, keeps them: %s", async (host, keep) => {
    model = new StrictModel(traits({ value, keep: true }));
    connection.become(host);
    const { el } = show();
    slide(el, 1);
    expect([model.get("value"), model.get("keep")]).toEqual([[[0, 0]], keep]);
  });

  test("leaves a page's button to keep those that are selected", async () => {
    model = new StrictModel(traits({ value }));
    connection.become("page");
    const { el } = show();
    buttonOf(el, "Keep only these").click();
    expect([model.get("value"), model.get("keep")]).toEqual([value, true]);
    buttonOf(el, "Keep only these").click();
    expect([model.get("value"), model.get("keep")]).toEqual([value, false]);
  });
});

describe("what is read out", () => {
  const told = (el: HTMLElement) => texts(el, ".gx-root > [role=status]")[0];

  test("is the next answer, and not the one before while the model is asked", async () => {
    model = new StrictModel(traits({ value: [[0, 0]], evidence: evidence() }));
    const { el } = show();
    expect(told(el)).toContain("“dog” falls from 75.0% to 25.0%");
    model.receive({ value: [[0, 1]], status: "done" });
    await settled();
    expect(told(el)).toBe("All cells are scored.");
    const classes: [number, number, number][] = [[1, 0.75, 0.95]];
    model.receive({ evidence: evidence({ cells: [[0, 1]], drop: -0.2, classes }) });
    await settled();
    expect(told(el)).toBe("“dog” rises from 75.0% to 95.0% (+20.0 points).");
  });
});

describe("what stays in the browser:", () => {
  test("looks", async () => {
    const { el } = show();
    const looks = find(el, ".gx-settings");
    for (const select of looks.querySelectorAll<HTMLSelectElement>("select:not([data-asks])")) {
      select.selectedIndex = 1;
      select.dispatchEvent(new Event("change"));
    }
    for (const range of looks.querySelectorAll<HTMLInputElement>("[type=range]:not([data-asks])")) {
      range.value = "0.3";
      range.dispatchEvent(new Event("input"));
    }
    find<HTMLInputElement>(looks, "[type=checkbox]").click();
    await settled();
    frames.run();
    const changed = APPEARANCE.filter((name) => model.get(name) !== traits()[name]);
    expect(changed).toEqual([...APPEARANCE]);
    expect([model.saved, model.sent]).toEqual([[], []]);
  });

  test("hover, the active cell and what is opened", async () => {
    const { el } = show();
    await settled();
    const init = { clientX: 20, clientY: 30, pointerId: 1, isPrimary: true, bubbles: true };
    find(el, ".gx-canvas").dispatchEvent(new PointerEvent("pointermove", init));
    frames.run();
    expect(find(el, ".gx-tip").textContent).toContain("Row 1, column 1");
    press(el, "ArrowRight");
    for (const text of ["Settings", "Save", "Picture only"]) buttonOf(el, text).click();
    await settled();
    expect([model.saved, model.sent]).toEqual([[], []]);
  });
});

describe("a file", () => {
  const give = (el: HTMLElement, type: string, files: File[]) => {
    const event = new Event(type, { bubbles: true, cancelable: true });
    root(el).dispatchEvent(Object.assign(event, { dataTransfer: { files } }));
  };

  test("is taken anywhere on the widget", async () => {
    const { el } = show();
    give(el, "dragover", []);
    expect(root(el).classList.contains("gx-dropping")).toBe(true);
    give(el, "drop", [new File(["cat"], "cat.png")]);
    await vi.waitFor(() => expect(model.sent).toEqual([{ type: "explain", name: "cat.png" }]));
  });

  test("makes the map old as soon as it is taken: it answers nothing until the new one is there", async () => {
    const { el } = show();
    const body = () => find(el, ".gx-body").inert;
    expect(body()).toBe(false);
    give(el, "drop", [new File(["cat"], "cat.png")]);
    expect([body(), texts(el, ".gx-reading")]).toEqual([
      true,
      ["Reading “cat.png” … The map below is of the picture before."],
    ]);
    model.receive({ reading: "cat.png" });
    await settled();
    expect(body()).toBe(true);
    model.receive({ reading: "", picture: bytesOf(9) });
    await settled();
    expect([body(), find(el, ".gx-reading").hidden]).toEqual([false, true]);
  });

  test("that never comes leaves a map that can be read: the kernel is gone", async () => {
    const { el } = show();
    give(el, "drop", [new File(["cat"], "cat.png")]);
    connection.become("gone");
    await settled();
    expect(find(el, ".gx-body").inert).toBe(false);
  });

  test("that is too large is told among the messages, where an update leaves it", async () => {
    const { el } = show();
    const file = new File(["cat"], "cat.png");
    vi.spyOn(file, "size", "get").mockReturnValue(MAX_UPLOAD + 1);
    vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("no picture")));
    give(el, "drop", [file]);
    await settled();
    model.receive({ notes: ["One."] });
    await settled();
    expect(find(el, ".gx-body").inert).toBe(false);
    const alerts = [...el.querySelectorAll<HTMLElement>(".gx-alerts [role=alert]")];
    expect(alerts.filter((node) => !node.hidden).map((node) => node.textContent)).toEqual([
      expect.stringContaining("“cat.png” has 8.0 MB"),
    ]);
    expect(model.sent).toEqual([]);
  });
});

describe("a picture that is read", () => {
  test("is told until it is there, as text", async () => {
    const { el } = show();
    const reading = find(el, ".gx-reading");
    expect([reading.hidden, reading.getAttribute("role")]).toEqual([true, "status"]);
    model.receive({ reading: `${HTML}.png` });
    await settled();
    expect([reading.hidden, reading.textContent]).toEqual([false, `Reading “${HTML}.png” … The map below is of the picture before.`]);
    model.receive({ reading: "", error: "“cat.png”: The picture cannot be decoded." });
    await settled();
    expect(reading.hidden).toBe(true);
  });
});

describe("a kernel that goes", () => {
  const value: Cell[] = [[0, 0]];

  test("leaves the map, the answer and a word about it", async () => {
    model = new StrictModel(traits({ value, evidence: evidence(), status: "done" }));
    const { el } = show();
    await settled();
    connection.become("gone");
    await settled();
    expect(find(el, ".gx-offline").textContent).toContain("The kernel is gone.");
    expect(find(el, ".gx-frame").hidden).toBe(false);
    expect(find(el, ".gx-verdict").textContent).toContain("“dog” falls");
    for (const text of ["Save", "Settings"]) buttonOf(el, text).click();
    const usable = [...el.querySelectorAll("button")].filter((node) => {
      return !isOff(node) && !node.closest("[hidden], [inert]");
    });
    expect(usable.map((node) => node.textContent || node.getAttribute("aria-label"))).toEqual([
      "Picture only",
      "Save",
      "Settings",
      "Picture (.png)",
      "Copy the selection as Python code",
      "Keep only these",
      "Clear",
    ]);
  });

  test("leaves what the map knows of other cells", async () => {
    model = new StrictModel(traits({ value, evidence: evidence(), status: "done" }));
    const { el } = show();
    connection.become("gone");
    press(el, "ArrowRight");
    press(el, "Enter");
    await settled();
    expect(find(el, ".gx-verdict").textContent).toBe(
      "Without this cell: +20.0 points. The kernel is gone: nothing new can be asked.",
    );
  });
});

describe("two views on one model", () => {
  test("show the same", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5); // ids would differ
    const [first, second] = [show(), show()];
    await settled();
    frames.run();
    model.receive({ evidence: evidence(), value: [[0, 0]], status: "stopped", notes: ["One."] });
    await settled();
    frames.run();
    expect(find(first.el, ".gx-title").textContent).toContain("Without row 1, column 1");
    expect(second.el.innerHTML).toBe(first.el.innerHTML);
  });

  test("hear of what is chosen in one of them", async () => {
    const [first, second] = [show(), show()];
    const score = (el: HTMLElement) =>
      [...el.querySelectorAll("select")].find((node) => node.textContent?.includes("log-odds"))!;
    score(first.el).value = "log-odds";
    score(first.el).dispatchEvent(new Event("change"));
    await settled();
    expect(score(second.el).value).toBe("log-odds");
  });

  test("look the same, without a word to the kernel", async () => {
    const [first, second] = [show(), show()];
    rangeOf(first.el, "Strength").value = "0.3";
    rangeOf(first.el, "Strength").dispatchEvent(new Event("input"));
    await settled();
    expect(rangeOf(second.el, "Strength").value).toBe("0.3");
    expect(model.saved).toEqual([]);
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
