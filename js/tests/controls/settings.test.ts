import { beforeEach, describe, expect, test } from "vitest";
import { settings, type Settings } from "../../src/controls/settings";
import type { Traits } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { scoresOf } from "../support/bytes";
import { controlOf, find, HTML } from "../support/elements";
import { enter } from "../support/events";
import { progress, StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let root: HTMLElement;
let view: Settings;
let host: Host;
let shape: number;

beforeEach(() => {
  controller = new AbortController();
  host = "kernel";
  shape = 1;
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  root = document.createElement("div");
  view = settings(model, root, controller.signal, () => host, () => shape);
  view.update();
}

function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
}

/** The control under a title. */
const control = <T extends HTMLElement>(title: string) => controlOf<T>(view.panel, title);

const select = (title: string) => control<HTMLSelectElement>(title);

function choose(title: string, value: string): void {
  enter(control<HTMLSelectElement | HTMLInputElement>(title), value);
}

const options = (title: string) =>
  [...select(title).options].map((option) => [option.value, option.textContent]);

test("the settings fold away behind one button", () => {
  show();
  expect([view.button.textContent, view.panel.hidden]).toEqual(["Settings", true]);
  view.button.click();
  expect(view.panel.hidden).toBe(false);
});

describe("the grid slider", () => {
  const range = () => control<HTMLInputElement>("Grid");
  const size = () => find(view.panel, ".gx-size").textContent;

  test("shows N×N", () => {
    show({ grid_size: 4 });
    expect(range().value).toBe("4");
    expect(size()).toBe("4 × 4");
  });

  test.each<[number, number, string]>([
    [2, 3, "2"],
    [4, 9, "6"],
    [5, 5, "5"],
  ])("shows %i×%i at the side of a square of as many cells", (rows, columns, side) => {
    show({ grid_size: [rows, columns], grid: { rows, columns, height: 90, width: 90 } });
    expect(range().value).toBe(side);
    expect(size()).toBe(`${rows} × ${columns}`);
  });

  test("cuts a wide picture into as many square cells", () => {
    show();
    shape = 4;
    choose("Grid", "4");
    expect(model.saved).toEqual([{ grid_size: [2, 8] }]);
    expect(size()).toBe("2 × 8");
  });

  test("writes and sends its number, and shows it at once", () => {
    show();
    choose("Grid", "4");
    expect(model.saved).toEqual([{ grid_size: 4 }]);
    expect(size()).toBe("4 × 4");
  });

  test("goes in whole numbers from 2", () => {
    show();
    expect([range().type, range().min, range().step]).toEqual(["range", "2", "1"]);
  });

  test.each([
    ["the height of the picture", { rows: 2, columns: 3, height: 5, width: 7 }, "5"],
    ["the width of the picture", { rows: 2, columns: 3, height: 50, width: 7 }, "7"],
    ["64", { rows: 2, columns: 3, height: 224, width: 224 }, "64"],
    ["64 before a grid has come", {}, "64"],
  ])("ends at %s", (_, grid, most) => {
    show({ grid });
    expect(range().max).toBe(most);
  });
});

describe("the fill", () => {
  test("is chosen among those that the kernel offers", () => {
    show({ fill: "blur" });
    expect(options("Hide with")).toEqual([
      ["cell-mean", "each cell's average colour"],
      ["blur", "a blurred picture"],
      ["gray", "grey"],
    ]);
    expect(select("Hide with").value).toBe("blur");
  });

  test("is written and sent", () => {
    show();
    choose("Hide with", "gray");
    expect(model.saved).toEqual([{ fill: "gray" }]);
  });

  test("that the kernel does not offer is shown first", () => {
    show({ fill: "mine" });
    expect(options("Hide with")[0]).toEqual(["mine", "mine"]);
    expect(select("Hide with").value).toBe("mine");
  });

  test("that is not installed is shown, cannot be chosen, and says what to install", () => {
    show({ unavailable_fills: { blur: "needs OpenCV: pip install …" } });
    expect(options("Hide with")[1]).toEqual(["blur", "a blurred picture: not installed"]);
    const [mean, blur] = [...select("Hide with").options];
    expect([blur!.disabled, blur!.title]).toEqual([true, "needs OpenCV: pip install …"]);
    expect([mean!.disabled, mean!.title]).toEqual([false, ""]);
  });

  test("may be called what HTML is", () => {
    show({ fill: HTML, fills: [HTML] });
    expect(options("Hide with")).toEqual([[HTML, HTML]]);
    expect(view.panel.querySelector("img")).toBeNull();
  });
});

describe("the score", () => {
  test("is probability or log-odds", () => {
    show({ score: "log-odds" });
    expect(options("Measured in")).toEqual([
      ["probability", "percentage points"],
      ["log-odds", "log-odds"],
    ]);
    expect(select("Measured in").value).toBe("log-odds");
  });

  test("is written and sent", () => {
    show();
    choose("Measured in", "log-odds");
    expect(model.saved).toEqual([{ score: "log-odds" }]);
  });
});

describe("an open list", () => {
  test.each(["Hide with", "Measured in"])("“%s” is not rebuilt by progress", (title) => {
    show();
    const before = [...select(title).options];
    receive({
      scores: scoresOf(0, 0, 0, 0, 0, 0),
      progress: progress(6, 6),
      labels: ["cat", "dog", "fox", "owl"],
    });
    const after = [...select(title).options];
    expect(after.length).toBeGreaterThan(1);
    expect(after.every((option, i) => option === before[i])).toBe(true);
  });

  test("is rebuilt when there is another choice", () => {
    show();
    receive({ fills: ["mine", "cell-mean"] });
    expect(options("Hide with")).toEqual([
      ["mine", "mine"],
      ["cell-mean", "each cell's average colour"],
    ]);
    expect(select("Hide with").value).toBe("cell-mean");
  });
});

describe("with the host", () => {
  const shown = () =>
    [...view.panel.children]
      .filter((part) => !(part as HTMLElement).hidden)
      .map((part) => part.firstElementChild!.firstChild!.textContent);
  const LOOKS = ["Colours", "Scale", "Strength", "Fade below", "Numbers", "Large, for a projector"];

  test.each([
    ["kernel", ["Method", "Grid", "Hide with", "Measured in", ...LOOKS], false],
    ["gone", ["Method", "Grid", "Hide with", "Measured in", ...LOOKS], true],
    ["page", ["Measured in", ...LOOKS], false],
  ] as const)("“%s” there are %j; what asks the model is disabled: %s", (next, titles, disabled) => {
    host = next;
    show();
    expect(shown()).toEqual(titles);
    for (const title of ["Grid", "Hide with", "Measured in"]) {
      expect(control<HTMLSelectElement>(title).disabled).toBe(disabled);
    }
    for (const title of ["Colours", "Strength", "Numbers"]) {
      expect(control<HTMLInputElement>(title).disabled).toBe(false);
    }
  });
});

test("values are measured in themselves", () => {
  show({ quantity: { name: "value", unit: "years" }, score: "value" });
  expect(select("Measured in").closest<HTMLElement>(".gx-field")!.hidden).toBe(true);
});

test("for a projector all is larger, in this view alone", () => {
  show();
  const box = control<HTMLInputElement>("Large");
  for (const large of [true, false]) {
    box.checked = large;
    box.dispatchEvent(new Event("change"));
    expect(root.hasAttribute("data-large")).toBe(large);
  }
  expect([model.saved, model.sent]).toEqual([[], []]);
});

test("after the end nothing is written or sent", () => {
  show();
  controller.abort();
  choose("Grid", "4");
  choose("Hide with", "gray");
  choose("Measured in", "log-odds");
  expect(model.saved).toEqual([]);
  expect(model.get("grid_size")).toEqual([2, 3]);
});
