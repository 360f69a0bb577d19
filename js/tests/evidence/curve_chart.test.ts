import { beforeEach, describe, expect, test } from "vitest";
import { curveChart, points, type CurveChart } from "../../src/evidence/curve_chart";
import { find, HTML, texts } from "../support/elements";
import { curve } from "../support/explorer";

let view: CurveChart;

beforeEach(() => {
  view = curveChart();
});

const line = (name: string) => find(view.element, `polyline.gx-${name}`).getAttribute("points");
const marker = () => find(view.element, ".gx-marker");
const told = () => find(view.element, "[role=img]").getAttribute("aria-label");

describe("the points of a curve", () => {
  test("span its width from no cell to all, and its height from 1 down to 0", () => {
    expect(points([0, 2, 4], [1, 0.5, 0], 4)).toBe("0.0,0.0 120.0,45.0 240.0,90.0");
  });

  test("leave out what is not known yet", () => {
    expect(points([0, 2, 4], [1, null, 0], 4)).toBe("0.0,0.0 240.0,90.0");
    expect(points([0, 2, 4], [], 4)).toBe("");
  });

  test("are numbers even where no cell is", () => {
    expect(points([0], [0.5], 0)).toBe("0.0,45.0");
  });
});

describe("a chart", () => {
  test("draws both curves", () => {
    view.update(curve(), 5, 0, "dog");
    expect(line("deletion")).toBe(
      "0.0,22.5 48.0,67.5 96.0,81.0 144.0,81.0 192.0,81.0 240.0,63.0",
    );
    expect(line("insertion")).toMatch(/^0.0,85.5 48.0,54.0 .* 240.0,22.5$/);
  });

  test("is kept, not made anew, while points come", () => {
    view.update(curve({ deletion: [0.75, null, null, null, null, null], running: true }), 5, 0, "dog");
    const before = find(view.element, "polyline.gx-deletion");
    expect(line("deletion")).toBe("0.0,22.5");
    view.update(curve(), 5, 0, "dog");
    expect(find(view.element, "polyline.gx-deletion")).toBe(before);
    expect(line("deletion")).not.toBe("0.0,22.5");
  });

  test("marks how many cells are chosen, and says both probabilities there", () => {
    view.update(curve(), 5, 2, "dog");
    expect([marker().getAttribute("x1"), marker().getAttribute("x2")]).toEqual(["96", "96"]);
    expect(marker().style.display).toBe("");
    expect(texts(view.element, ".gx-chart-entry")).toEqual(["hidden 10.0%", "only these 60.0%"]);
  });

  test("marks nothing for a selection of the user's own", () => {
    view.update(curve(), 5, null, "dog");
    expect(marker().style.display).toBe("none");
    expect(texts(view.element, ".gx-chart-entry")).toEqual(["hidden", "only these"]);
  });

  test("says no probability between its points or where none is known", () => {
    const coarse = { counts: [0, 5], deletion: [0.75, 0.3], insertion: [0.05, null] };
    view.update(curve(coarse), 5, 3, "dog");
    expect(texts(view.element, ".gx-chart-entry")).toEqual(["hidden", "only these"]);
    view.update(curve(coarse), 5, 5, "dog");
    expect(texts(view.element, ".gx-chart-entry")).toEqual(["hidden 30.0%", "only these"]);
  });
});

describe("its axes", () => {
  const across = () => texts(view.element, ".gx-across span");

  test("are named: the probability of the target, from 0 to 100%", () => {
    view.update(curve(), 5, 0, "dog");
    expect(texts(view.element, ".gx-chart-name")).toEqual(["Probability of “dog”"]);
    expect(texts(view.element, ".gx-axis span")).toEqual(["100%", "0"]);
    view.update(curve(), 5, 0, HTML);
    expect(texts(view.element, ".gx-chart-name")).toEqual([`Probability of “${HTML}”`]);
    expect(view.element.querySelector("img")).toBeNull();
  });

  test("go from no cell to all that can be hidden", () => {
    view.update(curve(), 64, 0, "dog");
    expect(across()).toEqual(["0", "64 cells"]);
    view.update(curve(), 1, 0, "dog");
    expect(across()).toEqual(["0", "1 cell"]);
  });
});

describe("to who does not see it, it tells", () => {
  test("where the probability is halved, and where half of it is reached", () => {
    view.update(curve(), 5, 0, "dog");
    expect(told()).toBe(
      "Probability of the target: hiding the most important cells halves it after 1 cell; " +
        "showing only them reaches half of it with 1 cell",
    );
    const late = { deletion: [0.8, 0.6, 0.41, 0.4, 0, 0], insertion: [0, 0, 0, 0.39, 0.4, 0.8] };
    view.update(curve(late), 5, 0, "dog");
    expect(told()).toContain("halves it after 3 cells; showing only them reaches half of it with 4 cells");
  });

  test("that neither happens", () => {
    const flat = { deletion: [0.8, 0.7, 0.7, 0.7, 0.7, 0.7], insertion: [0, 0, 0, 0, 0, 0.3] };
    view.update(curve(flat), 5, 0, "dog");
    expect(told()).toContain("never halves it; showing only them never reaches half of it");
  });

  test("how far it is while it is drawn", () => {
    view.update(curve({ deletion: [0.75, 0.25, null, null, null, null], running: true }), 5, 0, "dog");
    expect(told()).toBe("Computing the curves: 2 of 6 points");
  });
});
