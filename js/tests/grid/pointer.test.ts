import { beforeEach, describe, expect, test, vi } from "vitest";
import { listenToPointer, LONG_PRESS_MS, type PointerIntents } from "../../src/grid/pointer";
import { fakeSizes } from "../support/browser";

// The surface is 210×150 and begins at (10, 20): see fakeSizes.
let surface: HTMLElement;
let controller: AbortController;
let abandon: () => boolean;
const intents = {
  hover: vi.fn<PointerIntents["hover"]>(),
  click: vi.fn<PointerIntents["click"]>(),
  drag: vi.fn<PointerIntents["drag"]>(),
  drop: vi.fn<PointerIntents["drop"]>(),
  abandon: vi.fn<PointerIntents["abandon"]>(),
};
const PLAIN = { extend: false, toggle: false };

beforeEach(() => {
  fakeSizes();
  vi.useFakeTimers();
  for (const intent of Object.values(intents)) intent.mockReset();
  surface = document.createElement("div");
  document.body.replaceChildren(surface);
  scrollable(document.scrollingElement!);
  controller = new AbortController();
  abandon = listenToPointer(surface, intents, controller.signal);
  return () => vi.useRealTimers();
});

/** Larger than its box, until the test ends. */
function scrollable(box: Element): void {
  vi.spyOn(box, "scrollHeight", "get").mockReturnValue(1000);
  vi.spyOn(box, "clientHeight", "get").mockReturnValue(500);
}

/** An event, in CSS pixels from the surface's corner. */
function send(type: string, x = 0, y = 0, options: PointerEventInit = {}): PointerEvent {
  const place = { clientX: 10 + x, clientY: 20 + y };
  const common = { pointerId: 1, isPrimary: true, pointerType: "mouse", cancelable: true };
  const event = new PointerEvent(type, { ...common, ...place, ...options });
  surface.dispatchEvent(event);
  return event;
}

const finger = (type: string, x = 0, y = 0, options: PointerEventInit = {}) =>
  send(type, x, y, { pointerType: "touch", ...options });

const dragged = () => [intents.drag, intents.drop, intents.abandon].map((f) => f.mock.calls.length);

