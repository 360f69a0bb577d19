/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../../gridexplainer_widget/results/data/tint.py?raw";
import {
  ABSOLUTE_SCALE,
  amountText,
  decodeScores,
  digitsOf,
  dropNumber,
  isFaded,
  isFailed,
  isScored,
  largestOf,
  MIN_SCALE,
  percent,
  scaleOf,
  secondsText,
  signedText,
  unitOf,
} from "../../src/cells/scores";

describe("decoding", () => {
  test("reads little-endian float32", () => {
    // 1 is 3f800000, −2.5 is c0200000
    const bytes = new Uint8Array([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]);
    expect([...decodeScores(new DataView(bytes.buffer))]).toEqual([1, -2.5]);
  });

  test("begins where the view begins, even at an odd byte, and ends where it ends", () => {
    const bytes = new Uint8Array(16).fill(0xff);
    bytes.set([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0], 3);
    expect([...decodeScores(new DataView(bytes.buffer, 3, 8))]).toEqual([1, -2.5]);
  });

  test("keeps NaN in its place", () => {
    const bytes = new Uint8Array([0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0x3f]);
    expect([...decodeScores(new DataView(bytes.buffer))]).toEqual([NaN, 1]);
  });

  test("gives nothing where nothing has come", () => {
    expect(decodeScores(new DataView(new ArrayBuffer(0)))).toHaveLength(0);
  });
});

describe("the scale", () => {
  test("ends at the largest drop", () => {
    expect(scaleOf(new Float32Array([0.25, 0.5, -0.125]), "probability", "relative")).toBe(0.5);
  });

  test("ends at the largest rise where that is larger", () => {
    expect(scaleOf(new Float32Array([0.25, -0.75]), "probability", "relative")).toBe(0.75);
  });

  test("leaves pending cells out", () => {
    expect(scaleOf(new Float32Array([NaN, 0.5, NaN]), "probability", "relative")).toBe(0.5);
  });

  const cells = (count: number, drop: number) => new Float32Array(count).fill(drop);

  // Of 64 cells, each could lose 1/64 of it all: three times that is 4.7 points.
  test.each([
    ["probability", 2, 0.1],
    ["probability", 64, 3 / 64],
    ["probability", 300, 0.01],
    ["probability", 4096, 0.01],
    ["log-odds", 4, 1],
    ["log-odds", 64, 15 / 64],
    ["log-odds", 4096, 0.1],
  ] as const)("keeps a map pale where hardly anything matters: of %s, %i cells end at %d", (score, count, end) => {
    expect(scaleOf(cells(count, 0.001), score, "relative")).toBeCloseTo(end, 12);
    expect(scaleOf(cells(count, -2), score, "relative")).toBe(2);
  });

  test("is no smaller while cells are pending: the first ones are not those of the last", () => {
    expect(scaleOf(new Float32Array([NaN, 0.02]), "probability", "relative")).toBe(0.2);
    expect(scaleOf(new Float32Array([NaN, 0.02]), "log-odds", "relative")).toBe(1);
    expect(scaleOf(new Float32Array([Infinity, 0.15]), "probability", "relative")).toBeCloseTo(0.15);
  });

  test("of values ends at the largest alone", () => {
    expect(scaleOf(new Float32Array([NaN, 0.25]), "value", "relative")).toBe(0.25);
    expect(scaleOf(new Float32Array([0]), "value", "relative")).toBe(1e-9);
  });

  test("is there before any cell", () => {
    expect(scaleOf(new Float32Array(), "probability", "relative")).toBe(0.1);
  });

  test("leaves failed cells out", () => {
    expect(scaleOf(new Float32Array([Infinity, 0.5, -Infinity]), "probability", "relative")).toBe(0.5);
  });

  test("is the same for all pictures where it is absolute", () => {
    for (const drops of [new Float32Array([0.25]), new Float32Array([40]), new Float32Array()]) {
      expect(scaleOf(drops, "probability", "absolute")).toBe(1);
      expect(scaleOf(drops, "log-odds", "absolute")).toBe(10);
    }
    expect(ABSOLUTE_SCALE).toEqual({ probability: 1, "log-odds": 10 });
  });

  test("has the floors of tint.py", () => {
    const [, floors] = /^MIN_SCALE: .* = (\{.*\})$/m.exec(python) ?? [];
    expect(MIN_SCALE).toEqual(JSON.parse(floors ?? ""));
  });
});

