import { expect, test, vi } from "vitest";
import { classList } from "../../src/controls/class_list";
import { classOptions } from "../../src/text/classes";

/** A list three options high, of options 20 pixels high. */
function listOf(count: number) {
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(20);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(60);
  const top = vi.spyOn(HTMLElement.prototype, "offsetTop", "get");
  top.mockImplementation(function (this: HTMLElement) {
    return 20 * [...this.parentElement!.children].indexOf(this);
  });
  const list = classList("id", vi.fn(), vi.fn(), new AbortController().signal);
  const labels = Array.from({ length: count }, (_, i) => `class ${i}`);
  list.show(classOptions(labels, [], null), "", 0);
  return list;
}

test("the active option is scrolled into sight, and no further", () => {
  const list = listOf(6);
  const scrolled = () => list.listbox.scrollTop;
  list.step(1);
  list.step(1);
  expect(scrolled()).toBe(0);
  list.step(1);
  expect(scrolled()).toBe(20);
  list.step(-1);
  expect(scrolled()).toBe(20);
  list.last();
  expect(scrolled()).toBe(60);
  list.first();
  expect(scrolled()).toBe(0);
});

test("another query begins at the top", () => {
  const list = listOf(6);
  list.last();
  list.show(classOptions(["ant", "bee"], [], null), "e", 0);
  expect(list.listbox.scrollTop).toBe(0);
  expect(list.active()).toEqual({ index: 1, name: "bee", probability: null });
});

test("nothing is active in a list without a current class until one is stepped to", () => {
  const list = listOf(3);
  list.show(classOptions(["ant", "bee"], [], null), "", null);
  expect(list.active()).toBeUndefined();
  list.step(-1);
  expect(list.active()?.name).toBe("bee");
});
