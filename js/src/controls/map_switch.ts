// Which of two maps is shown, and how far to believe it.

import { hasTogether, shownMap } from "../cells/two_maps";
import { element } from "../dom/element";
import type { MapName, Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";

const NAMES: [MapName, string, string][] = [
  [
    "together",
    "Together",
    "Several cells hidden at a time, in many handfuls: a number is the cell's part of what was lost.",
  ],
  ["alone", "Alone", "Each cell hidden by itself: a number is what was lost without that cell."],
];

const MEANING =
  "Measured with handfuls of cells that the map was not made from: 1 foretells all that hiding them does, 0 nothing.";

export function mapSwitch(model: Model, signal: AbortSignal, host: () => Host) {
  const root = element("div", "gx-which");
  const group = element("div", "gx-switch");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Map");
  const buttons = NAMES.map(([name, text, title]) => {
    const button = element("button", "gx-button gx-small", text);
    button.title = title;
    const choose = () => {
      model.set("map", name);
      if (host() !== "gone") model.save_changes();
    };
    button.addEventListener("click", choose, { signal });
    group.append(button);
    return button;
  });
  const trust = element("p", "gx-trust");
  trust.setAttribute("role", "status");
  trust.title = MEANING;
  root.append(group, trust);

  const update = () => {
    const [two, shown] = [hasTogether(model), shownMap(model)];
    const foretold = model.get("foretells")[shown];
    // Room is kept from the start: the picture moves little.
    root.hidden = !two && !filled(model.get("progress"))?.handfuls?.total;
    group.hidden = !two;
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(NAMES[at]![0] === shown)));
    if (trust.textContent !== (foretold?.text ?? "")) trust.textContent = foretold?.text ?? "";
    trust.classList.toggle("gx-doubt", foretold?.reliable === false);
  };
  return { element: root, update };
}
