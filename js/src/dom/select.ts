// A <select> that stays open while its options do not change.

import { listen } from "./listen";
import { element } from "./element";

/** An option with a `disabledReason` cannot be chosen. */
export type Option = [value: string, text: string, disabledReason?: string | undefined];

export function select(signal: AbortSignal, chosen: (value: string) => void) {
  const control = element("select", "gx-select");
  listen(control, "change", () => chosen(control.value), signal);
  let known = "";
  const update = (options: Option[], value: string) => {
    const key = JSON.stringify(options);
    if (key !== known) {
      known = key;
      control.replaceChildren(...options.map(optionNode));
    }
    control.value = value;
  };
  return { element: control, update };
}

function optionNode([value, text, disabledReason = ""]: Option): HTMLOptionElement {
  const node = element("option", "", text);
  node.value = value;
  node.title = disabledReason;
  node.disabled = disabledReason !== "";
  return node;
}
