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
    view.update(curve(), 5, 0);
    expect(line("deletion")).toBe(
      "0.0,22.5 48.0,67.5 96.0,81.0 144.0,81.0 192.0,81.0 240.0,63.0",
    );
    expect(line("insertion")).toMatch(/^0.0,85.5 48.0,54.0 .* 240.0,22.5$/);
  });

  test("is kept, not made anew, while points come", () => {
    view.update(curve({ deletion: [0.75, null, null, null, null, null], running: true }), 5, 0);
    const before = find(view.element, "polyline.gx-deletion");
    expect(line("deletion")).toBe("0.0,22.5");
    view.update(curve(), 5, 0);
    expect(find(view.element, "polyline.gx-deletion")).toBe(before);
    expect(line("deletion")).not.toBe("0.0,22.5");
  });

  test("marks how many cells are chosen, and says both probabilities there", () => {
    view.update(curve(), 5, 2);
    expect([marker().getAttribute("x1"), marker().getAttribute("x2")]).toEqual(["96", "96"]);
    expect(marker().style.display).toBe("");
    expect(texts(view.element, ".gx-chart-entry")).toEqual(["hidden 10.0%", "only these 60.0%"]);
  });

  test("marks nothing for a selection of the user's own", () => {
    view.update(curve(), 5, null);
    expect(marker().style.display).toBe("none");
    expect(texts(view.element, ".gx-chart-entry")).toEqual(["hidden", "only these"]);
  });

  test("says no probability between its points or where none is known", () => {
    const coarse = { counts: [0, 5], deletion: [0.75, 0.3], insertion: [0.05, null] };
    view.update(curve(coarse), 5, 3);
    expect(texts(view.element, ".gx-chart-entry")).toEqual(["hidden", "only these"]);
    view.update(curve(coarse), 5, 5);
    expect(texts(view.element, ".gx-chart-entry")).toEqual(["hidden 30.0%", "only these"]);
  });
});

describe("its axes", () => {
  const across = () => texts(view.element, ".gx-across span");

  test("are named, and so are their ends", () => {
    view.update(curve(), 5, 0);
    expect(texts(view.element, ".gx-chart-name")).toEqual(["Probability of “dog”"]);
    expect(texts(view.element, ".gx-axis span")).toEqual(["100%", "0"]);
    view.update(curve({ axis: { title: HTML, low: 0, high: 1, bottom: HTML, top: HTML } }), 5, 0);
    expect(texts(view.element, ".gx-chart-name")).toEqual([HTML]);
    expect(view.element.querySelector("img")).toBeNull();
  });

  test("go from one end to the other", () => {
    const axis = { title: "“age”", low: 20.5, high: 58, bottom: "20.5 years", top: "58 years" };
    const values = { deletion: [40, null, 20.5], insertion: [null, 30, 58], counts: [0, 1, 2], axis };
    view.update(curve(values), 2, 0, { name: "value", unit: "years" });
    expect(line("insertion")).toBe("120.0,67.2 240.0,0.0"); // 30 is 9.5 of 37.5 above the least
  });

  test("go from no cell to all that can be hidden", () => {
    view.update(curve(), 64, 0);
    expect(across()).toEqual(["0 cells", "64 cells"]);
    view.update(curve(), 1, 0);
    expect(across()).toEqual(["0 cells", "1 cell"]);
  });
});

describe("where the answer changes", () => {
  const flip = () => find(view.element, ".gx-flip-mark");
  const said = () => texts(view.element, ".gx-flip-text");

  test("there is a mark, and the text that Python gives is there for all", () => {
    view.update(curve({ changes: { deletion: 2, insertion: 4 }, text: "Without 2 cells it is a cat." }), 5, 0);
    expect([flip().getAttribute("x1"), flip().getAttribute("x2"), flip().style.display]).toEqual(["96", "96", ""]);
    expect([...said(), told()]).toEqual(Array(2).fill("Without 2 cells it is a cat."));
  });

  test("there is none where it never does, or is not known yet", () => {
    view.update(curve({ changes: { deletion: null, insertion: 3 }, text: "" }), 5, 0);
    expect(flip().style.display).toBe("none");
    expect(said()).toEqual([""]);
    view.update(curve(), 5, 0);
    expect(flip().style.display).toBe("");
  });

  test("the text is text", () => {
    view.update(curve({ text: HTML }), 5, 0);
    expect(said()).toEqual([HTML]);
    expect(view.element.querySelector("img")).toBeNull();
  });
});
