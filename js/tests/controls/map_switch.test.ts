import { beforeEach, describe, expect, test } from "vitest";
import { mapSwitch } from "../../src/controls/map_switch";
import type { Foretold, Traits } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { scoresOf } from "../support/bytes";
import { buttonOf, texts } from "../support/elements";
import { progress, StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: ReturnType<typeof mapSwitch>;
let host: Host;

const together = scoresOf(1, 2, 3, 4, 5, 6);

function foretold(text: string, reliable = true): Foretold {
  return { value: 0.5, low: -0.3, high: 0.3, probes: 30, reliable, text };
}

const BOTH = { shown: "together", alone: foretold("Little."), together: foretold("Much.") } as const;

beforeEach(() => {
  controller = new AbortController();
  host = "kernel";
  return () => controller.abort();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  view = mapSwitch(model, controller.signal, () => host);
  view.update();
}

const button = (text: string) => buttonOf(view.element, text);
const pressed = () => ["Together", "Alone"].filter((text) => button(text).getAttribute("aria-pressed") === "true");

describe("the switch", () => {
  test("leaves no trace where there is one map", () => {
    show({ status: "done" });
    expect(view.element.hidden).toBe(true);
  });

  test("has its room before the second map comes", () => {
    show({ progress: progress(5, 6, { done: 0, total: 60 }) });
    expect(view.element.hidden).toBe(false);
    expect(view.element.style.visibility).toBe("hidden");
  });

  test("shows which map is on the screen, and says what each is", () => {
    show({ together, foretells: BOTH });
    expect([view.element.hidden, view.element.style.visibility]).toEqual([false, ""]);
    expect(texts(view.element, "button")).toEqual(["Together", "Alone"]);
    expect(texts(view.element, ".gx-field-name")).toEqual(["Cells hidden"]);
    expect(pressed()).toEqual(["Together"]);
    for (const text of ["Together", "Alone"]) expect(button(text).title).toMatch(/^.{40,}\.$/);
  });

  test("chooses a map, and tells the kernel", () => {
    show({ together, foretells: BOTH });
    button("Alone").click();
    expect(model.saved).toEqual([{ map: "alone" }]);
    view.update();
    expect(pressed()).toEqual(["Alone"]);
    button("Together").click();
    view.update();
    expect(pressed()).toEqual(["Together"]);
    expect(model.sent).toEqual([]);
  });

  test("works without a kernel, too", () => {
    host = "gone";
    show({ together, foretells: BOTH });
    button("Alone").click();
    expect(model.get("map")).toBe("alone");
    expect(model.saved).toEqual([]);
  });
});
