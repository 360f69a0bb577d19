import { beforeEach, describe, expect, test } from "vitest";
import { mapSwitch } from "../../src/controls/map_switch";
import type { Foretold, Traits } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { scoresOf } from "../support/bytes";
import { buttonOf, find, HTML, texts } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

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
const trust = () => find(view.element, ".gx-trust");
const pressed = () => ["Together", "Alone"].filter((text) => button(text).getAttribute("aria-pressed") === "true");

describe("the switch", () => {
  test("leaves no trace where there is one map", () => {
    show({ status: "done" });
    expect(view.element.hidden).toBe(true);
  });

  test("has its room before the second map comes", () => {
    show({ progress: { done: 5, total: 6, handfuls: { done: 0, total: 60 }, rate: 1, left: 1 } });
    expect(view.element.hidden).toBe(false);
    expect(find(view.element, ".gx-switch").hidden).toBe(true);
    expect(trust().textContent).toBe("");
  });

  test("shows which map is on the screen, and says what each is", () => {
    show({ together, foretells: BOTH });
    expect(find(view.element, ".gx-switch").hidden).toBe(false);
    expect(texts(view.element, "button")).toEqual(["Together", "Alone"]);
    expect(pressed()).toEqual(["Together"]);
    for (const text of ["Together", "Alone"]) expect(button(text).title).toMatch(/^.{40,}\.$/);
  });

  test("chooses a map, and tells the kernel", () => {
    show({ together, foretells: BOTH });
    button("Alone").click();
    expect(model.saved).toEqual([{ map: "alone" }]);
    view.update();
    expect(pressed()).toEqual(["Alone"]);
    expect(trust().textContent).toBe("Little.");
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

describe("how far to believe the map", () => {
  test("is said of the map on the screen, to a screen reader too", () => {
    show({ together, foretells: BOTH });
    expect(trust().textContent).toBe("Much.");
    expect(trust().getAttribute("role")).toBe("status");
    expect(trust().classList).not.toContain("gx-doubt");
  });

  test("is not said while it is not measured", () => {
    show({ together, foretells: { shown: "together" } });
    expect(trust().textContent).toBe("");
  });

  test("stands out where it is nothing, and no longer once it is more", () => {
    show({ together, foretells: { ...BOTH, together: foretold("Nothing.", false) } });
    expect(trust().textContent).toBe("Nothing.");
    expect(trust().classList).toContain("gx-doubt");
    model.set("map", "alone");
    view.update();
    expect(trust().classList).not.toContain("gx-doubt");
  });

  test("is text", () => {
    show({ together, foretells: { ...BOTH, together: foretold(HTML) } });
    expect(trust().textContent).toBe(HTML);
    expect(trust().children).toHaveLength(0);
  });
});
