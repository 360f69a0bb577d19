// A button, and a key on the grid, that show the picture without the map.

import { listen } from "../dom/listen";
import { attribute, element } from "../dom/element";

export interface Bare {
  element: HTMLElement;
  on(): boolean;
  toggle(): void;
}

export function bareControl(signal: AbortSignal, changed: () => void): Bare {
  const button = element("button", "gx-button gx-bare", "Picture only");
  button.title = "Show the picture without the map; key: p";
  const on = () => button.getAttribute("aria-pressed") === "true";
  const toggle = () => {
    attribute(button, "aria-pressed", String(!on()));
    changed();
  };
  attribute(button, "aria-pressed", "false");
  listen(button, "click", toggle, signal);
  return { element: button, on, toggle };
}
