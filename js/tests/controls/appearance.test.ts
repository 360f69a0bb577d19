import { beforeEach, describe, expect, test } from "vitest";
import { appearanceFields } from "../../src/controls/appearance";
import { COLORMAPS, APPEARANCE, SCALES, type Traits } from "../../src/model/explorer_protocol";
import { scoresOf } from "../support/bytes";
import { controlOf, find, texts } from "../support/elements";
import { enter } from "../support/events";
import { StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: ReturnType<typeof appearanceFields>;
let panel: HTMLElement;

beforeEach(() => {
  controller = new AbortController();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  view = appearanceFields(model, controller.signal);
  panel = document.createElement("div");
  panel.append(...view.elements);
  view.update();
}

/** The control whose name begins with a title. */
const control = <T extends HTMLElement>(title: string) => controlOf<T>(panel, title);

const select = (title: string) => control<HTMLSelectElement>(title);
const input = (title: string) => control<HTMLInputElement>(title);
const valueOf = (title: string) => find(input(title).closest("label")!, ".gx-value").textContent;

const choose = (title: string, value: string) => enter(select(title), value);
const slide = (title: string, value: number) => enter(input(title), value);

function tick(checked: boolean): void {
  input("Numbers").checked = checked;
  input("Numbers").dispatchEvent(new Event("change"));
}

test("every look has a name, and a scale of their own is not offered to values", () => {
  show();
  const names = () => view.elements.filter((field) => !field.hidden).map((field) => field.firstElementChild!.firstChild!.textContent);
  expect(names()).toEqual(["Colours", "Scale", "Strength", "Fade below", "Numbers"]);
  model.receive({ score: "value" });
  view.update();
  expect(names()).not.toContain("Scale");
});

describe("the looks", () => {
  test("shows what is set", () => {
    const appearance = { colormap: "red-blue", scale: "absolute", opacity: 0.5, threshold: 0.1 } as const;
    show({ ...appearance, numbers: false });
    expect([select("Colours").value, select("Scale").value]).toEqual(["red-blue", "absolute"]);
    expect([input("Strength").value, input("Fade below").value]).toEqual(["0.5", "0.1"]);
    expect(input("Numbers").checked).toBe(false);
  });

  test("follows what another view sets", () => {
    show();
    model.set("opacity", 0.25);
    model.set("colormap", "purple-green");
    model.set("numbers", false);
    view.update();
    expect([input("Strength").value, select("Colours").value]).toEqual(["0.25", "purple-green"]);
    expect(input("Numbers").checked).toBe(false);
  });

  test("offers all colours and scales by name", () => {
    show();
    const values = (title: string) => [...select(title).options].map((option) => option.value);
    expect(values("Colours")).toEqual([...COLORMAPS]);
    expect(values("Scale")).toEqual([...SCALES]);
    expect(texts(select("Scale"), "option")).toEqual(["this picture", "all pictures"]);
  });

  test("sets every look, and sends none", () => {
    show();
    choose("Colours", "purple-green");
    choose("Scale", "absolute");
    slide("Strength", 0.4);
    slide("Fade below", 0.25);
    tick(false);
    const set = Object.fromEntries(APPEARANCE.map((name) => [name, model.get(name)]));
    expect(set).toEqual({
      colormap: "purple-green",
      scale: "absolute",
      opacity: 0.4,
      threshold: 0.25,
      numbers: false,
    });
    expect(model.saved).toEqual([]);
    expect(model.sent).toEqual([]);
  });

  test("sets nothing after the end", () => {
    show();
    controller.abort();
    choose("Colours", "purple-green");
    slide("Strength", 0.4);
    tick(false);
    expect(model.get("colormap")).toBe("orange-blue");
    expect([model.get("opacity"), model.get("numbers")]).toEqual([0.85, true]);
  });
});

describe("the sliders", () => {
  test("say what they are set to, to a screen reader too", () => {
    show({ opacity: 0.85, threshold: 0.1 });
    expect(valueOf("Strength")).toBe("85%");
    expect(valueOf("Fade below")).toBe("5.0 points");
    expect(input("Fade below").getAttribute("aria-valuetext")).toBe("5.0 points");
    expect(input("Fade below").getAttribute("aria-label")).toBe("Fade below");
  });

  test("say it at once", () => {
    show();
    slide("Strength", 0.4);
    expect(valueOf("Strength")).toBe("40%");
  });

  test("fade nothing at zero", () => {
    show({ threshold: 0 });
    expect(valueOf("Fade below")).toBe("off");
  });

  test("count in the unit and on the scale that are shown", () => {
    show({ threshold: 0.1, scale: "absolute" });
    expect(valueOf("Fade below")).toBe("10.0 points");
    model.receive({ score: "log-odds", scores: scoresOf(NaN, 3) });
    view.update();
    expect(valueOf("Fade below")).toBe("1.0 log-odds");
  });
});
