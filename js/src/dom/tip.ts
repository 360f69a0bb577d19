// The tooltip of a cell.

import type { Box } from "../cells/geometry";
import { element } from "./element";

export interface Tip {
  element: HTMLElement;
  /** `room` is the available width. */
  show(place: string, drop: string, box: Box, room: number): void;
  hide(): void;
}

/** Distance from the cell in CSS pixels, as in the style sheet. */
const TIP_GAP = 6;

export function tip(): Tip {
  const root = element("div", "gx-tip");
  const where = element("span", "gx-tip-place");
  const what = element("span", "gx-tip-drop");
  root.append(where, what);
  root.hidden = true;
  // The grid's active cell reads the same.
  root.setAttribute("aria-hidden", "true");

  const show = (place: string, drop: string, box: Box, room: number) => {
    root.hidden = false;
    where.textContent = place;
    what.textContent = drop;
    const centred = box.x + box.width / 2 - root.offsetWidth / 2;
    root.style.left = `${Math.max(0, Math.min(room - root.offsetWidth, centred))}px`;
    const above = box.y - root.offsetHeight - 2 * TIP_GAP;
    root.style.top = `${above >= 0 ? above : box.y + box.height}px`;
  };
  const hide = () => {
    root.hidden = true;
  };
  return { element: root, show, hide };
}
