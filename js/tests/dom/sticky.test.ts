import { beforeEach, expect, test } from "vitest";
import { stickToTop } from "../../src/dom/sticky";
import { settled } from "../support/elements";

let cells: HTMLElement;
let node: HTMLElement;
let controller: AbortController;
let look: () => void;

beforeEach(() => {
  document.body.replaceChildren();
  cells = document.createElement("div");
  cells.className = "jp-WindowedPanel-viewport";
  node = document.createElement("div");
  document.body.append(cells);
  controller = new AbortController();
  look = stickToTop(node, controller.signal);
  return () => controller.abort();
});

test("what sticks makes up for how far the cells around it were moved", async () => {
  look();
  expect(node.style.top).toBe("");
  cells.append(node);
  cells.style.transform = "translateY(812.5px)";
  look();
  expect(node.style.top).toBe("-812.5px");
  cells.style.transform = "translateY(40px)";
  await settled();
  expect(node.style.top).toBe("-40px");
  cells.style.transform = "";
  await settled();
  expect(node.style.top).toBe("0px");
});

test("nothing follows once the view has ended", async () => {
  cells.append(node);
  look();
  controller.abort();
  cells.style.transform = "translateY(40px)";
  await settled();
  expect(node.style.top).toBe("0px");
});

test("elsewhere, nothing is done", () => {
  document.body.append(node);
  look();
  expect(node.getAttribute("style")).toBeNull();
});
