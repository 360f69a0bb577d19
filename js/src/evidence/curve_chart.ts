// The deletion and insertion curves.

import { PROBABILITY, quantityText } from "../cells/quantity";
import { attribute, element } from "../dom/element";
import { svgElement } from "../dom/svg";
import type { Curve } from "../model/explorer_protocol";
import type { Quantity } from "../model/widget_model";

const [WIDTH, HEIGHT] = [240, 90];

export interface CurveChart {
  element: HTMLElement;
  /** The top `k` of `most` cells are selected. */
  update(curve: Curve, most: number, k: number | null, quantity?: Quantity): void;
}

export function curveChart(): CurveChart {
  const root = element("figure", "gx-chart");
  const picture = svgElement("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" });
  const deletion = svgElement("polyline", { class: "gx-deletion" });
  const insertion = svgElement("polyline", { class: "gx-insertion" });
  const marker = svgElement("line", { class: "gx-marker", y1: "0", y2: String(HEIGHT) });
  const flip = svgElement("line", { class: "gx-flip-mark", y1: "0", y2: String(HEIGHT) });
  const flips = element("p", "gx-hint gx-flip-text");
  const key = element("figcaption", "gx-hint gx-chart-key");
  attribute(picture, "role", "img");
  picture.append(marker, flip, deletion, insertion);
  const axis = element("div", "gx-axis");
  const [top, bottom] = [element("span", ""), element("span", "")];
  axis.append(top, bottom);
  const name = element("p", "gx-hint gx-chart-name");
  const last = element("span", "");
  const across = element("div", "gx-across");
  across.append(element("span", "", "0 cells"), last);
  root.append(name, axis, picture, across, key, flips);

  const update = (
    curve: Curve,
    most: number,
    k: number | null,
    quantity: Quantity = PROBABILITY,
  ) => {
    const { title, low, high } = curve.axis;
    name.textContent = title;
    top.textContent = curve.axis.top;
    bottom.textContent = curve.axis.bottom;
    last.textContent = cellsText(most);
    attribute(deletion, "points", points(curve.counts, curve.deletion, most, [low, high]));
    attribute(insertion, "points", points(curve.counts, curve.insertion, most, [low, high]));
    const x = String(((k ?? 0) / Math.max(1, most)) * WIDTH);
    attribute(marker, "x1", x);
    attribute(marker, "x2", x);
    marker.style.display = k === null ? "none" : "";
    const at = k === null ? -1 : curve.counts.indexOf(k);
    key.replaceChildren(
      entry("gx-deletion", "hidden", curve.deletion[at], quantity),
      entry("gx-insertion", "only these", curve.insertion[at], quantity),
    );
    showFlip(flip, curve, most);
    flips.textContent = curve.text;
    attribute(picture, "aria-label", curve.text);
  };
  return { element: root, update };
}

/** Mark where the answer changes. */
function showFlip(line: SVGElement, { changes: { deletion } }: Curve, most: number): void {
  const x = String(((deletion ?? 0) / Math.max(1, most)) * WIDTH);
  attribute(line, "x1", x);
  attribute(line, "x2", x);
  line.style.display = deletion === null ? "none" : "";
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

function cellsText(count: number): string {
  return `${count} ${count === 1 ? "cell" : "cells"}`;
}
