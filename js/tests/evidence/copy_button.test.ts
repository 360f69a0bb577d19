import { expect, test, vi } from "vitest";
import { copyButton } from "../../src/evidence/copy_button";
import { settled } from "../support/elements";

function clipboard(written: Promise<void>) {
  const writeText = vi.fn((_: string) => written);
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue({ writeText } as unknown as Clipboard);
  return writeText;
}

function show() {
  const controller = new AbortController();
  const { element, update } = copyButton(controller.signal);
  update([[1, 2], [0, 0]]);
  return { controller, button: element, update };
}

test("the selection is copied as Python code, counted from 0, and that is told", async () => {
  const writeText = clipboard(Promise.resolve());
  const { button, update } = show();
  expect(button.title).toBe("Copy: value = [(1, 2), (0, 0)]");
  expect(button.getAttribute("aria-label")).toBe("Copy the selection as Python code");
  button.click();
  await settled();
  expect(writeText.mock.calls).toEqual([["value = [(1, 2), (0, 0)]"]]);
  expect(button.title).toBe("Copied: value = [(1, 2), (0, 0)]");
  update([[1, 2], [0, 0]]);
  expect(button.title).toContain("Copied");
  update([[1, 2]]);
  expect(button.title).toBe("Copy: value = [(1, 2)]");
});

test("code that may not be copied is shown to be typed", async () => {
  clipboard(Promise.reject(new Error("denied")));
  const { button } = show();
  button.click();
  await settled();
  expect(button.title).toBe("value = [(1, 2), (0, 0)]");
});

test("there is nothing to copy of no cell", () => {
  const { button, update } = show();
  update([]);
  expect(button.hidden).toBe(true);
});

test("after the end nothing is copied", () => {
  const writeText = clipboard(Promise.resolve());
  const { button, controller } = show();
  controller.abort();
  button.click();
  expect(writeText).not.toHaveBeenCalled();
});
