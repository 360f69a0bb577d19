import { expect, test, vi } from "vitest";
import { bareControl } from "../../src/grid/bare";

test("the button is pressed while the picture is bare, by itself or by a key", () => {
  const controller = new AbortController();
  const changed = vi.fn();
  const bare = bareControl(controller.signal, changed);
  const state = () => [bare.on(), bare.element.getAttribute("aria-pressed")];
  expect([bare.element.textContent, ...state()]).toEqual(["Picture only", false, "false"]);
  bare.element.click();
  expect(state()).toEqual([true, "true"]);
  bare.toggle();
  expect(state()).toEqual([false, "false"]);
  expect(changed).toHaveBeenCalledTimes(2);
  controller.abort();
  bare.element.click();
  expect(state()).toEqual([false, "false"]);
});
