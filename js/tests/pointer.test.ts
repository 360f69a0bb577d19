import { beforeEach, describe, expect, test, vi } from "vitest";
import { listenToPointer } from "../src/pointer";
import { fakeSizes } from "./fixture";

// The surface is 210×150 and begins at (10, 20): see fakeSizes.
let surface: HTMLElement;
let controller: AbortController;
const hover = vi.fn<(point: [number, number] | null) => void>();
const select = vi.fn<(point: [number, number]) => void>();

beforeEach(() => {
  fakeSizes();
  hover.mockReset();
  select.mockReset();
  surface = document.createElement("div");
  controller = new AbortController();
  listenToPointer(surface, { hover, select }, controller.signal);
});

describe("the pointer", () => {
  test("hovers at a fraction of the surface", () => {
    surface.dispatchEvent(new PointerEvent("pointermove", { clientX: 115, clientY: 50 }));
    expect(hover.mock.calls).toEqual([[[0.5, 0.2]]]);
  });

  test("hovers nowhere once it leaves", () => {
    surface.dispatchEvent(new PointerEvent("pointerleave"));
    expect(hover.mock.calls).toEqual([[null]]);
  });

  test("selects with a click, and only with one", () => {
    surface.dispatchEvent(new PointerEvent("pointermove", { clientX: 10, clientY: 20 }));
    expect(select).not.toHaveBeenCalled();
    surface.dispatchEvent(new MouseEvent("click", { clientX: 10, clientY: 132.5 }));
    expect(select.mock.calls).toEqual([[[0, 0.75]]]);
  });

  test("does nothing after the end", () => {
    controller.abort();
    surface.dispatchEvent(new PointerEvent("pointermove", { clientX: 115, clientY: 50 }));
    surface.dispatchEvent(new PointerEvent("pointerleave"));
    surface.dispatchEvent(new MouseEvent("click", { clientX: 115, clientY: 50 }));
    expect(hover).not.toHaveBeenCalled();
    expect(select).not.toHaveBeenCalled();
  });
});
