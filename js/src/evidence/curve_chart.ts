// The deletion and insertion curves.

import { PROBABILITY, quantityText } from "../cells/quantity";
import { element } from "../dom/element";
import type { Curve } from "../model/explorer_protocol";
import type { Quantity } from "../model/widget_model";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [240, 90];

export interface CurveChart {
  element: HTMLElement;
  /** The top `k` of `most` cells are selected. */
  update(curve: Curve, most: number, k: number | null, target: string, quantity?: Quantity): void;
}

export function curveChart(): CurveChart {
  const root = element("figure", "gx-chart");
  const picture = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" });
  const deletion = node("polyline", { class: "gx-deletion" });
  const insertion = node("polyline", { class: "gx-insertion" });
  const marker = node("line", { class: "gx-marker", y1: "0", y2: String(HEIGHT) });
  const key = element("figcaption", "gx-hint gx-chart-key");
  picture.setAttribute("role", "img");
  picture.append(marker, deletion, insertion);
  const axis = element("div", "gx-axis");
  const [top, bottom] = [element("span", "", "100%"), element("span", "", "0")];
  axis.append(top, bottom);
  const name = element("p", "gx-hint gx-chart-name");
  const last = element("span", "");
  const across = element("div", "gx-across");
  across.append(element("span", "", "0"), last);
  root.append(name, axis, picture, across, key);

  const update = (
    curve: Curve,
    most: number,
    k: number | null,
    target: string,
    quantity: Quantity = PROBABILITY,
  ) => {
    const probable = quantity.name === "probability";
    const [low, high] = probable ? [0, 1] : rangeOf([...curve.deletion, ...curve.insertion]);
    name.textContent = probable ? `Probability of “${target}”` : `“${target}”`;
    top.textContent = probable ? "100%" : quantityText(high, quantity);
    bottom.textContent = probable ? "0" : quantityText(low, quantity);
    last.textContent = cellsText(most);
    deletion.setAttribute("points", points(curve.counts, curve.deletion, most, [low, high]));
    insertion.setAttribute("points", points(curve.counts, curve.insertion, most, [low, high]));
    const x = String(((k ?? 0) / Math.max(1, most)) * WIDTH);
    marker.setAttribute("x1", x);
    marker.setAttribute("x2", x);
    marker.style.display = k === null ? "none" : "";
    const at = k === null ? -1 : curve.counts.indexOf(k);
    key.replaceChildren(
      entry("gx-deletion", "hidden", curve.deletion[at], quantity),
      entry("gx-insertion", "only these", curve.insertion[at], quantity),
    );
    picture.setAttribute("aria-label", summary(curve, quantity));
  };
  return { element: root, update };
}

/** Bridges pending points. */
export function points(
  counts: number[],
  values: (number | null)[],
  most: number,
  [low, high]: [number, number] = [0, 1],
): string {
  const share = (value: number) => (value - low) / (high - low || 1);
  return counts
    .map((count, i): [number, number | null] => [count, values[i] ?? null])
    .filter((point): point is [number, number] => point[1] !== null)
    .map(([count, p]) => `${((count / Math.max(1, most)) * WIDTH).toFixed(1)},${((1 - share(p)) * HEIGHT).toFixed(1)}`)
    .join(" ");
}

/** Of the known values. */
function rangeOf(values: (number | null)[]): [number, number] {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? [Math.min(...known), Math.max(...known)] : [0, 1];
}

function entry(
  className: string,
  name: string,
  value: number | null | undefined,
  quantity: Quantity,
): HTMLElement {
  const root = element("span", "gx-chart-entry");
  root.append(element("span", `gx-line ${className}`), name);
  if (value != null) root.append(element("span", "gx-number", ` ${quantityText(value, quantity)}`));
  return root;
}

function summary({ counts, deletion, insertion, running }: Curve, quantity: Quantity): string {
  const known = deletion.filter((p) => p !== null).length;
  if (running) return `Computing the curves: ${known} of ${counts.length} points`;
  if (quantity.name === "value") return valuesText(deletion, insertion, quantity);
  const first = firstBelowHalf(counts, deletion);
  const falls = first === null ? "never halves it" : `halves it after ${cellsText(first)}`;
  const grows = firstAboveHalf(counts, insertion, deletion[0] ?? null);
  const kept = grows === null ? "never reaches half of it" : `reaches half of it with ${cellsText(grows)}`;
  return `Probability of the target: hiding the most important cells ${falls}; showing only them ${kept}`;
}

/** Half of a value means nothing. */
function valuesText(deletion: (number | null)[], insertion: (number | null)[], quantity: Quantity): string {
  const at = (values: (number | null)[], place: number) => quantityText(values.at(place) ?? NaN, quantity);
  const ends = `${at(deletion, 0)} with nothing hidden, ${at(deletion, -1)} with everything hidden`;
  const middle = Math.floor(deletion.length / 2);
  const half = `${at(deletion, middle)} without the more important half, ${at(insertion, middle)} with it alone`;
  return `The target's value: ${ends}; ${half}`;
}

function cellsText(count: number): string {
  return `${count} ${count === 1 ? "cell" : "cells"}`;
}

function firstBelowHalf(counts: number[], values: (number | null)[]): number | null {
  const half = (values[0] ?? 0) / 2;
  const at = values.findIndex((p) => p !== null && p <= half);
  return counts[at] ?? null;
}

function firstAboveHalf(counts: number[], values: (number | null)[], whole: number | null): number | null {
  const at = values.findIndex((p) => p !== null && whole !== null && p >= whole / 2);
  return counts[at] ?? null;
}

function node(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
