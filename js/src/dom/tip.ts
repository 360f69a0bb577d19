// The line under the map that reads the cell under the pointer; it covers none.

import { attribute, element } from "./element";

export interface Tip {
  element: HTMLElement;
  show(place: string, numbers: string, drawing?: Element | null): void;
  hide(): void;
}

export function tip(): Tip {
  const root = element("div", "gx-tip");
  const where = element("span", "gx-tip-place");
  const what = element("span", "gx-tip-drop");
  root.append(where, what);
  // The grid's active cell reads the same.
  attribute(root, "aria-hidden", "true");

  const show = (place: string, numbers: string, drawing: Element | null = null) => {
    where.textContent = place;
    what.textContent = numbers;
    root.querySelector("svg")?.remove();
    if (drawing) root.append(drawing);
  };
  return { element: root, show, hide: () => show("", "") };
}
