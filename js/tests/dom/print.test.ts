import { afterEach, beforeEach, expect, test } from "vitest";
import { openForPrint } from "../../src/dom/print";

let details: HTMLDetailsElement[];

beforeEach(() => {
  document.body.innerHTML = "<details></details><details open></details>";
  details = [...document.querySelectorAll("details")];
});

afterEach(() => document.body.replaceChildren());

const open = () => details.map((node) => node.open);

test("what is closed is open while it is printed", () => {
  openForPrint(window);
  window.dispatchEvent(new Event("beforeprint"));
  expect(open()).toEqual([true, true]);
  window.dispatchEvent(new Event("beforeprint"));
  window.dispatchEvent(new Event("afterprint"));
  expect(open()).toEqual([false, true]);
});
