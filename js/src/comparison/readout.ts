// Two lines above the maps: the cell that is marked in all of them, and what hiding the clicked one did.

import { placeText } from "../text/cell_text";
import type { Evidence, Model } from "../model/comparison_protocol";
import { element, showNodes } from "../dom/element";
import { indexOf } from "../cells/geometry";
import type { Linked } from "./linked_cells";
import { changesOf, hiddenText, HINTS } from "../text/map_text";
import { filled, type Host } from "../model/widget_model";
import { sticking } from "../dom/sticky";

export interface Readout {
  element: HTMLElement;
  update(): void;
  /** Follow the marks. */
  draw(): void;
  /** What hiding the clicked cell did, once it is known, for those who do not see it. */
  answer(): string;
}

export function readout(
  model: Model,
  host: () => Host,
  linked: Linked<object>,
  signal: AbortSignal,
): Readout {
  const root = element("div", "gx-readout");
  const place = element("p", "gx-readout-place");
  const found = element("p", "gx-readout-answer");
  root.append(place, found);
  const stick = sticking(root, signal);

  const draw = () => {
    stick();
    const grid = filled(model.get("grid"));
    const index = linked.current();
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

/** The evidence of the clicked cell; null while it is of another one or to come. */
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
  if (!evidence) return [start, silence(model, host)];
  return changesOf(evidence, model.get("labels")).flatMap(([name, change], place) => {
    const label = element("span", "gx-label gx-readout-label", name);
    label.title = name;
    return [place > 0 ? ", " : start, label, ` ${change}`];
  });
}

function silence(model: Model, host: Host): string {
  if (host === "page") return "not recorded.";
  if (host === "gone") return "the kernel is gone, and cannot be asked.";
  return model.get("error") ? "there is no answer from the model." : "asking the model …";
}
