import { beforeEach, describe, expect, test, vi } from "vitest";
import { listenToKeys, moved, type KeyIntents } from "../../src/grid/keyboard";
import type { GridShape } from "../../src/model/widget_model";
import { pressKey } from "../support/events";

let surface: HTMLElement;
let controller: AbortController;
const intents = {
  showActive: vi.fn<KeyIntents["showActive"]>(),
  move: vi.fn<KeyIntents["move"]>(),
  pick: vi.fn<KeyIntents["pick"]>(),
  all: vi.fn<KeyIntents["all"]>(),
  clear: vi.fn<KeyIntents["clear"]>(),
  undo: vi.fn<KeyIntents["undo"]>(),
  bare: vi.fn<NonNullable<KeyIntents["bare"]>>(),
};

beforeEach(() => {
  for (const intent of Object.values(intents)) intent.mockReset();
  surface = document.createElement("div");
  surface.tabIndex = 0;
  document.body.replaceChildren(surface);
  controller = new AbortController();
  listenToKeys(surface, intents, controller.signal);
});

/** Press a key on the surface; whether it went no further. */
function press(key: string, options: KeyboardEventInit = {}): boolean {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
  const outside = vi.fn();
  document.body.addEventListener("keydown", outside, { once: true });
  surface.dispatchEvent(event);
  document.body.removeEventListener("keydown", outside);
  expect(outside.mock.calls.length === 0).toBe(event.defaultPrevented);
  return event.defaultPrevented;
}

describe("where a move leads", () => {
  // 0 1 2 3
  // 4 5 6 7
  // 8 9 10 11
  const grid: GridShape = { rows: 3, columns: 4, height: 30, width: 40 };

  test.each([
    ["left", 4],
    ["right", 6],
    ["up", 1],
    ["down", 9],
    ["row start", 4],
    ["row end", 7],
    ["first", 0],
    ["last", 11],
  ] as const)("%s of the middle", (move, index) => {
    expect(moved(grid, 5, move)).toBe(index);
  });

  test("at an edge it stays", () => {
    expect([moved(grid, 4, "left"), moved(grid, 7, "right")]).toEqual([4, 7]);
    expect([moved(grid, 1, "up"), moved(grid, 9, "down")]).toEqual([1, 9]);
  });
});

describe("a key", () => {
  test.each([
    ["ArrowLeft", {}, "left"],
    ["ArrowRight", {}, "right"],
    ["ArrowUp", {}, "up"],
    ["ArrowDown", {}, "down"],
    ["Home", {}, "row start"],
    ["End", {}, "row end"],
    ["Home", { ctrlKey: true }, "first"],
    ["End", { metaKey: true }, "last"],
  ] as const)("%s %o moves, and extends with Shift", (key, options, move) => {
    expect(press(key, options)).toBe(true);
    expect(press(key, { ...options, shiftKey: true })).toBe(true);
    expect(intents.move.mock.calls).toEqual([
      [move, false],
      [move, true],
    ]);
  });

  test.each(["Enter", " "])("%o selects, and toggles with Ctrl or Cmd", (key) => {
    expect(press(key)).toBe(true);
    press(key, { ctrlKey: true });
    press(key, { metaKey: true });
    expect(intents.pick.mock.calls).toEqual([
      [{ extend: false, toggle: false }],
      [{ extend: false, toggle: true }],
      [{ extend: false, toggle: true }],
    ]);
  });

  test("that is held down selects once", () => {
    press("Enter");
    expect(press("Enter", { repeat: true })).toBe(true);
    expect(intents.pick).toHaveBeenCalledOnce();
  });

  test("Escape clears, and is left to others where nothing is selected", () => {
    intents.clear.mockReturnValueOnce(true).mockReturnValueOnce(false);
    expect(press("Escape")).toBe(true);
    expect(press("Escape")).toBe(false);
  });

  test("Ctrl+Z and Cmd+Z undo, with Caps Lock, too", () => {
    expect(press("z", { ctrlKey: true })).toBe(true);
    expect(press("Z", { metaKey: true })).toBe(true);
    expect(intents.undo).toHaveBeenCalledTimes(2);
  });

  test("Ctrl+A and Cmd+A select all", () => {
    expect(press("a", { ctrlKey: true })).toBe(true);
    expect(press("a", { metaKey: true })).toBe(true);
    expect(intents.all).toHaveBeenCalledTimes(2);
  });

  test("p shows the picture without the map, with Caps Lock, too; Ctrl+P prints", () => {
    expect(press("p")).toBe(true);
    expect(press("P")).toBe(true);
    expect(intents.bare).toHaveBeenCalledTimes(2);
    expect(press("p", { ctrlKey: true })).toBe(false);
    expect(press("p", { metaKey: true })).toBe(false);
    expect(intents.bare).toHaveBeenCalledTimes(2);
  });

  test("p is left to others where there is no map to take away", () => {
    const { bare: _, ...rest } = intents;
    const other = document.createElement("div");
    listenToKeys(other, rest, controller.signal);
    expect(pressKey(other, "p").defaultPrevented).toBe(false);
  });

  test.each([
    ["b", {}],
    ["a", {}],
    ["z", {}],
    ["z", { ctrlKey: true, shiftKey: true }],
    ["Tab", {}],
    ["ArrowLeft", { altKey: true }],
    ["ArrowLeft", { metaKey: true }],
  ])("%s %o is left to others", (key, options) => {
    expect(press(key, options)).toBe(false);
    for (const intent of Object.values(intents)) expect(intent).not.toHaveBeenCalled();
  });
});

describe("the keyboard's cell is shown", () => {
  test("when it brings the focus, until the focus leaves", () => {
    surface.focus();
    expect(intents.showActive.mock.calls).toEqual([[true]]);
    surface.blur();
    expect(intents.showActive.mock.calls).toEqual([[true], [false]]);
  });

  test("not when a pointer brings the focus, but from the first key on", () => {
    vi.spyOn(surface, "matches").mockReturnValue(false);
    surface.focus();
    expect(intents.showActive.mock.calls).toEqual([[false]]);
    press("ArrowLeft");
    expect(intents.showActive.mock.lastCall).toEqual([true]);
  });

  test("until a pointer is pressed", () => {
    surface.focus();
    surface.dispatchEvent(new PointerEvent("pointerdown"));
    expect(intents.showActive.mock.lastCall).toEqual([false]);
  });
});

test("a screen reader's click on the active cell selects it; one on the picture is the pointer's", () => {
  const cell = document.createElement("div");
  cell.setAttribute("role", "gridcell");
  surface.append(cell);
  surface.click();
  expect(intents.pick).not.toHaveBeenCalled();
  cell.click();
  expect(intents.pick.mock.calls).toEqual([[{ extend: false, toggle: false }]]);
});

test("nothing is heard after the end", () => {
  controller.abort();
  expect(press("ArrowLeft")).toBe(false);
  surface.focus();
  for (const intent of Object.values(intents)) expect(intent).not.toHaveBeenCalled();
});