describe("a mouse", () => {
  test("hovers at a fraction of the surface, and nowhere once it leaves", () => {
    send("pointermove", 105, 30);
    send("pointerleave");
    expect(intents.hover.mock.calls).toEqual([[[0.5, 0.2]], [null]]);
  });

  test("clicks where it is pressed and released", () => {
    send("pointerdown", 0, 112.5);
    expect(intents.click).not.toHaveBeenCalled();
    send("pointerup", 0, 112.5);
    expect(intents.click.mock.calls).toEqual([[[0, 0.75], PLAIN]]);
    expect(dragged()).toEqual([0, 0, 0]);
  });

  test.each([
    ["Shift", { shiftKey: true }, { extend: true, toggle: false }],
    ["Ctrl", { ctrlKey: true }, { extend: false, toggle: true }],
    ["Cmd", { metaKey: true }, { extend: false, toggle: true }],
  ])("clicks with %s held", (_, keys, mode) => {
    send("pointerdown", 105, 75, keys);
    send("pointerup", 105, 75);
    expect(intents.click.mock.calls).toEqual([[[0.5, 0.5], mode]]);
  });

  test("that trembles still clicks, and where it was pressed", () => {
    send("pointerdown", 105, 75);
    send("pointermove", 108, 75);
    send("pointerup", 108, 75);
    expect(intents.click.mock.calls).toEqual([[[0.5, 0.5], PLAIN]]);
  });

  test("that moves farther draws a rectangle, and does not click", () => {
    send("pointerdown", 0, 0, { ctrlKey: true });
    send("pointermove", 5, 0);
    send("pointermove", 105, 75);
    send("pointermove", 0, 0);
    send("pointerup", 0, 0);
    const mode = { extend: false, toggle: true };
    expect(intents.drag.mock.calls).toEqual([
      [[0, 0], [5 / 210, 0], mode],
      [[0, 0], [0.5, 0.5], mode],
      [[0, 0], [0, 0], mode],
    ]);
    expect(intents.drop).toHaveBeenCalledOnce();
    expect(intents.click).not.toHaveBeenCalled();
  });

  test("that leaves the surface in a drag reaches its nearest point", () => {
    send("pointerdown", 105, 75);
    send("pointermove", 500, -40);
    const [, [x, y]] = intents.drag.mock.lastCall!;
    expect(x).toBeGreaterThan(0.999);
    expect(x).toBeLessThan(1);
    expect(y).toBe(0);
  });

  test("is captured while it is pressed", () => {
    const capture = vi.spyOn(surface, "setPointerCapture");
    send("pointerdown", 0, 0, { pointerId: 7 });
    expect(capture.mock.calls).toEqual([[7]]);
  });

  test("selects with its first button only", () => {
    send("pointerdown", 105, 75, { button: 2 });
    send("pointerup", 105, 75, { button: 2 });
    expect(intents.click).not.toHaveBeenCalled();
  });

  test("whose press opens a menu, as Ctrl does on a Mac, selects nothing", () => {
    send("pointerdown", 105, 75, { ctrlKey: true });
    expect(send("contextmenu").defaultPrevented).toBe(false);
    send("pointerup", 105, 75);
    expect(intents.click).not.toHaveBeenCalled();
  });

  test("whose drag is abandoned by the page draws no more", () => {
    expect(abandon()).toBe(false);
    send("pointerdown", 0, 0);
    send("pointermove", 50, 50);
    expect(abandon()).toBe(true);
    send("pointermove", 90, 90);
    send("pointerup", 90, 90);
    expect(dragged()).toEqual([1, 0, 1]);
    expect(intents.click).not.toHaveBeenCalled();
  });

  test.each(["pointercancel", "lostpointercapture"])("loses its drag with %s", (type) => {
    send("pointerdown", 0, 0);
    send("pointermove", 50, 50);
    send(type);
    send("pointerup", 50, 50);
    expect(dragged()).toEqual([1, 0, 1]);
  });
});

