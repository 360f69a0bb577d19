/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../../gridexplainer_widget/core/clear_answer.py?raw";
import type { Evidence } from "../../src/model/explorer_protocol";
import type { Cell } from "../../src/model/widget_model";
import { fromToText, isClear, pointsText, titleText, valueText, winner } from "../../src/text/evidence_text";

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

  test("all of its cells, so that what is copied is the selection", () => {
    expect(valueText(cells(5))).toBe("value = [(0, 0), (1, 2), (2, 4), (3, 6), (4, 8)]");
    expect(valueText([])).toBe("value = []");
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

test("the answer is the most probable class, the first of equals", () => {
  const classes: Evidence["classes"] = [
    [3, 0.1, 0.5],
    [1, 0.8, 0.5],
    [0, 0.1, 0],
  ];
  expect([winner(classes, 1), winner(classes, 2)]).toEqual([1, 3]);
});

describe("an answer is clear", () => {
  const answer = (...after: number[]) => after.map((p, i): Evidence["classes"][number] => [i, 0.5, p]);

  test.each([
    [true, 2, [0.55, 0.45]],
    [false, 2, [0.53, 0.47]],
    [true, 10, [0.15, 0.1]],
    [false, 10, [0.13, 0.1]],
    [true, 1000, [0.002, 0.001]],
    [false, 1000, [0.0019, 0.0019]],
    [true, 3, [0.1, 0.38]],
  ])("%s: of %i classes the leading ones have %j", (clear, count, after) => {
    expect(isClear(answer(...after), count)).toBe(clear);
  });

  test("by the numbers of clear_answer.py", () => {
    const number = (name: string) => Number(new RegExp(`^${name}.* = ([\\d.]+)$`, "m").exec(python)?.[1]);
    expect([number("CLEAR_ODDS"), number("MIN_LEAD")]).toEqual([2, 0.04]);
  });
});
