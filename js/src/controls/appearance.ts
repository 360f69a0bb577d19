// How drops are drawn. A change takes effect at once and sends no message.

import { listen } from "../dom/listen";
import { appearanceOf } from "../cells/colors";
import { decodeScores, scaleOf } from "../cells/scores";
import { shownScores } from "../cells/two_maps";
import { attribute, element } from "../dom/element";
import { field } from "../dom/field";
import { thresholdText } from "../grid/legend";
import type { Colormap, Model, Scale } from "../model/explorer_protocol";

interface Part {
  element: HTMLElement;
  update(): void;
}

const COLORS: Record<Colormap, string> = {
  "orange-blue": "orange–blue",
  "purple-green": "purple–green",
  "red-blue": "red–blue",
};

const SCALE_NAMES: Record<Scale, string> = {
  relative: "this picture",
  absolute: "all pictures",
};

export function appearanceFields(model: Model, signal: AbortSignal) {
  const scale = choice(model, signal, "scale", "Scale", SCALE_NAMES);
  const parts = [
    choice(model, signal, "colormap", "Colours", COLORS),
    scale,
    slider(model, signal, "opacity", "Strength", 0.05, () => {
      return `${Math.round(100 * model.get("opacity"))}%`;
    }),
    slider(model, signal, "threshold", "Fade below", 0.01, () => fadeText(model)),
    numbers(model, signal),
  ];
  const update = () => {
    for (const part of parts) part.update();
    scale.element.hidden = model.get("score") === "value"; // values have no end of their own
  };
  return { elements: parts.map((part) => part.element), update };
}

function choice<K extends "colormap" | "scale">(
  model: Model,
  signal: AbortSignal,
  name: K,
  title: string,
  names: Record<string, string>,
): Part {
  const control = element("select", "gx-select");
  for (const [value, text] of Object.entries(names)) {
    const option = element("option", "", text);
    option.value = value;
    control.append(option);
  }
  const chosen = () => model.set(name, control.value as never);
  listen(control, "change", chosen, signal);
  const update = () => {
    control.value = model.get(name);
  };
  return { element: field(title, control), update };
}

function slider(
  model: Model,
  signal: AbortSignal,
  name: "opacity" | "threshold",
  title: string,
  step: number,
  text: () => string,
): Part {
  const range = element("input", "gx-range");
  range.type = "range";
  range.min = "0";
  range.max = "1";
  range.step = String(step);
  attribute(range, "aria-label", title);
  const shown = element("span", "gx-value");
  const root = field(title, range);
  root.firstElementChild?.append(" ", shown);
  const moved = () => {
    model.set(name, Number(range.value));
    update();
  };
  listen(range, "input", moved, signal);
  const update = () => {
    range.value = String(model.get(name));
    shown.textContent = text();
    attribute(range, "aria-valuetext", text());
  };
  return { element: root, update };
}

function fadeText(model: Model): string {
  const score = model.get("score");
  const appearance = appearanceOf(model);
  if (appearance.threshold === 0) return "off";
  const scale = scaleOf(decodeScores(shownScores(model)), score, appearance.scale);
  return thresholdText(scale, score, appearance.threshold, model.get("quantity").unit);
}

function numbers(model: Model, signal: AbortSignal): Part {
  const box = element("input", "gx-check");
  box.type = "checkbox";
  listen(box, "change", () => model.set("numbers", box.checked), signal);
  const root = field("Numbers", box, "gx-check-field");
  const update = () => {
    box.checked = model.get("numbers");
  };
  return { element: root, update };
}
