import { expect, test } from "vitest";
import { dots } from "../../src/grid/dots";

const numbers = (svg: SVGElement, selector: string, name: string) =>
  [...svg.querySelectorAll(selector)].map((node) => Number(node.getAttribute(name)));

test("each value is a dot, what speaks for the class on the right", () => {
  const svg = dots([0.5, -0.25, 0], 0.02);
  // The line is 160 wide: the largest lies at 80 × 1.94.
  const places = numbers(svg, "circle", "cx");
  [155.2, 42.4, 80].forEach((place, at) => expect(places[at]).toBeCloseTo(place));
});

test("a band shows up to where a value counts as none", () => {
  const svg = dots([0.5], 0.1);
  expect(numbers(svg, "rect", "x")[0]).toBeCloseTo(80 - 15.04);
  expect(numbers(svg, "rect", "width")[0]).toBeCloseTo(30.08);
});

test("values that all count as none stay within the band", () => {
  const svg = dots([0.01, -0.01], 0.1);
  const [x, width] = [numbers(svg, "rect", "x")[0]!, numbers(svg, "rect", "width")[0]!];
  for (const place of numbers(svg, "circle", "cx")) {
    expect(place).toBeGreaterThan(x);
    expect(place).toBeLessThan(x + width);
  }
});
