// The list of classes below the combobox.

import { listen } from "../dom/listen";
import { PROBABILITY, quantityText } from "../cells/quantity";
import { attribute, element } from "../dom/element";
import type { Quantity } from "../model/widget_model";
import { matching, type ClassOption } from "../text/classes";

export interface ClassList {
  popup: HTMLElement;
  listbox: HTMLElement;
  /** `current` is the target. */
  show(options: ClassOption[], query: string, current: number | null, quantity?: Quantity): void;
  active(): ClassOption | undefined;
  /** Wraps around. */
  step(by: 1 | -1): void;
  first(): void;
  last(): void;
}

/** Options shown at once; typing finds the others. */
const MAX_OPTIONS = 100;

export function classList(
  id: string,
  chosen: (option: ClassOption) => void,
  activated: (optionId: string) => void,
  signal: AbortSignal,
): ClassList {
  const popup = element("div", "gx-popup");
  const listbox = element("ul", "gx-options");
  const more = element("p", "gx-more");
  listbox.id = `${id}-classes`;
  listbox.tabIndex = -1; // Chromium lets Tab stop at what scrolls, and the list is gone by then
  attribute(listbox, "role", "listbox");
  attribute(listbox, "aria-label", "Classes");
  popup.append(listbox, more);
  let shown: ClassOption[] = [];
  let at = -1;

  const activate = (position: number) => {
    listbox.children[at]?.setAttribute("aria-selected", "false");
    at = position;
    const node = listbox.children[at];
    activated(node?.id ?? "");
    if (!(node instanceof HTMLElement)) return;
    attribute(node, "aria-selected", "true");
    reveal(listbox, node);
  };

  const show = (
    options: ClassOption[],
    query: string,
    current: number | null,
    quantity: Quantity = PROBABILITY,
  ) => {
    const found = matching(options, query);
    shown = found.slice(0, MAX_OPTIONS);
    listbox.replaceChildren(
      ...shown.map((option, place) => optionNode(option, `${id}-${place}`, option.index === current, quantity)),
    );
    more.textContent = moreText(found.length, shown.length);
    more.hidden = more.textContent === "";
    listbox.scrollTop = 0;
    const best = query.trim() === "" ? shown.findIndex(({ index }) => index === current) : 0;
    activate(Math.min(best, shown.length - 1));
  };

  const step = (by: 1 | -1) => {
    const count = shown.length;
    if (count > 0) activate(at < 0 ? (by > 0 ? 0 : count - 1) : (at + by + count) % count);
  };

  // Keep the focus in the input while an option is pressed or the list is scrolled.
  listen(popup, "mousedown", (event) => event.preventDefault(), signal);
  listen(listbox, "click", (event) => {
    const place = [...listbox.children].findIndex((node) => node.contains(event.target as Node));
    const option = shown[place];
    if (option) chosen(option);
  }, signal);
  return {
    popup,
    listbox,
    show,
    active: () => shown[at],
    step,
    first: () => activate(Math.min(0, shown.length - 1)),
    last: () => activate(shown.length - 1),
  };
}

function optionNode(
  { name, probability }: ClassOption,
  id: string,
  current: boolean,
  quantity: Quantity,
): HTMLElement {
  const node = element("li", current ? "gx-option gx-current" : "gx-option");
  node.id = id;
  attribute(node, "role", "option");
  attribute(node, "aria-selected", "false");
  node.append(element("span", "gx-option-name", name));
  if (probability !== null) node.append(element("span", "gx-number", quantityText(probability, quantity)));
  return node;
}

function moreText(found: number, shown: number): string {
  if (found === 0) return "No class name contains this.";
  return found > shown ? `… ${found - shown} more: type to narrow` : "";
}

/** Scroll the list, not the page. */
function reveal(list: HTMLElement, node: HTMLElement) {
  const bottom = node.offsetTop + node.offsetHeight;
  if (node.offsetTop < list.scrollTop) list.scrollTop = node.offsetTop;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}
