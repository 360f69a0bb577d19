// Two lines above the maps: the marked cell, and the effect of hiding the clicked one.

import { indexOf } from "../cells/geometry";
import { element, showNodes } from "../dom/element";
import { stickToTop } from "../dom/sticky";
import type { Evidence, Model } from "../model/comparison_protocol";
import { filled, type Host } from "../model/widget_model";
import { placeText } from "../text/cell_text";
import { changesOf, hiddenText, HINTS } from "../text/map_text";
import type { LinkedCells } from "./linked_cells";

export interface Readout {
  element: HTMLElement;
  update(): void;
  draw(): void;
  /** The second line, for screen readers, once known. */
  answer(): string;
}

export function readout(
  model: Model,
  host: () => Host,
  linkedCells: LinkedCells<object>,
  signal: AbortSignal,
): Readout {
  const root = element("div", "gx-readout");
  const place = element("p", "gx-readout-place");
  const found = element("p", "gx-readout-answer");
  root.append(place, found);
  const stick = stickToTop(root, signal);

  const draw = () => {
    stick();
    const grid = filled(model.get("grid"));
    const index = linkedCells.current();
    const text = grid && index !== null ? placeText(grid, index) : "Point at a cell to read it in every map.";
    if (place.textContent !== text) place.textContent = text;
  };
  const update = () => {
    draw();
    showNodes(found, answerNodes(model, host()));
    root.toggleAttribute("data-chosen", model.get("value").length > 0);
  };
  const answer = () => (answered(model) ? (found.textContent ?? "") : "");
  return { element: root, update, draw, answer };
}

/** The evidence of the clicked cell; null until it arrives. */
export function answered(model: Model): Evidence | null {
  const evidence = filled(model.get("evidence"));
  const [cell] = model.get("value");
  if (!evidence || !cell || String(evidence.cell) !== String(cell)) return null;
  return evidence.classes.length > 0 ? evidence : null;
}

/** With row 1, column 2 hidden: cat 93.0% → 12.0%, dog 3.0% → 60.0% */
function answerNodes(model: Model, host: Host): (Node | string)[] {
  const [grid, [cell]] = [filled(model.get("grid")), model.get("value")];
  if (!grid || !cell) return [HINTS[host]];
  const start = `${hiddenText(indexOf(grid, cell), grid)}: `;
  const evidence = answered(model);
  if (!evidence) return [start, missingText(model, host)];
  return changesOf(evidence, model.get("labels"), model.get("quantity")).flatMap(([name, change], place) => {
    const label = element("span", "gx-label gx-readout-label", name);
    label.title = name;
    return [place > 0 ? ", " : start, label, ` ${change}`];
  });
}

function missingText(model: Model, host: Host): string {
  if (host === "page") return "not recorded.";
  if (host === "gone") return "not known, and the kernel is gone.";
  return model.get("error") ? "the model gave no answer." : "asking the model …";
}
