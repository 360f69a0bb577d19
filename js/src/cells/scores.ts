// Drops: decoded, scaled, ranked and written. Pure functions.

import type { Scale, Score } from "../model/explorer_protocol";

/** Lower bound of the scale's end; same as tint.py. */
export const MIN_SCALE: Record<Score, number> = { probability: 0.01, "log-odds": 0.1, "value": 1e-9 };

/** End of the absolute scale; log-odds of 10 are 22,000 to 1. Values have none. */
export const ABSOLUTE_SCALE: Record<Exclude<Score, "value">, number> = {
  probability: 1,
  "log-odds": 10,
};

/** Little-endian float32, at any offset of the buffer. */
export function decodeScores(bytes: DataView): Float32Array {
  const scores = new Float32Array(Math.floor(bytes.byteLength / 4));
  for (let i = 0; i < scores.length; i++) scores[i] = bytes.getFloat32(4 * i, true);
  return scores;
}

/** NaN is pending, infinity failed. */
export function isScored(drop: number | undefined): drop is number {
  return Number.isFinite(drop);
}

/** The model's output was not finite. */
export function isFailed(drop: number): boolean {
  return Math.abs(drop) === Infinity;
}

export function isFaded(drop: number, scale: number, threshold: number): boolean {
  return Math.abs(drop) < threshold * scale;
}

/** While cells are pending, the colours of the first ones are not those of the last. */
const RUNNING_SCALE: Record<Score, number> = { probability: 0.2, "log-odds": 1, value: 0 };

/** Times the mean of what cells could lose at most: below, even the strongest cell stays pale. */
const MIN_SHARE: Record<Score, number> = { probability: 3, "log-odds": 15, value: 0 };

/** The drop with the full colour, of either sign; same as tint.py. */
export function scaleOf(drops: Float32Array, score: Score, scale: Scale): number {
  if (scale === "absolute" && score !== "value") return ABSOLUTE_SCALE[score];
  const faint = Math.min(10 * MIN_SCALE[score], MIN_SHARE[score] / Math.max(1, drops.length));
  const running = drops.some(Number.isNaN) ? RUNNING_SCALE[score] : 0;
  return Math.max(MIN_SCALE[score], faint, running, largestOf(drops));
}

/** Largest finite |drop|; 0 if no cell is scored. */
export function largestOf(drops: Float32Array): number {
  let largest = 0;
  for (const drop of drops) {
    const size = Math.abs(drop);
    if (size > largest && size < Infinity) largest = size;
  }
  return largest;
}

/** In percentage points or log-odds, without the unit, with a typographic minus. */
export function dropNumber(drop: number, score: Score, digits = 1): string {
  const text = (score === "probability" ? 100 * drop : drop).toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

/** The change that hiding makes: “−24.7 points”, or “+3.1 points”. */
export function signedText(change: number, score: Score, unit = ""): string {
  const text = amountText(change, score, unit);
  return change > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** The unit of numbers that only rank: shares of the largest. */
export const RANKED = "% of the largest";

/** A cell's number as it is written: the change that hiding makes, or a rank. */
export function cellNumber(value: number, score: Score, digits: number, unit = ""): string {
  if (unit === RANKED) return dropNumber(value, score, digits);
  const text = dropNumber(-value, score, digits);
  return value < 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** `unit` is that of values. */
export function amountText(drop: number, score: Score, unit = ""): string {
  const digits = score === "value" ? digitsOf(Math.abs(drop), score) : score === "probability" ? 1 : 2;
  return `${dropNumber(drop, score, digits)} ${unitOf(score, unit)}`.trimEnd();
}

export function unitOf(score: Score, unit = ""): string {
  return unit || { probability: "points", "log-odds": "log-odds", value: "" }[score];
}

/** Decimals that tell small drops from none. */
export function digitsOf(scale: number, score: Score): number {
  const end = score === "probability" ? 100 * scale : scale;
  const most = score === "value" ? 6 : 2;
  return Math.min(most, Math.max(0, 2 - Math.ceil(Math.log10(end + 1e-9))));
}

/** Never rounded to 0 or 100%. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.0005) return "<0.1%";
  if (probability < 1 && probability >= 0.9995) return ">99.9%";
  return `${(100 * probability).toFixed(1)}%`;
}

export function secondsText(value: number): string {
  if (value < 1) return "less than 1 s";
  const whole = Math.round(value);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
