// The text beside the cell that is pointed at.

import { element } from "./element";
import type { Box } from "../cells/geometry";

export interface Tip {
  element: HTMLElement;
  /** Beside a box of its frame; `room` is the width that it may take. */
  show(place: string, drop: string, box: Box, room: number): void;
  hide(): void;
}

/** Its distance from the cell, in CSS pixels, as in styles.css. */
const GAP = 6;

export function tip(): Tip {
  const root = element("div", "gx-tip");
  const where = element("span", "gx-tip-place");
  const what = element("span", "gx-tip-drop");
  root.append(where, what);
  root.hidden = true;
  // The grid's active cell says the same.
  root.setAttribute("aria-hidden", "true");

  const show = (place: string, drop: string, box: Box, room: number) => {
    root.hidden = false;
    where.textContent = place;
    what.textContent = drop;
    const centred = box.x + box.width / 2 - root.offsetWidth / 2;
    root.style.left = `${Math.max(0, Math.min(room - root.offsetWidth, centred))}px`;
    const above = box.y - root.offsetHeight - 2 * GAP;
    root.style.top = `${above >= 0 ? above : box.y + box.height}px`;
  };
  const hide = () => {
    root.hidden = true;
  };
  return { element: root, show, hide };
}
