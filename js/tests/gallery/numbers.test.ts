import { expect, test } from "vitest";
import { numberIn } from "../../src/gallery/numbers";

test("numbers have their units, and one spelling of percent", () => {
  expect(numberIn(0.8304, "%")).toBe("83.0%");
  expect(numberIn(0.9999, "%")).toBe(">99.9%");
  expect(numberIn(1, "%", 0)).toBe("100%");
  expect(numberIn(-0.254, "")).toBe("−0.25");
  expect(numberIn(-1, "")).toBe("−1");
  expect(numberIn(57.4, "years")).toBe("57.4 years");
  expect(numberIn(12, "cells")).toBe("12 cells");
});
