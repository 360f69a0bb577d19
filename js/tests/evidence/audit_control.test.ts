import { beforeEach, describe, expect, test } from "vitest";
import { auditControl } from "../../src/evidence/audit_control";
import type { Traits } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { HTML, texts } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let host: Host;
let model: StrictModel;
let view: ReturnType<typeof auditControl>;

beforeEach(() => {
  host = "kernel";
  controller = new AbortController();
  return () => controller.abort();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits({ status: "done", ...changes }));
  view = auditControl(model, controller.signal, () => host);
  view.update();
}

const FOUND = {
  audit: {
    level: "high",
    text: "Trust: high; it foretells what hiding does.",
    figures: [["Deletion ↓ 0.07", "What is left."], ["SRG ↑ +0.45", "More is better."]] as [string, string][],
    notes: ["A note."],
  },
};

describe("the button", () => {
  test("asks once the map is finished", () => {
    show({ status: "running" });
    expect(view.button.disabled).toBe(true);
    show();
    view.button.click();
    expect(model.sent).toEqual([{ type: "audit" }]);
    expect(view.element.hidden).toBe(true);
  });

  test("asks nothing again, and nothing where nobody answers", () => {
    show(FOUND);
    expect(view.button.disabled).toBe(true);
    host = "gone";
    view.update();
    expect(view.button.hidden).toBe(true);
  });
});

test("how far it is stands where the answer will stand", () => {
  show({ audit: { text: "Hiding cells in order … 30%" } });
  expect(view.element.textContent).toBe("Hiding cells in order … 30%");
});

test("the verdict stands above its figures, each with its meaning, and notes", () => {
  show(FOUND);
  expect(texts(view.element, ".gx-audit")).toEqual([FOUND.audit.text]);
  expect(texts(view.element, "li")).toEqual([
    "Deletion ↓ 0.07What is left.",
    "SRG ↑ +0.45More is better.",
    "A note.",
  ]);
  show({ audit: { text: HTML, figures: [[HTML, HTML]], notes: [HTML] } });
  expect(view.element.querySelector("img")).toBeNull();
});
