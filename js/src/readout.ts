// Two lines above the maps: the cell that is marked in all of them, and what hiding the clicked one did.

import { placeText } from "./cell_text";
import type { Evidence, Model } from "./compare_protocol";
import { element } from "./dom";
import { indexOf } from "./geometry";
import type { Linked } from "./linked";
import { evidenceText, hiddenText, HINTS } from "./map_text";
import { filled, type Host } from "./protocol";

export interface Readout {
  element: HTMLElement;
  update(): void;
  /** Follow the marks. */
  draw(): void;
  /** What hiding the clicked cell did, once it is known, for those who do not see it. */
  answer(): string;
}

export function readout(model: Model, host: () => Host, linked: Linked<object>): Readout {
  const root = element("div", "gx-readout");
  const place = element("p", "gx-readout-place");
  const found = element("p", "gx-readout-answer");
  root.append(place, found);

  const draw = () => {
    const grid = filled(model.get("grid"));
    const index = linked.current();
    const text = grid && index !== null ? placeText(grid, index) : "Point at a cell to read it in every map.";
    if (place.textContent !== text) place.textContent = text;
  };
  const update = () => {
    draw();
    const text = answerText(model, host());
    if (found.textContent !== text) found.textContent = text;
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

function answerText(model: Model, host: Host): string {
  const [grid, [cell]] = [filled(model.get("grid")), model.get("value")];
  if (!grid || !cell) return HINTS[host];
  const evidence = answered(model);
  if (evidence) return evidenceText(evidence, grid, model.get("labels"));
  return `${hiddenText(indexOf(grid, cell), grid)}: ${silence(model, host)}`;
}

function silence(model: Model, host: Host): string {
  if (host === "page") return "not recorded.";
  if (host === "gone") return "the kernel is gone, and cannot be asked.";
  return model.get("error") ? "there is no answer from the model." : "asking the model …";
}
