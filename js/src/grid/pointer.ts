// Pointer events → intents: mouse, pen and touch.

import type { How } from "../cells/selection";

export type Point = [x: number, y: number];

/** Points are fractions of the surface. */
export interface PointerIntents {
  /** null when the pointer leaves. */
  hover(point: Point | null): void;
  click(point: Point, how: How): void;
  /** A rectangle is being drawn; it counts once it is dropped. */
  drag(from: Point, to: Point, how: How): void;
  drop(): void;
  abandon(): void;
}

/** A press that moves farther, in CSS pixels, is a drag; a finger is less steady. */
const STEADY = 4;
const STEADY_FINGER = 10;

/** A finger that rests this long, in milliseconds, draws a rectangle instead of scrolling. */
export const LONG_PRESS = 400;

interface Press {
  id: number;
  touch: boolean;
  start: PointerEvent;
  from: Point;
  how: How;
  dragging: boolean;
}

/** Returns how a drag is abandoned from elsewhere; false where there is none. */
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
    const how = { extend: event.shiftKey, toggle: event.ctrlKey || event.metaKey };
    const [id, from] = [event.pointerId, place(event)];
    const begun: Press = { id, touch: touched, start: event, from, how, dragging: false };
    press = begun;
    if (touched) {
      timer = setTimeout(() => {
        begun.dragging = true;
        intents.drag(from, from, how);
      }, LONG_PRESS);
    }
    surface.setPointerCapture(id);
  };

  const move = (event: PointerEvent) => {
    if (press && press.id === event.pointerId && !press.dragging && isFar(press, event)) {
      if (press.touch) return end(); // it scrolls
      press.dragging = true;
    }
    if (press?.dragging) intents.drag(press.from, within(place(event)), press.how);
    else if (event.pointerType !== "touch") intents.hover(place(event));
  };

  const up = (event: PointerEvent) => {
    if (press?.id !== event.pointerId) return;
    const { dragging, from, how } = press;
    end();
    if (dragging) intents.drop();
    else intents.click(from, how);
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
  // A pen that comes near draws at once; a finger scrolls. The browser asks before the press.
  listen("pointerenter", (event) => {
    if (event.pointerType === "pen") surface.style.touchAction = "none";
  });
  listen("pointerleave", () => {
    surface.style.touchAction = "";
    intents.hover(null);
  });
  const still = (event: Event) => press?.dragging && event.cancelable && event.preventDefault();
  listen("touchmove", still, false);
  // The menu of a long press would end the drag; that of a mouse (Ctrl-click on a Mac) ends it.
  listen("contextmenu", (event) => (touched ? event.preventDefault() : abandon()), false);
  signal.addEventListener("abort", end);
  return abandon;
}

function isFar(press: Press, event: PointerEvent): boolean {
  const { clientX, clientY } = press.start;
  const way = Math.hypot(event.clientX - clientX, event.clientY - clientY);
  return way > (press.touch ? STEADY_FINGER : STEADY);
}

/** The nearest point of the surface: a drag may leave it. */
function within([x, y]: Point): Point {
  const nearest = (part: number) => Math.min(1 - Number.EPSILON, Math.max(0, part));
  return [nearest(x), nearest(y)];
}
