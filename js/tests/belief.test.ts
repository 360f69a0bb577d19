import { describe, expect, test } from "vitest";
import { fromToText, pointsText, synergyText, titleText, valueText, winner } from "../src/belief";
import type { Cell, Evidence } from "../src/protocol";
import { evidence } from "./fixture";

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
  const two = (drop: number | null, sum: number | null): Evidence =>
    evidence({ cells: cells(2), drop, sum });

  test("tells that one of two cells stands in for the other", () => {
    expect(synergyText(two(0.41, 0.1), "probability")).toBe(
      "one by one they add up to 10.0 points. " +
        "Together they matter 31.0 points more than apart: either one is enough.",
    );
  });

  test("tells that some of many cells stand in for the others", () => {
    const many = evidence({ cells: cells(3), drop: 0.41, sum: 0.1 });
    expect(synergyText(many, "probability")).toContain("more than apart: some of them are enough.");
  });

  test("tells that a part does most of what all do", () => {
    expect(synergyText(two(0.3, 0.55), "probability")).toBe(
      "one by one they add up to 55.0 points. " +
        "Together they matter 25.0 points less than apart: hiding a part does most of it.",
    );
  });

  test("is counted by size where the cells speak against the class", () => {
    expect(synergyText(two(-0.4, -0.1), "probability")).toContain("matter 30.0 points more");
    expect(synergyText(two(-0.1, -0.4), "probability")).toContain("matter 30.0 points less");
  });

  test("is not told where both are about the same", () => {
    const same = "one by one they add up to 30.0 points, about the same.";
    expect(synergyText(two(0.304, 0.3), "probability")).toBe(same);
    expect(synergyText(two(0.296, 0.3), "probability")).toBe(same);
    expect(synergyText(two(0.306, 0.3), "probability")).toContain("0.6 points more");
  });

  test("has another least size in log-odds", () => {
    expect(synergyText(two(1.04, 1), "log-odds")).toBe(
      "one by one they add up to 1.00 log-odds, about the same.",
    );
    expect(synergyText(two(1.2, 1), "log-odds")).toContain("matter 0.20 log-odds more than apart");
  });

  test("tells where the sign turns", () => {
    expect(synergyText(two(-0.1, 0.2), "probability")).toBe(
      "one by one they add up to 20.0 points. Together the drop is 30.0 points lower than that.",
    );
  });

  test("is not known without the joint drop or the single ones", () => {
    expect(synergyText(two(null, 0.2), "probability")).toBeNull();
    expect(synergyText(two(0.2, null), "probability")).toBeNull();
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
