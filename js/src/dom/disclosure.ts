// A button, and a panel elsewhere that it opens and closes.

import { listen } from "./listen";
import { attribute, element } from "./element";

export function disclosure(name: string, className: string, signal: AbortSignal) {
  const button = element("button", "gx-button gx-disclosure", name);
  const panel = element("div", className);
  panel.id = `gx-${Math.random().toString(36).slice(2)}`;
  panel.hidden = true;
  attribute(button, "aria-controls", panel.id);
  const open = (opened: boolean) => {
    panel.hidden = !opened;
    attribute(button, "aria-expanded", String(opened));
  };
  open(false);
  listen(button, "click", () => open(panel.hidden !== false), signal);
  return { button, panel };
}
