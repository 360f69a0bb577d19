// Class probabilities as bars.

import { changeOf, PROBABILITY, quantityText } from "../cells/quantity";
import type { Quantity } from "../model/widget_model";
import { className, duplicateLabels } from "../text/classes";
import { pointsText } from "../text/evidence_text";
import { element } from "./element";

export type ClassProbability = [index: number, before: number, after: number | null];

/** Values have no share of anything, thus no bars. */
export function classBars(
  classes: ClassProbability[],
  labels: string[],
  target: number,
  quantity: Quantity = PROBABILITY,
): HTMLElement {
  const root = element("ul", "gx-classes");
  const duplicates = duplicateLabels(labels);
  root.append(
    ...classes.map((shown) => {
      return bar(className(labels, duplicates, shown[0]), shown, shown[0] === target, quantity);
    }),
  );
  return root;
}

function bar(
  label: string,
  [, before, after]: ClassProbability,
  target: boolean,
  quantity: Quantity,
): HTMLElement {
  const row = element("li", target ? "gx-class gx-target" : "gx-class");
  const name = element("span", "gx-label", label);
  name.title = label;
  const number = element("span", "gx-number", quantityText(before, quantity));
  const tracks = element("span", "gx-tracks");
  tracks.append(track("gx-before", before));
  if (after !== null) {
    number.textContent = changeOf(before, after, quantity);
    if (quantity.name === "value") number.append(" "); // its changes have no column
    number.append(element("span", "gx-change", pointsText(before, after, quantity)));
    tracks.append(track("gx-after", after));
  }
  row.append(name, number);
  if (quantity.name === "probability") row.append(tracks);
  return row;
}

function track(kind: string, share: number): HTMLElement {
  const node = element("span", `gx-track ${kind}`);
  node.style.width = `${(100 * share).toFixed(2)}%`;
  return node;
}

/** Nothing where there are no bars. */
export function classBarsKey(after: string, quantity: Quantity = PROBABILITY): HTMLElement {
  const root = element("p", "gx-hint gx-key");
  root.hidden = quantity.name === "value";
  root.append(
    element("span", "gx-swatch gx-before"),
    "whole picture",
    element("span", "gx-swatch gx-after"),
    after,
  );
  return root;
}
