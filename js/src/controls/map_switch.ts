// Which of two maps is shown.

import { listen } from "../dom/listen";
import { hasTogether, shownMap } from "../cells/two_maps";
import { attribute, element } from "../dom/element";
import type { MapName, Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";

const NAMES: [MapName, string, string][] = [
  [
    "together",
    "Together",
    "Hidden in handfuls: a number is the cell's part of what was lost.",
  ],
  ["alone", "Alone", "Hidden by itself: a number is what was lost."],
];

export function mapSwitch(model: Model, signal: AbortSignal, host: () => Host) {
  const root = element("div", "gx-field gx-which");
  const group = element("div", "gx-switch");
  attribute(group, "role", "group");
  attribute(group, "aria-label", "Cells are hidden");
  const buttons = NAMES.map(([name, text, title]) => {
    const button = element("button", "gx-button", text);
    button.title = title;
    const choose = () => {
      model.set("map", name);
      if (host() !== "gone") model.save_changes();
    };
    listen(button, "click", choose, signal);
    group.append(button);
    return button;
  });
  root.append(element("span", "gx-field-name", "Cells hidden"), group);

  const update = () => {
    const [two, shown] = [hasTogether(model), shownMap(model)];
    // Room is kept from the start: nothing moves.
    root.hidden = shown === "method" || (!two && !filled(model.get("progress"))?.handfuls?.total);
    root.style.visibility = two ? "" : "hidden";
    buttons.forEach((button, at) => attribute(button, "aria-pressed", String(NAMES[at]![0] === shown)));
  };
  return { element: root, update };
}
