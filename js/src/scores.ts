// Drops and how they are written. Pure functions.

import type { Score } from "./protocol";

/** The scale never ends nearer to zero than this; plot.py holds the same. */
export const LEAST_SCALE: Record<Score, number> = { probability: 0.01, "log-odds": 0.1 };

/** Little-endian float32, wherever the buffer begins. */
export function decodeScores(bytes: DataView): Float32Array {
  const scores = new Float32Array(Math.floor(bytes.byteLength / 4));
  for (let i = 0; i < scores.length; i++) scores[i] = bytes.getFloat32(4 * i, true);
  return scores;
}

/** Drop at which the colours end, the same on both sides of zero. */
export function scaleOf(drops: Float32Array, score: Score): number {
  let largest = LEAST_SCALE[score];
  for (const drop of drops) if (Math.abs(drop) > largest) largest = Math.abs(drop);
  return largest;
}

/** Rank of a cell among the scored ones, 1 for the largest drop. */
export function rankOf(drops: Float32Array, index: number): number {
  const own = drops[index] ?? NaN;
  let rank = 1;
  for (const drop of drops) if (drop > own) rank++;
  return rank;
}

/** A drop without its unit: points of probability, or log-odds, with a true minus. */
export function dropNumber(drop: number, score: Score, digits = 1): string {
  const text = (score === "probability" ? 100 * drop : drop).toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

export function unitOf(score: Score): string {
  return score === "probability" ? "points" : "log-odds";
}

/** Digits after the point that tell a small drop from none on this scale. */
export function digitsOf(scale: number, score: Score): number {
  const end = score === "probability" ? 100 * scale : scale;
  return Math.min(2, Math.max(0, 2 - Math.ceil(Math.log10(end + 1e-9))));
}

/** A probability that is never rounded to certainty. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.0005) return "<0.1%";
  if (probability < 1 && probability >= 0.9995) return ">99.9%";
  return `${(100 * probability).toFixed(1)}%`;
}

export function seconds(value: number): string {
  if (value < 1) return "less than 1 s";
  const whole = Math.round(value);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
