// A control under its name.

import { listen } from "./listen";
import { element } from "./element";

export function field(title: string, control: HTMLElement, className = ""): HTMLElement {
  const label = element("label", `gx-field ${className}`);
  label.append(element("span", "gx-field-name", title), control);
  return label;
}

/** A box to tick, under its name. */
export function tickBox(title: string, signal: AbortSignal, ticked: (on: boolean) => void) {
  const box = element("input", "gx-check");
  box.type = "checkbox";
  listen(box, "change", () => ticked(box.checked), signal);
  return { box, element: field(title, box, "gx-check-field") };
}
