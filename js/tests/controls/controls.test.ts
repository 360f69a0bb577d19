import { beforeEach, describe, expect, test } from "vitest";
import { explorerControls, type Controls } from "../../src/controls/controls";
import type { Prediction, Traits } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { scoresOf } from "../support/bytes";
import { controlOf, find, HTML, texts, visibleTexts } from "../support/elements";
import { enter } from "../support/events";
import { fakeConnection, StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: Controls;
let connection: ReturnType<typeof fakeConnection>;

beforeEach(() => {
  controller = new AbortController();
  connection = fakeConnection();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  view = explorerControls(model, controller.signal, connection);
  view.update();
}

function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
}

/** The control under a title. */
const control = <T extends HTMLElement>(title: string) => controlOf<T>(view.controls, title);

const select = (title: string) => control<HTMLSelectElement>(title);

function choose(title: string, value: string): void {
  enter(control<HTMLSelectElement | HTMLInputElement>(title), value);
}

const shownTexts = (selector: string) => visibleTexts(view.messages, selector);

const options = (title: string) =>
  [...select(title).options].map((option) => [option.value, option.textContent]);

describe("the grid slider", () => {
  const range = () => control<HTMLInputElement>("Grid");
  const size = () => find(view.controls, ".gx-size").textContent;

  test("shows N×N", () => {
    show({ grid_size: 4 });
    expect(range().value).toBe("4");
    expect(size()).toBe("4 × 4");
  });

  test("shows N×M at the larger of both", () => {
    show({ grid_size: [2, 3] });
    expect(range().value).toBe("3");
    expect(size()).toBe("2 × 3");
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
    const fills = ["cell-mean", "blur", "gray"].map((fill) => [fill, fill]);
    expect(options("Hide with")).toEqual(fills);
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

  test("may be called what HTML is", () => {
    show({ fill: HTML, fills: [HTML] });
    expect(options("Hide with")).toEqual([[HTML, HTML]]);
    expect(view.controls.querySelector("img")).toBeNull();
  });
});

describe("the score", () => {
  test("is probability or log-odds", () => {
    show({ score: "log-odds" });
    expect(options("Drop in").map(([value]) => value)).toEqual(["probability", "log-odds"]);
    expect(select("Drop in").value).toBe("log-odds");
  });

  test("is written and sent", () => {
    show();
    choose("Drop in", "log-odds");
    expect(model.saved).toEqual([{ score: "log-odds" }]);
  });
});

describe("an open list", () => {
  test.each(["Hide with", "Drop in"])("“%s” is not rebuilt by progress", (title) => {
    show();
    const before = [...select(title).options];
    receive({
      scores: scoresOf(0, 0, 0, 0, 0, 0),
      progress: { done: 6, total: 6, rate: 3, left: 0 },
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
      ["cell-mean", "cell-mean"],
    ]);
    expect(select("Hide with").value).toBe("cell-mean");
  });
});

describe("with the host", () => {
  const titles = () =>
    [...view.controls.children]
      .filter((part) => !(part as HTMLElement).hidden)
      .map((part) => part.querySelector(".gx-field-name, button")?.textContent);

  const GONE =
    "The kernel is gone. What is shown can still be read; run the notebook again to compute more.";

  test.each([
    ["kernel", ["Grid", "Hide with", "Why", "Drop in", "Stop"], false, []],
    ["gone", ["Grid", "Hide with", "Why", "Drop in", "Start"], true, [GONE]],
    ["page", ["Why", "Drop in"], false, []],
  ] as [Host, string[], boolean, string[]][])(
    "“%s” there are %j, inert: %s",
    (host, shown, inert, said) => {
      connection.become(host);
      show();
      expect(titles()).toEqual(shown);
      expect(view.controls.inert).toBe(inert);
      expect(shownTexts(".gx-offline")).toEqual(said);
    },
  );

  test("“gone” a run has stopped, whatever the kernel said last", () => {
    show({ progress: { done: 3, total: 6, rate: 2, left: 1.5 } });
    connection.become("gone");
    view.update();
    expect(texts(view.controls, ".gx-progress-text")).toEqual(["3 of 6 cells · 2.0 a second · stopped"]);
    expect(find(view.controls, ".gx-run").dataset["status"]).toBe("stopped");
  });

  test("“gone” a run that was done stays done", () => {
    connection.become("gone");
    show({ status: "done" });
    expect(find(view.controls, ".gx-run").dataset["status"]).toBe("done");
  });

  test("“gone” it is said politely, and once", () => {
    show();
    connection.become("gone");
    view.update();
    const offline = find(view.messages, ".gx-offline");
    const said = offline.firstChild;
    receive({ notes: ["One."] });
    expect(offline.getAttribute("role")).toBe("status");
    expect(offline.firstChild).toBe(said);
  });

  test("“page” only the recorded classes can be asked about", () => {
    connection.offered = () => [0, 1];
    connection.become("page");
    show();
    control<HTMLInputElement>("Why").dispatchEvent(new Event("focus"));
    expect(texts(view.controls, ".gx-option-name")).toEqual(["dog", "cat"]);
  });
});

test("after the end nothing is written or sent", () => {
  const prediction: Prediction = { target: 1, probability: 1, saturated: true, top: [[1, 1]] };
  show({ prediction, notes: ["Every drop is near 0."] });
  controller.abort();
  choose("Grid", "4");
  choose("Hide with", "gray");
  choose("Drop in", "log-odds");
  find(view.controls, ".gx-run button").click();
  find(view.messages, "button").click();
  expect(model.saved).toEqual([]);
  expect(model.sent).toEqual([]);
  expect(model.get("grid_size")).toEqual([2, 3]);
});