describe("a finger", () => {
  test("that taps clicks", () => {
    finger("pointerdown", 105, 75);
    finger("pointerup", 106, 76);
    expect(intents.click.mock.calls).toEqual([[[0.5, 0.5], PLAIN]]);
  });

  test("that swipes scrolls: nothing is selected, however long it stays", () => {
    finger("pointerdown", 105, 75);
    finger("pointermove", 105, 60);
    vi.advanceTimersByTime(LONG_PRESS_MS);
    const touch = new Event("touchmove", { cancelable: true });
    surface.dispatchEvent(touch);
    finger("pointerup", 105, 60);
    expect(touch.defaultPrevented).toBe(false);
    expect(dragged()).toEqual([0, 0, 0]);
    expect(intents.click).not.toHaveBeenCalled();
  });

  describe("where nothing scrolls", () => {
    beforeEach(() => {
      vi.spyOn(document.scrollingElement!, "scrollHeight", "get").mockReturnValue(500);
    });

    test("draws a rectangle as soon as it moves farther than it trembles", () => {
      finger("pointerdown", 105, 75);
      finger("pointermove", 105, 66);
      expect(dragged()).toEqual([0, 0, 0]);
      finger("pointermove", 105, 0);
      finger("pointerup", 105, 0);
      expect(intents.drag.mock.calls).toEqual([[[0.5, 0.5], [0.5, 0], PLAIN]]);
      expect(dragged()).toEqual([1, 1, 0]);
    });

    test("keeps the browser from panning", () => {
      finger("pointerenter");
      expect(surface.style.touchAction).toBe("none");
      finger("pointerleave");
      expect(surface.style.touchAction).toBe("");
    });

    test.each([
      ["auto", true],
      ["scroll", true],
      ["visible", false],
      ["hidden", false],
    ])("scrolls a box around it with overflow %s: %s", (overflow, scrolls) => {
      const box = document.createElement("div");
      box.style.overflowY = overflow;
      scrollable(box);
      document.body.replaceChildren(box);
      box.append(surface);
      finger("pointerdown", 105, 75);
      finger("pointermove", 105, 0);
      expect(dragged()).toEqual([scrolls ? 0 : 1, 0, 0]);
    });
  });

  test("that the browser takes for scrolling selects nothing", () => {
    finger("pointerdown", 105, 75);
    finger("pointercancel");
    vi.advanceTimersByTime(LONG_PRESS_MS);
    expect(dragged()).toEqual([0, 0, 0]);
  });

  test("that rests draws a rectangle from there, and does not scroll", () => {
    finger("pointerdown", 105, 75);
    vi.advanceTimersByTime(LONG_PRESS_MS - 1);
    expect(dragged()).toEqual([0, 0, 0]);
    vi.advanceTimersByTime(1);
    finger("pointermove", 105, 0);
    const touch = new Event("touchmove", { cancelable: true });
    surface.dispatchEvent(touch);
    finger("pointerup", 105, 0);
    expect(touch.defaultPrevented).toBe(true);
    expect(intents.drag.mock.calls).toEqual([
      [[0.5, 0.5], [0.5, 0.5], PLAIN],
      [[0.5, 0.5], [0.5, 0], PLAIN],
    ]);
    expect(intents.drop).toHaveBeenCalledOnce();
  });

  test("that is joined by a second one abandons its rectangle", () => {
    finger("pointerdown", 105, 75);
    vi.advanceTimersByTime(LONG_PRESS_MS);
    finger("pointerdown", 10, 10, { pointerId: 2, isPrimary: false });
    finger("pointermove", 50, 50);
    finger("pointerup", 50, 50);
    finger("pointerup", 10, 10, { pointerId: 2, isPrimary: false });
    expect(dragged()).toEqual([1, 0, 1]);
    expect(intents.click).not.toHaveBeenCalled();
  });

  test("opens no menu by its long press", () => {
    finger("pointerdown", 105, 75);
    expect(send("contextmenu").defaultPrevented).toBe(true);
  });

  test("does not hover", () => {
    finger("pointermove", 105, 75);
    expect(intents.hover).not.toHaveBeenCalled();
  });
});

describe("a pen", () => {
  test("draws at once, and the page does not scroll under it", () => {
    send("pointerenter", 0, 0, { pointerType: "pen" });
    expect(surface.style.touchAction).toBe("none");
    send("pointerdown", 0, 0, { pointerType: "pen" });
    send("pointermove", 105, 75, { pointerType: "pen" });
    send("pointerup", 105, 75, { pointerType: "pen" });
    expect(intents.drag.mock.calls).toEqual([[[0, 0], [0.5, 0.5], PLAIN]]);
    expect(intents.drop).toHaveBeenCalledOnce();
  });

  test("leaves a finger its scrolling", () => {
    send("pointerenter", 0, 0, { pointerType: "pen" });
    send("pointerleave", 0, 0, { pointerType: "pen" });
    expect(surface.style.touchAction).toBe("");
  });
});

describe("after the end", () => {
  test("nothing is heard", () => {
    controller.abort();
    send("pointermove", 105, 30);
    send("pointerdown", 105, 30);
    send("pointerup", 105, 30);
    send("pointerleave");
    for (const intent of Object.values(intents)) expect(intent).not.toHaveBeenCalled();
  });

  test("a finger that still rests draws nothing", () => {
    finger("pointerdown", 105, 75);
    controller.abort();
    vi.advanceTimersByTime(LONG_PRESS_MS);
    expect(intents.drag).not.toHaveBeenCalled();
  });
});
