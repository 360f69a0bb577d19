/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../../gridexplainer_widget/results/data/tint.py?raw";
import { cellColor, HUES, appearanceOf, withAlpha, type Appearance } from "../../src/cells/colors";
import { COLORMAPS } from "../../src/model/explorer_protocol";
import { StrictModel, traits } from "../support/explorer";

const APPEARANCE: Appearance = {
  colormap: "orange-blue",
  opacity: 0.8,
  numbers: true,
  scale: "relative",
  threshold: 0,
};

test("the default colours are those of tint.py", () => {
  const { against, supports } = HUES["orange-blue"];
  expect(python).toContain(`\nAGAINST: Final = "${against}"\n`);
  expect(python).toContain(`\nSUPPORTS: Final = "${supports}"\n`);
});

test("every map has two hues of its own", () => {
  expect(Object.keys(HUES)).toEqual([...COLORMAPS]);
  const hues = Object.values(HUES).flatMap(({ against, supports }) => [against, supports]);
  expect(new Set(hues).size).toBe(2 * COLORMAPS.length);
  for (const hue of hues) expect(hue).toMatch(/^#[0-9a-f]{6}$/);
});

test("the looks are five traits", () => {
  const model = new StrictModel(traits({ opacity: 0.5, threshold: 0.1 }));
  expect(appearanceOf(model)).toEqual({ ...APPEARANCE, opacity: 0.5, threshold: 0.1 });
});

describe("a cell", () => {
  test("is vermilion where it supports the target and blue where it speaks against it", () => {
    expect(cellColor(0.5, 0.5, APPEARANCE)).toBe("#d55e00cc");
    expect(cellColor(-0.5, 0.5, APPEARANCE)).toBe("#0072b2cc");
  });

  test.each(COLORMAPS)("has the hues of %s where they are asked for", (colormap) => {
    const appearance = { ...APPEARANCE, colormap, opacity: 1 };
    expect(cellColor(0.5, 0.5, appearance)).toBe(`${HUES[colormap].supports}ff`);
    expect(cellColor(-0.5, 0.5, appearance)).toBe(`${HUES[colormap].against}ff`);
  });

  test("is as opaque as its drop is large", () => {
    expect(cellColor(0.1, 0.5, APPEARANCE)).toBe(withAlpha("#d55e00", 0.16));
    expect(cellColor(-0.25, 0.5, APPEARANCE)).toBe(withAlpha("#0072b2", 0.4));
  });

  test("is clear where it does nothing", () => {
    expect(cellColor(0, 0.5, APPEARANCE)).toMatch(/00$/);
    expect(cellColor(-0, 0.5, APPEARANCE)).toMatch(/00$/);
  });

  test("is clear where it fades", () => {
    const appearance = { ...APPEARANCE, threshold: 0.5 };
    expect(cellColor(0.249, 0.5, appearance)).toBe("#d55e0000");
    expect(cellColor(0.25, 0.5, appearance)).toBe("#d55e0066");
  });

  test("is never more opaque than at the end of the scale", () => {
    expect(cellColor(2, 0.5, APPEARANCE)).toBe("#d55e00cc");
    expect(cellColor(-2, 0.5, APPEARANCE)).toBe("#0072b2cc");
  });
});

test("a hex colour gets an opacity of two digits", () => {
  expect(withAlpha("#0102ff", 0.5)).toBe("#0102ff80");
  expect(withAlpha("#0102ff", 0.01)).toBe("#0102ff03");
});
