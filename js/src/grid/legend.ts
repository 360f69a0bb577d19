// What the colours and patterns of the map mean.

import { HUES, withAlpha, type Looks } from "../cells/colors";
import { element } from "../dom/element";
import { failedMark, pendingPattern } from "./marks";
import type { Score } from "../model/explorer_protocol";
import {
  digitsOf,
  dropNumber,
  isFaded,
  isFailed,
  isScored,
  largestOf,
  scaleOf,
  unitOf,
} from "../cells/scores";

export interface Legend {
  element: HTMLElement;
  update(drops: Float32Array, score: Score, looks: Looks): void;
}

export function legend(): Legend {
  const root = element("div", "gx-legend");
  const colors = element("div", "gx-legend-colors");
  const least = element("span", "gx-legend-end");
  const most = element("span", "gx-legend-end");
  const bar = element("span", "gx-legend-bar");
  const absolute = element("span", "gx-legend-entry", "absolute scale");
  const faded = entry("");
  const pending = pendingEntry("not scored yet");
  const failed = entry("failed", (ink, size, ratio) =>
    failedMark(ink, { x: 0, y: 0, width: size, height: size }, ratio),
  );
  failed.element.title = "The model gave no finite answer with the cell hidden.";
  colors.append(least, bar, most);
  root.append(colors, absolute, faded.element, pending.element, failed.element);

  const update = (drops: Float32Array, score: Score, looks: Looks) => {
    const scale = scaleOf(drops, score, looks.scale);
    [least.textContent, most.textContent] = endTexts(drops, score, looks);
    bar.style.backgroundImage = gradient(looks);
    absolute.hidden = looks.scale !== "absolute";
    pending.element.hidden = !drops.some(Number.isNaN);
    failed.element.hidden = !drops.some(isFailed);
    faded.element.hidden = !drops.some(
      (drop) => isScored(drop) && isFaded(drop, scale, looks.threshold),
    );
    faded.text.textContent = `less than ${thresholdText(scale, score, looks.threshold)}`;
  };
  return { element: root, update };
}

/** What is written at the two ends of the scale. */
export function endTexts(drops: Float32Array, score: Score, looks: Looks): [string, string] {
  const scale = scaleOf(drops, score, looks.scale);
  const end = dropNumber(scale, score, digitsOf(scale, score));
  const beyond = largestOf(drops) > scale;
  return [
    `against ${beyond ? "≤ " : ""}−${end}`,
    `${beyond ? "≥ " : ""}+${end} ${unitOf(score)}, supports`,
  ];
}

/** The drop below which cells fade, with its unit. */
export function thresholdText(scale: number, score: Score, threshold: number): string {
  const digits = Math.min(2, digitsOf(scale, score) + 1);
  return `${dropNumber(threshold * scale, score, digits)} ${unitOf(score)}`;
}

/** Colours as they lie on the map: clear at zero, hue by sign. */
export function gradient({ colormap, opacity }: Looks): string {
  const { supports, against } = HUES[colormap];
  const stops = [
    withAlpha(against, opacity),
    `${withAlpha(against, 0)} 50%`,
    `${withAlpha(supports, 0)} 50%`,
    withAlpha(supports, opacity),
  ];
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** In CSS pixels. */
const SWATCH = 12;

/** What the hatch stands for. */
export function pendingEntry(meaning: string) {
  const made = entry(meaning, (ink, size, ratio) => {
    const pattern = pendingPattern(ink, ratio);
    if (pattern) ink.fillStyle = pattern;
    if (pattern) ink.fillRect(0, 0, size, size);
  });
  made.element.classList.add("gx-legend-pending");
  return made;
}

type Mark = (ink: CanvasRenderingContext2D, size: number, ratio: number) => void;

/** A swatch on the map's pale grey, marked as cells on the map are, and what it means. */
function entry(meaning: string, mark?: Mark) {
  const root = element("span", "gx-legend-entry");
  const swatch = element("canvas", "gx-legend-swatch");
  const text = element("span", "", meaning);
  const ratio = window.devicePixelRatio || 1;
  swatch.width = swatch.height = Math.round(SWATCH * ratio);
  swatch.setAttribute("aria-hidden", "true");
  const ink = swatch.getContext("2d");
  if (ink) mark?.(ink, swatch.width, ratio);
  root.append(swatch, text);
  return { element: root, text };
}
