import { beforeEach, expect, test, vi } from "vitest";
import { tip, type Tip } from "../../src/dom/tip";
import { HTML, texts } from "../support/elements";

let bubble: Tip;

// The tip is 40×30.
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(40);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(30);
  bubble = tip();
});

const show = (x: number, y: number) =>
  bubble.show("Row 1, column 1", "drop 2", { x, y, width: 20, height: 10 }, 200);
const place = () => [bubble.element.style.left, bubble.element.style.top];

test("it is there while it is shown, and hidden from screen readers, who are told otherwise", () => {
  expect(bubble.element.hidden).toBe(true);
  show(0, 0);
  expect(bubble.element.hidden).toBe(false);
  bubble.hide();
  expect(bubble.element.hidden).toBe(true);
  expect(bubble.element.getAttribute("aria-hidden")).toBe("true");
});

test("it tells place and drop, as text", () => {
  bubble.show(HTML, HTML, { x: 0, y: 0, width: 1, height: 1 }, 200);
  expect(texts(bubble.element, ".gx-tip-place, .gx-tip-drop")).toEqual([HTML, HTML]);
});

test("it is centred above its cell", () => {
  show(90, 100);
  expect(place()).toEqual(["80px", "58px"]); // 100 − 30 − a gap of 6, twice with its margin
});

test("it is below a cell that has no room above", () => {
  show(90, 41);
  expect(place()).toEqual(["80px", "51px"]);
});

test("it keeps within its room", () => {
  show(0, 100);
  expect(place()[0]).toBe("0px");
  show(180, 100);
  expect(place()[0]).toBe("160px");
});
