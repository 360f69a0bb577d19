import { expect, test } from "vitest";
import { disclosure } from "../../src/dom/disclosure";

test("a disclosure is closed, and its button opens and closes its panel", () => {
  const { button, panel } = disclosure("Save", "gx-save", new AbortController().signal);
  const state = () => [panel.hidden, button.getAttribute("aria-expanded")];
  expect([button.textContent, panel.className]).toEqual(["Save", "gx-save"]);
  expect(button.getAttribute("aria-controls")).toBe(panel.id);
  expect(state()).toEqual([true, "false"]);
  button.click();
  expect(state()).toEqual([false, "true"]);
  button.click();
  expect(state()).toEqual([true, "false"]);
});

test("two of them are told apart", () => {
  const { signal } = new AbortController();
  const [one, other] = [disclosure("Save", "gx-save", signal), disclosure("Save", "gx-save", signal)];
  expect(one.panel.id).not.toBe(other.panel.id);
  one.button.click();
  expect(other.panel.hidden).toBe(true);
});

test("after the end it stays as it is", () => {
  const controller = new AbortController();
  const { button, panel } = disclosure("Save", "gx-save", controller.signal);
  controller.abort();
  button.click();
  expect(panel.hidden).toBe(true);
});
