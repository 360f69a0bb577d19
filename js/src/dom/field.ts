// A control under its name.

import { element } from "./element";

export function field(title: string, control: HTMLElement, className = ""): HTMLElement {
  const label = element("label", `gx-field ${className}`);
  label.append(element("span", "gx-field-name", title), control);
  return label;
}
