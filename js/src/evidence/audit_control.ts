// How far to trust the map: a button, a verdict, and the figures behind it.

import { element, setText, showNodes } from "../dom/element";
import { listen } from "../dom/listen";
import type { Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";

export function auditControl(model: Model, signal: AbortSignal, host: () => Host) {
  const button = element("button", "gx-button", "How far to trust it?");
  button.title = "Hides the cells in the map's order and in random orders, in two other ways";
  const root = element("div", "gx-set");
  const verdict = element("p", "gx-audit");
  const figures = element("ul", "gx-check-list");
  root.append(verdict, figures);
  listen(button, "click", () => model.send({ type: "audit" }), signal);
  const update = () => {
    const found = filled(model.get("audit"));
    root.hidden = !found;
    button.hidden = host() !== "kernel";
    button.disabled = !!found || model.get("status") === "running";
    setText(verdict, found?.text ?? "");
    const lines = (found?.figures ?? []).map(([text, meaning]) => {
      const line = element("li", "", text);
      line.append(element("p", "gx-check-title", meaning));
      return line;
    });
    showNodes(figures, [...lines, ...(found?.notes ?? []).map((note) => element("li", "", note))]);
  };
  return { element: root, button, update };
}
