import { describe, expect, test } from "vitest";
import type { Prediction } from "../../src/model/explorer_protocol";
import { bothTexts, changeText, dropText, placeText } from "../../src/text/cell_text";

const PREDICTION: Prediction = { target: 1, probability: 0.75, saturated: false, top: [] };

test("a place is counted from 1", () => {
  expect(placeText({ rows: 4, columns: 6, height: 40, width: 60 }, 16)).toBe("Row 3, column 5");
});

describe("a drop", () => {
  test("is told in its unit, with a true minus", () => {
    expect(dropText(0.123, "probability")).toBe("drop 12.3 points");
    expect(dropText(-0.2, "probability")).toBe("drop −20.0 points");
    expect(dropText(1.234, "log-odds")).toBe("drop 1.23 log-odds");
  });

  test("that is pending or failed says so", () => {
    expect(dropText(NaN, "probability")).toBe("not scored yet");
    expect(dropText(Infinity, "log-odds")).toBe("failed: the model gave no finite number");
  });
});

describe("two numbers", () => {
  test("stand in the order of the maps, the one on the screen first", () => {
    expect(bothTexts("drop 1.0 points", -0.2, "alone", "probability")).toEqual([
      "alone: drop 1.0 points",
      "together: −20.0 points of the drop",
    ]);
    expect(bothTexts("drop 1 year", 0.5, "together", "value", "years")).toEqual([
      "together: 0.50 years of the drop",
      "alone: drop 1 year",
    ]);
  });
});

describe("a change", () => {
  test("adds the probability before and after, which is never below 0", () => {
    expect(changeText(0.5, "probability", PREDICTION)).toBe("drop 50.0 points (75.0% → 25.0%)");
    expect(changeText(0.7500001, "probability", PREDICTION)).toBe("drop 75.0 points (75.0% → 0.0%)");
  });

  test("is the drop alone in log-odds and before there is a prediction", () => {
    expect(changeText(0.5, "log-odds", PREDICTION)).toBe("drop 0.50 log-odds");
    expect(changeText(0.5, "probability", null)).toBe("drop 50.0 points");
  });

  test.each([NaN, Infinity])("of %d is no number", (drop) => {
    expect(changeText(drop, "probability", PREDICTION)).toBe(dropText(drop, "probability"));
  });
});
