// Pointer events → intents.

import type { SelectMode } from "../cells/selection";

export type Point = [x: number, y: number];

/** Points are fractions of the surface, 0..1. */
export interface PointerIntents {
  /** null once it has left. */
  hover(point: Point | null): void;
  click(point: Point, mode: SelectMode): void;
  /** `drop` completes a rectangle. */
  drag(from: Point, to: Point, mode: SelectMode): void;
  drop(): void;
  abandon(): void;
}

/** A press that moves farther is a drag; in CSS pixels. */
const DRAG_DISTANCE = 4;
const TOUCH_DRAG_DISTANCE = 10;

/** A finger that rests this long draws a rectangle instead of scrolling. */
export const LONG_PRESS_MS = 400;

interface Press {
  id: number;
  touch: boolean;
  start: PointerEvent;
  from: Point;
  mode: SelectMode;
  dragging: boolean;
}

/** Returns a function that abandons a drag, or returns false if there is none. */
export function listenToPointer(
  surface: HTMLElement,
  intents: PointerIntents,
  signal: AbortSignal,
): () => boolean {
  let press: Press | null = null;
  let touched = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const place = (event: PointerEvent): Point => {
    const box = surface.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  const end = () => {
    clearTimeout(timer);
    press = null;
  };

  const abandon = () => {
    const dragging = press?.dragging === true;
    end();
    if (dragging) intents.abandon();
    return dragging;
  };

  const down = (event: PointerEvent) => {
    const second = press !== null && press.id !== event.pointerId;
    abandon();
    touched = event.pointerType === "touch";
    if (second || !event.isPrimary || event.button !== 0) return;
    const mode = { extend: event.shiftKey, toggle: event.ctrlKey || event.metaKey };
    const [id, from] = [event.pointerId, place(event)];
    const begun: Press = { id, touch: touched, start: event, from, mode, dragging: false };
    press = begun;
    if (touched) {
      timer = setTimeout(() => {
        begun.dragging = true;
        intents.drag(from, from, mode);
      }, LONG_PRESS_MS);
    }
    surface.setPointerCapture(id);
  };

  const move = (event: PointerEvent) => {
    if (press && press.id === event.pointerId && !press.dragging && isFar(press, event)) {
      if (press.touch && scrolls(surface)) return end();
      press.dragging = true;
    }
    if (press?.dragging) intents.drag(press.from, within(place(event)), press.mode);
    else if (event.pointerType !== "touch") intents.hover(place(event));
  };

  const up = (event: PointerEvent) => {
    if (press?.id !== event.pointerId) return;
    const { dragging, from, mode } = press;
    end();
    if (dragging) intents.drop();
    else intents.click(from, mode);
  };

  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    heard: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ) => surface.addEventListener(type, heard, { signal, passive });
  listen("pointerdown", down);
  listen("pointermove", move);
  listen("pointerup", up);
  listen("pointercancel", abandon);
  listen("lostpointercapture", abandon);
  // Pens draw, fingers scroll, where there is something to scroll; the browser decides before the press.
  listen("pointerenter", (event) => {
    if (event.pointerType === "pen" || !scrolls(surface)) surface.style.touchAction = "none";
  });
  listen("pointerleave", () => {
    surface.style.touchAction = "";
    intents.hover(null);
  });
  const hold = (event: Event) => press?.dragging && event.cancelable && event.preventDefault();
  listen("touchmove", hold, false);
  // A context menu would end the drag of a long press: suppress it. A mouse's menu (Ctrl-click on a
  // Mac) abandons the drag.
  listen("contextmenu", (event) => (touched ? event.preventDefault() : abandon()), false);
  signal.addEventListener("abort", end);
  return abandon;
}

/** Whether the page, or a box around the surface, can be scrolled. */
function scrolls(surface: HTMLElement): boolean {
  for (let node = surface.parentElement; node; node = node.parentElement) {
    const page = node === document.scrollingElement;
    if (node.scrollHeight <= node.clientHeight + 1) continue;
    if (page || ["auto", "scroll"].includes(getComputedStyle(node).overflowY)) return true;
  }
  return false;
}

function isFar(press: Press, event: PointerEvent): boolean {
  const { clientX, clientY } = press.start;
  const way = Math.hypot(event.clientX - clientX, event.clientY - clientY);
  return way > (press.touch ? TOUCH_DRAG_DISTANCE : DRAG_DISTANCE);
}

function within([x, y]: Point): Point {
  const nearest = (part: number) => Math.min(1 - Number.EPSILON, Math.max(0, part));
  return [nearest(x), nearest(y)];
}
