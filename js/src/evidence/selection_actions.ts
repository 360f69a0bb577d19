// Buttons for the selection: keep, clear, undo.

import { listen } from "../dom/listen";
import { attribute, element } from "../dom/element";
import type { Choose } from "../grid/selector";
import type { Model } from "../model/explorer_protocol";

export interface Actions {
  element: HTMLElement;
  update(): void;
}

export function selectionActions(
  model: Model,
  signal: AbortSignal,
  choose: Choose,
  undo: () => void,
  undoable: () => boolean,
): Actions {
  const root = element("div", "gx-actions");
  const button = (text: string, act: () => void) => {
    const node = element("button", "gx-button gx-small", text);
    const allowed = () => node.getAttribute("aria-disabled") !== "true";
    listen(node, "click", () => allowed() && act(), signal);
    root.append(node);
    return node;
  };
  const keep = button("Keep only these", () => choose(model.get("value"), !model.get("keep")));
  const clear = button("Clear", () => choose([], false));
  const back = button("Undo", undo);

  // `disabled` would drop the focus after the last Undo.
  const allow = (node: HTMLElement, allowed: boolean) =>
    attribute(node, "aria-disabled", String(!allowed));

  const update = () => {
    const any = model.get("value").length > 0;
    allow(keep, any);
    allow(clear, any);
    allow(back, undoable());
    attribute(keep, "aria-pressed", String(model.get("keep") && any));
    root.hidden = !any && !undoable() && !root.contains(root.ownerDocument.activeElement);
  };
  return { element: root, update };
}
