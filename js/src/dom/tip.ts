// The line under the map that reads the cell under the pointer; it covers none.

import { attribute, element } from "./element";

export interface Tip {
  element: HTMLElement;
  show(place: string, numbers: string): void;
  hide(): void;
}

export function tip(): Tip {
  const root = element("div", "gx-tip");
  const where = element("span", "gx-tip-place");
  const what = element("span", "gx-tip-drop");
  root.append(where, what);
  // The grid's active cell reads the same.
  attribute(root, "aria-hidden", "true");

  const show = (place: string, numbers: string) => {
    where.textContent = place;
    what.textContent = numbers;
  };
  return { element: root, show, hide: () => show("", "") };
}
