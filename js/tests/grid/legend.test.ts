import { beforeEach, describe, expect, test } from "vitest";
import type { Appearance } from "../../src/cells/colors";
import { legend, thresholdText, type Legend } from "../../src/grid/legend";
import { fakeCanvas, type FakeContext } from "../support/browser";
import { find, HTML, texts } from "../support/elements";

const APPEARANCE: Appearance = {
  colormap: "orange-blue",
  opacity: 0.8,
  numbers: true,
  scale: "relative",
  threshold: 0,
};

let context: FakeContext;
let view: Legend;

beforeEach(() => {
  context = fakeCanvas();
  view = legend();
});

const ends = () => texts(view.element, ".gx-legend-end");
const entries = () =>
  [...view.marks.querySelectorAll<HTMLElement>(".gx-legend-entry")]
    .filter((entry) => !entry.hidden)
    .map((entry) => entry.textContent);
const bar = () => find(view.element, ".gx-legend-bar").style.backgroundImage;

describe("the bar", () => {
  test("ends at the largest drop, on both sides of zero", () => {
    view.update(new Float32Array([0.123, -0.05]), "probability", APPEARANCE);
    expect(ends()).toEqual(["+12", "−12 points if hidden"]);
  });

  test("tells a cell's part of what handfuls lose from a cell hidden alone", () => {
    const drops = new Float32Array([0.123, -0.05]);
    view.update(drops, "probability", APPEARANCE, "", [], undefined, "if hidden with others");
    expect(ends()).toEqual(["+12", "−12 points if hidden with others"]);
  });

  test("says on each side what its colour speaks for, with the whole name where that is cut", () => {
    view.update(new Float32Array([0.5]), "probability", APPEARANCE, "", [], [`for ${HTML}`, "for cat"]);
    const sides = [...view.element.querySelectorAll<HTMLElement>(".gx-legend-side")];
    const said = ["speaks for cat", `speaks for ${HTML}`];
    expect(sides.map((side) => side.textContent)).toEqual(said);
    expect(sides.map((side) => side.title)).toEqual(said);
    expect(view.element.querySelector("img")).toBeNull();
  });

  test("reads from left to right: against, its end, the colours, the other end, for", () => {
    const parts = [...find(view.element, ".gx-legend-colors").children].map((part) => part.classList[0]);
    expect(parts).toEqual([
      "gx-legend-side",
      "gx-legend-end",
      "gx-legend-bar",
      "gx-legend-end",
      "gx-legend-side",
    ]);
  });

  test("counts in log-odds where drops do", () => {
    view.update(new Float32Array([1.25]), "log-odds", APPEARANCE);
    expect(ends()).toEqual(["+1.3", "−1.3 log-odds if hidden"]);
  });

  test("ends where all pictures' do on the absolute scale, and says so", () => {
    view.update(new Float32Array([0.123]), "probability", { ...APPEARANCE, scale: "absolute" });
    expect(ends()).toEqual(["+100", "−100 points if hidden"]);
    expect(entries()).toEqual(["absolute scale"]);
  });

  test("says where drops lie beyond it", () => {
    view.update(new Float32Array([10.5]), "log-odds", { ...APPEARANCE, scale: "absolute" });
    expect(ends()).toEqual(["≥ +10", "≤ −10 log-odds if hidden"]);
  });

  test("has the colours of the map: strong at its ends, clear at zero", () => {
    view.update(new Float32Array([1]), "probability", APPEARANCE);
    expect(bar()).toBe(
      "linear-gradient(to right, #0072b2cc, #0072b200 50%, #d55e0000 50%, #d55e00cc)",
    );
    view.update(new Float32Array([1]), "probability", { ...APPEARANCE, colormap: "red-blue", opacity: 1 });
    expect(bar()).toContain("#ff0051ff");
  });
});

describe("an entry below the map", () => {
  test("is there only for what the map shows", () => {
    view.update(new Float32Array([0.5, 0]), "probability", APPEARANCE);
    expect(entries()).toEqual([]);
  });

  test("tells of pending cells", () => {
    view.update(new Float32Array([0.5, NaN]), "probability", APPEARANCE);
    expect(entries()).toEqual(["not scored yet"]);
  });

  test("tells of failed cells", () => {
    view.update(new Float32Array([0.5, Infinity]), "probability", APPEARANCE);
    expect(entries()).toEqual(["failed"]);
  });

  test("tells of faded cells, and below what they fade", () => {
    view.update(new Float32Array([0.5, 0.01]), "probability", { ...APPEARANCE, threshold: 0.1 });
    expect(entries()).toEqual(["less than 5.0 points"]);
    view.update(new Float32Array([0.5, 0.06]), "probability", { ...APPEARANCE, threshold: 0.1 });
    expect(entries()).toEqual([]);
  });

  test("tells of cells that the fill hardly changes", () => {
    view.update(new Float32Array([0.5, 0]), "probability", APPEARANCE, "", [1]);
    expect(entries()).toEqual(["hardly changed by this fill"]);
    view.update(new Float32Array([0.5, 0]), "probability", APPEARANCE, "", []);
    expect(entries()).toEqual([]);
  });

  test("goes when there is nothing to tell any more", () => {
    view.update(new Float32Array([NaN, Infinity]), "probability", APPEARANCE);
    view.update(new Float32Array([0.5, 0.5]), "probability", APPEARANCE);
    expect(entries()).toEqual([]);
  });

  test("has a swatch that is marked as the map's cells are", () => {
    // A swatch is 12 pixels wide: the cross reaches 3.6 from its middle.
    expect(context.args("moveTo")[0]).toEqual([2.4, 2.4]);
    expect(context.of("createPattern")).toHaveLength(2);
  });
});

test("a threshold is written in the unit of the score, finer than the scale", () => {
  expect(thresholdText(0.28, "probability", 0.1)).toBe("2.8 points");
  expect(thresholdText(1, "probability", 0.01)).toBe("1.0 points");
  expect(thresholdText(0.2, "log-odds", 0.1)).toBe("0.02 log-odds");
});
