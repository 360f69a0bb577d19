import { describe, expect, test } from "vitest";
import type { Progress, Unit } from "../../src/model/comparison_protocol";
import {
  changesOf,
  costText,
  newsText,
  scaleText,
  stateText,
  valueText,
} from "../../src/text/map_text";
import { comparison, GRAD_CAM, mapRecord, metricValues } from "../support/comparison";

describe("a value", () => {
  test.each<[number, Unit, number, string]>([
    [0.1234, "probability", 0.5, "+12.3 points"],
    [-0.1234, "probability", 0.5, "−12.3 points"],
    [0.00123, "probability", 0.005, "+0.123 points"],
    [0.00001, "probability", 0.5, "0.0 points"],
    [-0.00001, "probability", 0.5, "0.0 points"],
    [0, "probability", 0.5, "0 points"],
    [1.234, "log-odds", 5, "+1.23 log-odds"],
    [0.4711, "", 0.9, "0.471"],
    [-12.34, "", 50, "−12.3"],
    [1234.5, "", 5000, "1235"],
    [1.234e-5, "", 5e-5, "1.23e−5"],
    [-1.234e7, "", 5e7, "−1.23e7"],
    [NaN, "", 1, "not known"],
    [Infinity, "", 1, "failed"],
  ])("%s %s of %s", (value, unit, largest, text) => {
    expect(valueText(value, unit, largest)).toBe(text);
  });
});

describe("the scale", () => {
  test("tells what the full colour is", () => {
    expect(scaleText(Float32Array.of(0.25, -0.5, NaN), 0.5, "probability")).toBe("full colour: 50.0 points");
  });

  test("is of nothing where all is 0, or nothing known", () => {
    expect(scaleText(Float32Array.of(0, 0), 0, "")).toBe("0 in every cell");
    expect(scaleText(Float32Array.of(NaN), 0, "")).toBe("");
  });
});

describe("the cost", () => {
  test.each([
    [65, 0, 1.24, "65 model calls, 1.2 s"],
    [1, 1, 0.01, "1 call + 1 gradient, <0.1 s"],
    [50, 50, 75, "50 calls + 50 gradients, 1 min 15 s"],
    [1, 0, 12.4, "1 model call, 12 s"],
  ])("of %i calls, %i gradients, %f s", (forward, backward, seconds, text) => {
    expect(costText(mapRecord({ forward, backward, seconds }))).toBe(text);
  });
});

describe("where a map is", () => {
  test.each([
    [null, null, "running", "Waiting"],
    ["pending", null, "running", "Waiting"],
    ["pending", null, "stopped", "Stopped"],
    ["running", null, "running", "Running"],
    ["running", [3, 9], "running", "3 of 9"],
    ["running", [3, 9], "stopped", "Stopped after 3 of 9"],
    ["failed", null, "running", "Failed"],
    ["done", null, "running", "7 model calls, 1.2 s"],
  ] as const)("%s at %j while %s", (is, progress, status, text) => {
    const map = is && mapRecord({ status: is });
    expect(stateText(map, progress as Progress, status)).toBe(text);
  });
});

describe("a map whose weights are still to be randomised", () => {
  const made = mapRecord({ status: "pending", figures: metricValues({ randomised: null }) });
  const randomised = mapRecord({ figures: metricValues({ randomised: 0.1 }) });

  test("is done, and the news tell how many have been", () => {
    expect(newsText([made, randomised, null], "running")).toBe("2 of 3 maps are done; weights randomised for 1");
    expect(newsText([made], "stopped")).toBe("1 of 1 map is done; weights randomised for 0; stopped");
    expect(newsText([randomised], "done")).toBe("1 of 1 map is done");
  });

  test.each([
    [null, "running", "Randomises weights later"],
    [[3, 9], "running", "Randomising weights: 3 of 9"],
    [[3, 9], "stopped", "Weights not randomised yet"],
  ] as const)("is at %j while %s", (progress, status, text) => {
    expect(stateText(made, progress as Progress | null, status)).toBe(text);
  });
});

test("the news tell how many are done, and which failed", () => {
  const failed = mapRecord({ ...GRAD_CAM, status: "failed" });
  expect(newsText([mapRecord(), failed, null], "running")).toBe("1 of 3 maps are done; Grad-CAM failed");
  expect(newsText([null], "stopped")).toBe("0 of 1 map is done; stopped");
  expect(newsText([], "done")).toBe("No maps: add a method");
});

test("evidence tells the first classes before and after", () => {
  const { labels } = comparison();
  const classes: [number, number, number][] = [[1, 0.93, 0.12], [0, 0.03, 0.6], [2, 0, 0.1], [3, 0, 0]];
  expect(changesOf({ cell: [1, 2], drop: 0.81, classes }, labels)).toEqual([
    ["dog", "93.0% → 12.0%"],
    ["cat", "3.0% → 60.0%"],
    ["fox", "0.0% → 10.0%"],
  ]);
});
