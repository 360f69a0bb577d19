import { expect, test, vi } from "vitest";
import { listen } from "../../src/dom/listen";

test("a listener hears its events until the end", () => {
  const controller = new AbortController();
  const node = document.createElement("button");
  const heard = vi.fn<(event: MouseEvent) => void>();
  listen(node, "click", heard, controller.signal);
  const event = new MouseEvent("click");
  node.dispatchEvent(event);
  node.dispatchEvent(new Event("change"));
  expect(heard.mock.calls).toEqual([[event]]);
  controller.abort();
  node.click();
  expect(heard).toHaveBeenCalledOnce();
});