describe("a cell", () => {
  test.each([
    ["scored", 0.5, true, false],
    ["scored", 0, true, false],
    ["pending", NaN, false, false],
    ["failed", Infinity, false, true],
    ["failed", -Infinity, false, true],
  ])("is %s with %d", (_, drop, scored, failed) => {
    expect([isScored(drop), isFailed(drop)]).toEqual([scored, failed]);
  });

  test("that is not there is not scored", () => {
    expect(isScored(undefined)).toBe(false);
  });

  test.each([
    [0.0499, 0.1, true],
    [-0.0499, 0.1, true],
    [0.05, 0.1, false],
    [0, 0.1, true],
    [0, 0, false],
    [Infinity, 1, false],
    [NaN, 1, false],
  ])("of %d on a scale to 0.5 fades below %d of it: %s", (drop, threshold, faded) => {
    expect(isFaded(drop, 0.5, threshold)).toBe(faded);
  });

  test("has the largest drop or rise among the scored ones", () => {
    expect(largestOf(new Float32Array([0.25, -0.75, NaN, Infinity]))).toBe(0.75);
    expect(largestOf(new Float32Array([NaN, Infinity]))).toBe(0);
  });
});

describe("a drop is written", () => {
  test("in points of probability", () => {
    expect(dropNumber(0.123, "probability")).toBe("12.3");
  });

  test("in log-odds", () => {
    expect(dropNumber(0.123, "log-odds", 2)).toBe("0.12");
  });

  test("with a true minus", () => {
    expect(dropNumber(-0.123, "probability")).toBe("\u221212.3");
    expect(dropNumber(-1.5, "log-odds", 2)).toBe("\u22121.50");
  });

  test("without a sign where it is rounded to zero", () => {
    expect(dropNumber(-0, "probability")).toBe("0.0");
    expect(dropNumber(-0.0004, "probability")).toBe("0.0");
    expect(dropNumber(-0.004, "log-odds", 2)).toBe("0.00");
    expect(dropNumber(-0.004, "probability", 0)).toBe("0");
  });

  test("with its unit", () => {
    expect(unitOf("probability")).toBe("points");
    expect(unitOf("log-odds")).toBe("log-odds");
  });
});

describe("the digits in a cell are those of number_text in tint.py", () => {
  // drop, end of the scale, number_text(drop, scale, score)
  test.each([
    [0.5, 0.5, "probability", "50"],
    [-0.2, 0.5, "probability", "−20"],
    [0.06, 0.1, "probability", "6"],
    [0.06, 0.0999, "probability", "6.0"],
    [0.0049, 0.01, "probability", "0.5"],
    [12.3, 45, "log-odds", "12"],
    [-2.5, 3.2, "log-odds", "−2.5"],
    [1.234, 1, "log-odds", "1.2"],
    [1.234, 0.999, "log-odds", "1.23"],
    [-0.25, 0.1, "log-odds", "−0.25"],
  ] as const)("%d on a scale to %d of %s is %s", (drop, scale, score, text) => {
    expect(dropNumber(drop, score, digitsOf(scale, score))).toBe(text);
  });
});

test("an amount has its unit, and digits that suit it", () => {
  expect(amountText(0.123, "probability")).toBe("12.3 points");
  expect(amountText(-0.2, "probability")).toBe("−20.0 points");
  expect(amountText(1.234, "log-odds")).toBe("1.23 log-odds");
  expect(amountText(-0.0001, "probability")).toBe("0.0 points");
});

describe("a change is written", () => {
  test.each([
    [0.123, "probability", "", "+12.3 points"],
    [-0.2, "probability", "", "−20.0 points"],
    [0.0001, "probability", "", "0.0 points"],
    [-0.0001, "probability", "", "0.0 points"],
    [0, "log-odds", "", "0.00 log-odds"],
    [1.234, "log-odds", "", "+1.23 log-odds"],
    [2.5, "value", "years", "+2.5 years"],
    [-2.5, "value", "m2", "−2.5 m2"],
  ] as const)("%d of %s in “%s” as %s", (change, score, unit, text) => {
    expect(signedText(change, score, unit)).toBe(text);
  });
});

describe("a probability is written", () => {
  test.each([
    [0, "0.0%"],
    [1e-9, "<0.1%"],
    [0.000499, "<0.1%"],
    [0.0005, "0.1%"],
    [0.001, "0.1%"],
    [0.5, "50.0%"],
    [0.1234, "12.3%"],
    [0.999, "99.9%"],
    [0.9994, "99.9%"],
    [0.9995, ">99.9%"],
    [1 - 1e-9, ">99.9%"],
    [1, "100.0%"],
  ])("%d as %s", (probability, text) => {
    expect(percent(probability)).toBe(text);
  });

  test("as neither 0 nor 100 unless it is", () => {
    const inside = Array.from({ length: 99_999 }, (_, i) => percent((i + 1) / 100_000));
    expect(inside).not.toContain("0.0%");
    expect(inside).not.toContain("100.0%");
  });
});

describe("a time is written", () => {
  test.each([
    [0, "less than 1 s"],
    [0.99, "less than 1 s"],
    [1, "1 s"],
    [12.4, "12 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [60, "1 min 0 s"],
    [119.7, "2 min 0 s"],
    [125, "2 min 5 s"],
  ])("%d as %s", (value, text) => {
    expect(secondsText(value)).toBe(text);
  });
});
