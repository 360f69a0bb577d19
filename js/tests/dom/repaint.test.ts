import { beforeEach, describe, expect, test, vi } from "vitest";
import { onRepaintNeeded } from "../../src/dom/repaint";

let frame: HTMLElement;
let canvas: HTMLCanvasElement;
let controller: AbortController;
let resized: () => void;
const observers = { observe: vi.fn(), disconnect: vi.fn() };
const redraw = vi.fn();

beforeEach(() => {
  redraw.mockReset();
  observers.observe.mockReset();
  observers.disconnect.mockReset();
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = observers.observe;
      disconnect = observers.disconnect;
      constructor(callback: () => void) {
        resized = callback;
      }
    },
  );
  frame = document.createElement("div");
  canvas = document.createElement("canvas");
  controller = new AbortController();
  return () => controller.abort();
});

const listen = () => onRepaintNeeded(frame, canvas, redraw, controller.signal);

describe("it is painted anew", () => {
  test("when its frame gets a size, another one or one after none", () => {
    listen();
    expect(observers.observe.mock.calls).toEqual([[frame]]);
    resized();
    expect(redraw).toHaveBeenCalledOnce();
  });

  test("when its tab is seen again", () => {
    listen();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(redraw).toHaveBeenCalledOnce();
  });

  test("when the graphics' memory is back", () => {
    listen();
    canvas.dispatchEvent(new Event("contextrestored"));
    expect(redraw).toHaveBeenCalledOnce();
  });

  test("each time that it moves to a screen of another density", () => {
    const lists: EventTarget[] = [];
    const asked = vi.spyOn(window, "matchMedia").mockImplementation(() => {
      const list = new EventTarget();
      lists.push(list);
      return list as MediaQueryList;
    });
    vi.stubGlobal("devicePixelRatio", 1);
    listen();
    vi.stubGlobal("devicePixelRatio", 2);
    lists[0]!.dispatchEvent(new Event("change"));
    lists[1]!.dispatchEvent(new Event("change"));
    expect(redraw).toHaveBeenCalledTimes(2);
    const queries = asked.mock.calls.map(([query]) => query);
    expect(queries.slice(0, 2)).toEqual(["(resolution: 1dppx)", "(resolution: 2dppx)"]);
  });
});

test("nothing is heard after the end", () => {
  listen();
  controller.abort();
  document.dispatchEvent(new Event("visibilitychange"));
  canvas.dispatchEvent(new Event("contextrestored"));
  expect(redraw).not.toHaveBeenCalled();
  expect(observers.disconnect).toHaveBeenCalledOnce();
});
