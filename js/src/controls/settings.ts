// How cells are hidden and measured, and how the map looks, behind one button.

import { disclosure } from "../dom/disclosure";
import { tickBox } from "../dom/field";
import type { Option } from "../dom/select";
import type { Model, Score } from "../model/explorer_protocol";
import type { Host } from "../model/widget_model";
import { appearanceFields } from "./appearance";
import { choice } from "../dom/choice";
import { methodChoice } from "./method_choice";
import { gridControl } from "./grid_control";

const SCORES: [Score, string][] = [
  ["probability", "percentage points"],
  ["log-odds", "log-odds"],
];

export interface Settings {
  button: HTMLElement;
  panel: HTMLElement;
  update(): void;
}

/** `root` is shown larger for a projector; `shape` is the picture's width over its height. */
export function settings(model: Model, root: HTMLElement, signal: AbortSignal, host: () => Host, shape: () => number): Settings {
  const { button, panel } = disclosure("Settings", "gx-settings", signal);
  const grid = gridControl(model, signal, shape);
  const fills = choice(model, signal, "fill", "Hide with", () => {
    const missing = model.get("unavailable_fills");
    const texts = model.get("fill_texts");
    return model.get("fills").map((f): Option => [f, (texts[f] ?? f) + (missing[f] ? ": not installed" : ""), missing[f]]);
  });
  const score = choice(model, signal, "score", "Measured in", () => SCORES);
  const methods = methodChoice(model, signal);
  const large = tickBox("Large, for a projector", signal, (on) => root.toggleAttribute("data-large", on));
  const looks = appearanceFields(model, signal);
  panel.append(...methods.elements, grid.element, fills.element, score.element, ...looks.elements, large.element);
  const update = () => {
    for (const part of [methods, grid, fills, score, looks]) part.update();
    score.element.hidden = model.get("score") === "value" || model.get("contrast") !== null;
    for (const part of [grid.element, fills.element, methods.elements[0]!]) part.hidden = host() === "page";
    for (const control of panel.querySelectorAll<HTMLSelectElement | HTMLInputElement>("[data-asks]")) {
      control.disabled = host() === "gone";
    }
  };
  return { button, panel, update };
}
