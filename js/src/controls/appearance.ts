// How drops are drawn. A change takes effect at once and sends no message.

import { listen } from "../dom/listen";
import { appearanceOf } from "../cells/colors";
import { decodeScores, scaleOf } from "../cells/scores";
import { shownScores, shownUnit } from "../cells/two_maps";
import { attribute, element } from "../dom/element";
import { field, tickBox } from "../dom/field";
import type { Option } from "../dom/select";
import { thresholdText } from "../grid/legend";
import { COLORMAPS, type Model } from "../model/explorer_protocol";
import { choice } from "../dom/choice";

interface Part {
  element: HTMLElement;
  update(): void;
}

const SCALES: Option[] = [
  ["relative", "this picture"],
  ["absolute", "all pictures"],
];

export function appearanceFields(model: Model, signal: AbortSignal) {
  const scale = choice(model, signal, "scale", "Scale", () => SCALES, false);
  const numbers = tickBox("Numbers", signal, (on) => model.set("numbers", on));
  const parts: Part[] = [
    choice(model, signal, "colormap", "Colours", () => COLORMAPS.map((name): Option => [name, name.replace("-", "–")]), false),
    scale,
    slider(model, signal, "opacity", "Strength", 0.05, () => {
      return `${Math.round(100 * model.get("opacity"))}%`;
    }),
    slider(model, signal, "threshold", "Fade below", 0.01, () => fadeText(model)),
  ];
  const update = () => {
    for (const part of parts) part.update();
    numbers.box.checked = model.get("numbers");
    scale.element.hidden = model.get("score") === "value"; // values have no end of their own
  };
  return { elements: [...parts, numbers].map((part) => part.element), update };
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
  const [score, unit] = shownUnit(model);
  const appearance = appearanceOf(model);
  if (appearance.threshold === 0) return "off";
  const scale = scaleOf(decodeScores(shownScores(model)), score, appearance.scale);
  return thresholdText(scale, score, appearance.threshold, unit);
}
