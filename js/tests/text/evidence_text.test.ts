import { describe, expect, test } from "vitest";
import type { Evidence } from "../../src/model/explorer_protocol";
import type { Cell } from "../../src/model/widget_model";
import { fromToText, pointsText, synergyText, titleText, valueText, winner } from "../../src/text/evidence_text";
import { evidence } from "../support/explorer";

const cells = (count: number): Cell[] => Array.from({ length: count }, (_, i) => [i, 2 * i]);

describe("a selection is called", () => {
  test.each([
    [1, false, "Without row 1, column 1"],
    [1, true, "Only row 1, column 1"],
    [2, false, "Without 2 cells"],
    [12, true, "Only these 12 cells"],
  ])("%d cells, kept: %s, “%s”", (count, keep, text) => {
    expect(titleText(cells(count), keep)).toBe(text);
  });

  test("by its row before its column, from 1", () => {
    expect(titleText([[2, 4]], false)).toBe("Without row 3, column 5");
  });

  test("what Python calls it, from 0", () => {
    expect(valueText([[2, 4]])).toBe("value = [(2, 4)]");
    expect(valueText(cells(4))).toBe("value = [(0, 0), (1, 2), (2, 4), (3, 6)]");
  });

  test("no more than four of its cells", () => {
    expect(valueText(cells(5))).toBe("value = [(0, 0), (1, 2), (2, 4), (3, 6), …]");
  });
});

describe("a probability", () => {
  test.each([
    [0.75, 0.25, "“dog” falls from 75.0% to 25.0%"],
    [0.75, 0.95, "“dog” rises from 75.0% to 95.0%"],
    [0.75, 0.75, "“dog” stays at 75.0%"],
    [0.75, 0.7501, "“dog” stays at 75.0%"],
    [0.99999, 0.9999, "“dog” stays at >99.9%"],
    [0.0001, 0, "“dog” falls from <0.1% to 0.0%"],
  ])("that goes from %d to %d", (before, after, text) => {
    expect(fromToText("dog", before, after)).toBe(text);
  });

  test.each([
    [0.75, 0.25, "−50.0"],
    [0.2, 0.7, "+50.0"],
    [0.04, 0.0483, "+0.8"],
    [0.5, 0.5, "±0.0"],
    [0.5, 0.5004, "±0.0"],
    [0.5, 0.4996, "±0.0"],
    [0, 1, "+100.0"],
  ])("that goes from %d to %d changes by %s points", (before, after, text) => {
    expect(pointsText(before, after)).toBe(text);
  });
});

describe("synergy", () => {
  const told = (drop: number | null, ...singles: number[]) => {
    const sum = singles.reduce((total, single) => total + single, 0);
    const joint = evidence({ cells: cells(singles.length), drop, sum });
    return synergyText(joint, singles, "probability");
  };

  test("tells that the model needs only one of two cells", () => {
    expect(told(0.41, 0.06, 0.04)).toBe(
      "one by one they add up to 10.0 points. " +
        "Together they matter 31.0 points more than apart: either one is enough for the model.",
    );
  });

  test("tells that the model needs only some of many cells", () => {
    expect(told(0.41, 0.06, 0.02, 0.02)).toContain(
      "31.0 points more than apart: some of them are enough for the model.",
    );
  });

  test("tells that one of them does most of what all do", () => {
    expect(told(0.3, 0.27, 0.28)).toBe(
      "one by one they add up to 55.0 points. " +
        "Together they matter 25.0 points less than apart: hiding one of them has most of the effect.",
    );
  });

  test.each([
    ["one does more than half alone", 0.41, [0.3, 0.01], "more"],
    ["none does most alone", 0.176, [0.096, 0.093], "less"],
  ])("gives no reason where %s", (_, drop, singles, way) => {
    expect(told(drop, ...singles)).toMatch(new RegExp(` points ${way} than apart\\.$`));
  });

  test("of cells that speak against the answer goes by how much they matter", () => {
    expect(told(-0.4, -0.05, -0.05)).toContain("matter 30.0 points more than apart: either one");
    expect(told(-0.1, -0.2, -0.2)).toContain("matter 30.0 points less than apart: hiding one");
  });

  test.each([
    [0.259, [0.375, -0.137], "2.1 points higher"],
    [-0.016, [0.096, -0.121], "0.9 points higher"],
    [-0.1, [0.3, -0.1], "30.0 points lower"],
  ])("of cells for and against is told without a reason (%d)", (drop, singles, way) => {
    expect(told(drop, ...singles)).toContain(
      `. Together the drop is ${way}; some of the cells support the class, some count against it.`,
    );
  });

  test("is not told where both are about the same", () => {
    const same = "one by one they add up to 30.0 points, about the same.";
    expect(told(0.304, 0.2, 0.1)).toBe(same);
    expect(told(0.296, 0.2, 0.1)).toBe(same);
    expect(told(0.306, 0.2, 0.1)).toContain("0.6 points more");
  });

  test("has another least size in log-odds", () => {
    const joint = (drop: number) => evidence({ cells: cells(2), drop, sum: 1 });
    expect(synergyText(joint(1.04), [0.5, 0.5], "log-odds")).toBe(
      "one by one they add up to 1.00 log-odds, about the same.",
    );
    expect(synergyText(joint(1.2), [0.5, 0.5], "log-odds")).toContain("0.20 log-odds more than apart");
  });

  test("is not told where the drops are not known", () => {
    expect(told(null, 0.1, 0.1)).toBeNull();
    expect(synergyText(evidence({ drop: 0.2, sum: null }), [], "probability")).toBeNull();
  });
});

test("the answer is the most probable class, the first of equals", () => {
  const classes: Evidence["classes"] = [
    [3, 0.1, 0.5],
    [1, 0.8, 0.5],
    [0, 0.1, 0],
  ];
  expect([winner(classes, 1), winner(classes, 2)]).toEqual([1, 3]);
});
