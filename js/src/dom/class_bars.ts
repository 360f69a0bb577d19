// Probabilities of classes as bars.

import { pointsText } from "../text/evidence_text";
import { className, repeated } from "../text/classes";
import { element } from "./element";
import { percent } from "../cells/scores";

/** One class: its probability, and what it becomes. */
export type Belief = [index: number, before: number, after: number | null];

export function bars(beliefs: Belief[], labels: string[], target: number): HTMLElement {
  const root = element("ul", "gx-classes");
  const twice = repeated(labels);
  root.append(
    ...beliefs.map((belief) => {
      return bar(className(labels, twice, belief[0]), belief, belief[0] === target);
    }),
  );
  return root;
}

function bar(label: string, [, before, after]: Belief, target: boolean): HTMLElement {
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

/** Which bar is which. */
export function barKey(after: string): HTMLElement {
  const root = element("p", "gx-hint gx-key");
  root.append(
    element("span", "gx-swatch gx-before"),
    "whole picture",
    element("span", "gx-swatch gx-after"),
    after,
  );
  return root;
}
