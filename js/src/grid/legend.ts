// The legend.

import { HUES, withAlpha, type Appearance } from "../cells/colors";
import {
  cellNumber,
  digitsOf,
  dropNumber,
  isFaded,
  isFailed,
  isScored,
  largestOf,
  RANKED,
  scaleOf,
  unitOf,
} from "../cells/scores";
import { attribute, element } from "../dom/element";
import type { Score } from "../model/explorer_protocol";
import { dottedPattern, failedMark, pendingPattern } from "./marks";

export interface Legend {
  element: HTMLElement;
  /** What some cells' marks mean. */
  marks: HTMLElement;
  update(
    drops: Float32Array,
    score: Score,
    appearance: Appearance,
    unit?: string,
    hardlyChanged?: readonly number[],
    sides?: readonly string[],
    change?: string,
  ): void;
}

export function legend(): Legend {
  const root = element("div", "gx-legend");
  const colors = element("div", "gx-legend-colors");
  const against = element("span", "gx-legend-side gx-label");
  const supports = element("span", "gx-legend-side gx-label");
  const least = element("span", "gx-legend-end");
  const most = element("span", "gx-legend-end");
  const bar = element("span", "gx-legend-bar");
  const absolute = element("span", "gx-legend-entry", "absolute scale");
  const faded = entry("");
  const pending = pendingEntry("not scored yet");
  const dotted = patternEntry("hardly changed by this fill", dottedPattern);
  const failed = entry("failed", (ink, size, ratio) =>
    failedMark(ink, { x: 0, y: 0, width: size, height: size }, ratio),
  );
  colors.append(against, least, bar, most, supports);
  const marks = element("div", "gx-legend");
  root.append(colors);
  marks.append(absolute, faded.element, pending.element, dotted.element, failed.element);

  const update: Legend["update"] = (drops, score, appearance, unit = "", hardlyChanged = [], sides = ["for it", "against it"], change) => {
    const scale = scaleOf(drops, score, appearance.scale);
    const [low, high] = endTexts(drops, score, appearance, unit, change);
    for (const [at, side] of [supports, against].entries()) side.textContent = side.title = `speaks ${sides[at]}`;
    [least.textContent, most.textContent] = [low, high];
    bar.style.backgroundImage = gradient(appearance);
    absolute.hidden = appearance.scale !== "absolute" || score === "value";
    pending.element.hidden = !drops.some(Number.isNaN);
    dotted.element.hidden = hardlyChanged.length === 0;
    failed.element.hidden = !drops.some(isFailed);
    faded.element.hidden = !drops.some(
      (drop) => isScored(drop) && isFaded(drop, scale, appearance.threshold),
    );
    faded.text.textContent = `less than ${thresholdText(scale, score, appearance.threshold, unit)}`;
  };
  return { element: root, marks, update };
}

/** The texts at the two ends of the scale. */
export function endTexts(
  drops: Float32Array,
  score: Score,
  appearance: Appearance,
  unit = "",
  change = "if hidden",
): [string, string] {
  const scale = scaleOf(drops, score, appearance.scale);
  const ends = [-scale, scale].map((end) => cellNumber(end, score, digitsOf(scale, score), unit));
  const beyond = largestOf(drops) > scale;
  const [against, supports] = ends.map((end) => (beyond ? `${end.startsWith("−") ? "≤" : "≥"} ${end}` : end));
  const what = unit === RANKED ? unit : `${unitOf(score, unit)} ${change}`.trimStart();
  return [against!, `${supports} ${what}`];
}

/** The smallest coloured drop, with its unit. */
export function thresholdText(scale: number, score: Score, threshold: number, unit = ""): string {
  const digits = Math.min(score === "value" ? 7 : 2, digitsOf(scale, score) + 1);
  return `${dropNumber(threshold * scale, score, digits)} ${unitOf(score, unit)}`.trimEnd();
}

/** A CSS gradient, transparent at zero. */
export function gradient({ colormap, opacity }: Appearance): string {
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
const SWATCH_SIZE = 12;

export function pendingEntry(meaning: string) {
  const made = patternEntry(meaning, pendingPattern);
  made.element.classList.add("gx-legend-pending");
  return made;
}

function patternEntry(meaning: string, patternOf: typeof pendingPattern) {
  return entry(meaning, (ink, size, ratio) => {
    const pattern = patternOf(ink, ratio);
    if (pattern) ink.fillStyle = pattern;
    if (pattern) ink.fillRect(0, 0, size, size);
  });
}

type Mark = (ink: CanvasRenderingContext2D, size: number, ratio: number) => void;

function entry(meaning: string, mark?: Mark) {
  const root = element("span", "gx-legend-entry");
  const swatch = element("canvas", "gx-legend-swatch");
  const text = element("span", "", meaning);
  const ratio = window.devicePixelRatio || 1;
  swatch.width = swatch.height = Math.round(SWATCH_SIZE * ratio);
  attribute(swatch, "aria-hidden", "true");
  const ink = swatch.getContext("2d");
  if (ink) mark?.(ink, swatch.width, ratio);
  root.append(swatch, text);
  return { element: root, text };
}
