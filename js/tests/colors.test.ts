/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../gridexplainer_widget/plot.py?raw";
import { AGAINST, cellColor, STRONGEST, SUPPORTS, withAlpha } from "../src/colors";

describe("the colours are those of plot.py", () => {
  test("hues", () => {
    expect(python).toContain(`\nAGAINST, SUPPORTS = "${AGAINST}", "${SUPPORTS}"\n`);
  });

  test("opacity of the largest drop", () => {
    expect(python).toContain(`\nSTRONGEST = ${STRONGEST}\n`);
  });
});

describe("a cell", () => {
  test("is vermilion where it supports the target", () => {
    expect(cellColor(0.5, 0.5)).toBe("rgba(213, 94, 0, 0.850)");
  });

  test("is blue where it speaks against it", () => {
    expect(cellColor(-0.5, 0.5)).toBe("rgba(0, 114, 178, 0.850)");
  });

  test("is as opaque as its drop is large", () => {
    expect(cellColor(0.1, 0.5)).toBe("rgba(213, 94, 0, 0.170)");
    expect(cellColor(-0.25, 0.5)).toBe("rgba(0, 114, 178, 0.425)");
  });

  test("is clear where it does nothing", () => {
    expect(cellColor(0, 0.5)).toMatch(/, 0\.000\)$/);
    expect(cellColor(-0, 0.5)).toMatch(/, 0\.000\)$/);
  });

  test("is never more opaque than at the end of the scale", () => {
    expect(cellColor(2, 0.5)).toBe("rgba(213, 94, 0, 0.850)");
    expect(cellColor(-2, 0.5)).toBe("rgba(0, 114, 178, 0.850)");
  });
});

test("a hex colour gets an opacity", () => {
  expect(withAlpha("#0102ff", 0.5)).toBe("rgba(1, 2, 255, 0.500)");
});
