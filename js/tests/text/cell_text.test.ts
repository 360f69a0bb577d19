import { describe, expect, test } from "vitest";
import type { Prediction } from "../../src/model/explorer_protocol";
import { bothTexts, changeText, hidingText, placeText, speaksText, strengthText } from "../../src/text/cell_text";

const PREDICTION: Prediction = { target: 1, probability: 0.75, saturated: false, top: [] };

test("a place is counted from 1", () => {
  expect(placeText({ rows: 4, columns: 6, height: 40, width: 60 }, 16)).toBe("Row 3, column 5");
});

describe("what hiding does", () => {
  test("is a signed change in its unit: what a cell speaks for is lost with it", () => {
    expect(hidingText(0.123, "probability")).toBe("−12.3 points");
    expect(hidingText(-0.2, "probability")).toBe("+20.0 points");
    expect(hidingText(1.234, "log-odds")).toBe("−1.23 log-odds");
    expect(hidingText(-2.5, "value", "years")).toBe("+2.5 years");
  });

  test("that is pending or failed says so", () => {
    expect(hidingText(NaN, "probability")).toBe("not scored yet");
    expect(hidingText(Infinity, "log-odds")).toBe("failed: the model gave no finite number");
  });
});

const SIDES: [string, string] = ["for dog", "against dog"];

describe("a cell", () => {
  test.each([
    [0.1, "speaks for dog"],
    [-0.1, "speaks against dog"],
    [0, ""],
    [NaN, ""],
    [Infinity, ""],
  ])("that loses %d “%s”", (drop, text) => {
    expect(speaksText(drop, SIDES)).toBe(text);
  });

  const drops = Float32Array.of(0.25, NaN, 0.5, -1, 0.25, Infinity, 0, -0.5);

  test.each([
    [2, "strongest for dog of 6 cells"],
    [0, "2nd strongest for dog of 6 cells"],
    [4, "2nd strongest for dog of 6 cells"],
    [3, "strongest against dog of 6 cells"],
    [7, "2nd strongest against dog of 6 cells"],
    [6, ""],
    [1, ""],
    [5, ""],
    [8, ""],
  ])("%i is ranked from its own end, among those with a number: “%s”", (index, text) => {
    expect(strengthText(drops, index, SIDES)).toBe(text);
  });
});

describe("two numbers", () => {
  test("stand in the order of the maps, the one on the screen first", () => {
    expect(bothTexts("−1.0 points", -0.2, "alone", "probability")).toEqual([
      "hidden alone: −1.0 points",
      "its part when hidden with others: +20.0 points",
    ]);
    expect(bothTexts("−1 year", 0.5, "together", "value", "years")).toEqual([
      "its part when hidden with others: −0.50 years",
      "hidden alone: −1 year",
    ]);
  });
});

describe("a change", () => {
  test("adds the probability before and after, which is never below 0", () => {
    expect(changeText(0.5, "probability", PREDICTION)).toBe("−50.0 points (75.0% → 25.0%)");
    expect(changeText(0.7500001, "probability", PREDICTION)).toBe("−75.0 points (75.0% → 0.0%)");
  });

  test("is a number alone in log-odds and before there is a prediction", () => {
    expect(changeText(0.5, "log-odds", PREDICTION)).toBe("−0.50 log-odds");
    expect(changeText(0.5, "probability", null)).toBe("−50.0 points");
  });

  test.each([NaN, Infinity])("of %d is no number", (drop) => {
    expect(changeText(drop, "probability", PREDICTION)).toBe(hidingText(drop, "probability"));
  });
});
