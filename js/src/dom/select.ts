// A <select> whose options are rebuilt only when they change, so that an open one stays open.

import { element } from "./element";

/** `why` says why it cannot be chosen; without it, it can. */
export type Option = [value: string, text: string, why?: string];

export function select(signal: AbortSignal, chosen: (value: string) => void) {
  const control = element("select", "gx-select");
  control.addEventListener("change", () => chosen(control.value), { signal });
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

function optionNode([value, text, why = ""]: Option): HTMLOptionElement {
  const node = element("option", "", text);
  node.value = value;
  node.title = why;
  node.disabled = why !== "";
  return node;
}
