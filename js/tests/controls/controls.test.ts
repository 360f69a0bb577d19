import { beforeEach, describe, expect, test } from "vitest";
import { explorerControls, type Controls } from "../../src/controls/controls";
import type { Traits } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { scoresOf } from "../support/bytes";
import { controlOf, find, texts } from "../support/elements";
import { fakeConnection, progress, StrictModel, traits } from "../support/explorer";

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
  const tool = document.createElement("button");
  tool.textContent = "A tool";
  view = explorerControls(model, controller.signal, connection, [tool]);
  view.update();
}

const titles = () =>
  [...view.element.children]
    .filter((part) => !(part as HTMLElement).hidden)
    .map((part) => part.querySelector(".gx-field-name, button")?.textContent);

describe("the controls are the question, the run and the tools", () => {
  test.each([
    ["kernel", "running", ["Why", "rather than", "Stop", "A tool"], false],
    ["kernel", "done", ["Why", "rather than", "A tool"], false],
    ["gone", "running", ["Why", "rather than", "Resume", "A tool"], true],
    ["page", "done", ["Why", "A tool"], false],
  ] as [Host, Traits["status"], string[], boolean][])(
    "with the host “%s” and a run that is %s: %j, inert: %s",
    (host, status, shown, inert) => {
      connection.become(host);
      show({ status });
      expect(titles()).toEqual(shown);
      expect(find(view.element, ".gx-why").inert).toBe(inert);
    },
  );

  test("and which of two maps is shown", () => {
    show({ together: scoresOf(1, 2, 3, 4, 5, 6) });
    expect(titles()).toEqual(["Why", "rather than", "Cells hidden", "Stop", "A tool"]);
  });

  test.each([
    ["of two classes the other is all others", { labels: ["cat", "dog"] }],
    ["values are not held against each other", { score: "value" }],
  ] as [string, Partial<Traits>][])("and no second class: %s", (_, changes) => {
    show({ status: "done", ...changes });
    expect(titles()).toEqual(["Why", "A tool"]);
  });
});

describe("“gone”", () => {
  test("a run has stopped, whatever the kernel said last", () => {
    show({ progress: progress(3, 6) });
    connection.become("gone");
    view.update();
    expect(texts(view.element, ".gx-progress-text")).toEqual(["3 of 6 cells · stopped"]);
    expect(find(view.element, ".gx-run").dataset["status"]).toBe("stopped");
    expect(find(view.element, ".gx-run button").hidden).toBe(true);
  });

  test("a run that was done stays done", () => {
    connection.become("gone");
    show({ status: "done" });
    expect(find(view.element, ".gx-run").dataset["status"]).toBe("done");
  });
});

test("on a page only the recorded classes can be asked about", () => {
  connection.offered = () => [0, 1];
  connection.become("page");
  show();
  controlOf<HTMLInputElement>(view.element, "Why").dispatchEvent(new Event("focus"));
  expect(texts(view.element, ".gx-option-name")).toEqual(["dog", "cat"]);
});

test("after the end nothing is written or sent", () => {
  show({ together: scoresOf(1, 2, 3, 4, 5, 6) });
  controller.abort();
  find(view.element, ".gx-run button").click();
  for (const button of view.element.querySelectorAll<HTMLElement>(".gx-switch button")) button.click();
  expect([model.saved, model.sent, model.get("map")]).toEqual([[], [], ""]);
});
