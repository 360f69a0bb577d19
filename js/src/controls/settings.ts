// How cells are hidden and measured, and how the map looks, behind one button.

import { listen } from "../dom/listen";
import { sizeOf, squareCells } from "../cells/geometry";
import { disclosure } from "../dom/disclosure";
import { element } from "../dom/element";
import { field } from "../dom/field";
import { select, type Option } from "../dom/select";
import { MAX_GRID, type Model, type Score } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";
import { appearanceFields } from "./appearance";

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
  const looks = appearanceFields(model, signal);
  panel.append(grid.element, fills.element, score.element, ...looks.elements, largeControl(root, signal));
  const update = () => {
    for (const part of [grid, fills, score, looks]) part.update();
    score.element.hidden = model.get("score") === "value" || model.get("contrast") !== null;
    for (const part of [grid, fills]) part.element.hidden = host() === "page";
    for (const control of panel.querySelectorAll<HTMLSelectElement | HTMLInputElement>("[data-asks]")) {
      control.disabled = host() === "gone";
    }
  };
  return { button, panel, update };
}

function gridControl(model: Model, signal: AbortSignal, shape: () => number) {
  const range = element("input", "gx-range");
  range.type = "range";
  range.step = "1";
  range.dataset["asks"] = "";
  const size = element("output", "gx-size");
  const wrap = element("span", "gx-range-row");
  wrap.append(range, size);
  listen(range, "input", () => {
    model.set("grid_size", squareCells(Number(range.value), shape()));
    model.save_changes();
    update();
  }, signal);
  const update = () => {
    const value = model.get("grid_size");
    const [rows, columns] = sizeOf(value);
    const grid = filled(model.get("grid"));
    range.max = String(Math.min(MAX_GRID, grid?.height ?? MAX_GRID, grid?.width ?? MAX_GRID));
    range.min = String(Math.min(2, rows, columns));
    range.value = String(Math.round(Math.sqrt(rows * columns)));
    size.textContent = `${rows} × ${columns}`;
  };
  return { element: field("Grid", wrap), update };
}

function choice(
  model: Model,
  signal: AbortSignal,
  name: "fill" | "score",
  title: string,
  options: () => Option[],
) {
  const control = select(signal, (value) => {
    model.set(name, value as Score);
    model.save_changes();
  });
  control.element.dataset["asks"] = "";
  const update = () => {
    const value = model.get(name);
    const known = options();
    const shown = known.some(([option]) => option === value);
    control.update(shown ? known : [[value, value], ...known], value);
  };
  return { element: field(title, control.element), update };
}

function largeControl(root: HTMLElement, signal: AbortSignal): HTMLElement {
  const box = element("input", "gx-check");
  box.type = "checkbox";
  listen(box, "change", () => root.toggleAttribute("data-large", box.checked), signal);
  return field("Large, for a projector", box, "gx-check-field");
}
