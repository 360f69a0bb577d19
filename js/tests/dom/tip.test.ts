import { beforeEach, expect, test } from "vitest";
import { tip, type Tip } from "../../src/dom/tip";
import { HTML, texts } from "../support/elements";

let line: Tip;

beforeEach(() => {
  line = tip();
});

const told = () => texts(line.element, ".gx-tip-place, .gx-tip-drop");

test("it is there from the start, so that nothing moves, and hidden from screen readers, who are told otherwise", () => {
  expect(line.element.hidden).toBe(false);
  expect(line.element.getAttribute("aria-hidden")).toBe("true");
  expect(told()).toEqual(["", ""]);
});

test("it tells a place and its numbers, until it is hidden", () => {
  line.show("Row 1, column 1", "−2");
  expect(told()).toEqual(["Row 1, column 1", "−2"]);
  line.hide();
  expect(told()).toEqual(["", ""]);
  expect(line.element.hidden).toBe(false);
});

test("it shows a drawing with the numbers, and none with the next", () => {
  const drawing = () => document.createElementNS("http://www.w3.org/2000/svg", "svg");
  line.show("Row 1, column 1", "−2", drawing());
  line.show("Row 1, column 2", "−3", drawing());
  expect(line.element.querySelectorAll("svg")).toHaveLength(1);
  line.show("Row 1, column 3", "−4");
  expect(line.element.querySelectorAll("svg")).toHaveLength(0);
});

test("it tells HTML as text", () => {
  line.show(HTML, HTML);
  expect(told()).toEqual([HTML, HTML]);
});
