// Class probabilities as bars.

import { percent } from "../cells/scores";
import { className, duplicateLabels } from "../text/classes";
import { pointsText } from "../text/evidence_text";
import { element } from "./element";

export type ClassProbability = [index: number, before: number, after: number | null];

export function classBars(classes: ClassProbability[], labels: string[], target: number): HTMLElement {
  const root = element("ul", "gx-classes");
  const duplicates = duplicateLabels(labels);
  root.append(
    ...classes.map((shown) => {
      return bar(className(labels, duplicates, shown[0]), shown, shown[0] === target);
    }),
  );
  return root;
}

function bar(label: string, [, before, after]: ClassProbability, target: boolean): HTMLElement {
  const row = element("li", target ? "gx-class gx-target" : "gx-class");
  const name = element("span", "gx-label", label);
  name.title = label;
  const number = element("span", "gx-number", percent(before));
  const tracks = element("span", "gx-tracks");
  tracks.append(track("gx-before", before));
  if (after !== null) {
    number.append(` → ${percent(after)}`, element("span", "gx-change", pointsText(before, after)));
    tracks.append(track("gx-after", after));
  }
  row.append(name, number, tracks);
  return row;
}

function track(kind: string, share: number): HTMLElement {
  const node = element("span", `gx-track ${kind}`);
  node.style.width = `${(100 * share).toFixed(2)}%`;
  return node;
}

export function classBarsKey(after: string): HTMLElement {
  const root = element("p", "gx-hint gx-key");
  root.append(
    element("span", "gx-swatch gx-before"),
    "whole picture",
    element("span", "gx-swatch gx-after"),
    after,
  );
  return root;
}
