// Texts about one cell. Pure functions.

import { cellOf } from "../cells/geometry";
import { changeOf, PROBABILITY } from "../cells/quantity";
import { isScored, percent, signedText } from "../cells/scores";
import type { Prediction, Score, ShownMap } from "../model/explorer_protocol";
import type { GridShape, Quantity } from "../model/widget_model";
import type { sidesOf } from "./classes";
import { ordinal } from "./ordinal";

export function placeText(grid: GridShape, index: number): string {
  const [row, column] = cellOf(grid, index);
  return `Row ${row + 1}, column ${column + 1}`;
}

type Sides = ReturnType<typeof sidesOf>;

/** “speaks for dog”; "" where the number is 0 or not known. */
export function speaksText(drop: number, sides: Sides): string {
  return isScored(drop) && drop ? `speaks ${sides[drop > 0 ? 0 : 1]}` : "";
}

/** “2nd strongest for dog of 64 cells”. */
export function strengthText(drops: Float32Array, index: number, sides: Sides): string {
  const rank = strengthRank(drops, index, sides);
  return rank && `${rank} of ${drops.filter(isScored).length} cells`;
}

/** “2nd strongest for dog”; ranks count from both ends. */
export function strengthRank(drops: Float32Array, index: number, sides: Sides = ["for", "against"]): string {
  const own = drops[index] ?? NaN;
  if (!isScored(own) || own === 0) return "";
  const before = drops.filter((drop) => isScored(drop) && (own > 0 ? drop > own : drop < own)).length;
  const rank = before === 0 ? "strongest" : `${ordinal(before + 1)} strongest`;
  return `${rank} ${sides[own > 0 ? 0 : 1]}`;
}

/** The last of a cell's texts, if it is one of these. */
export function changedText(hardlyChanged: readonly number[], index: number): string[] {
  return hardlyChanged.includes(index) ? ["hardly changed by this fill"] : [];
}

/** What hiding a cell changes, signed; `unit` is that of values. */
export function hidingText(drop: number, score: Score, unit = ""): string {
  if (Number.isNaN(drop)) return "not scored yet";
  if (!Number.isFinite(drop)) return "failed: the model gave no finite number";
  return signedText(-drop, score, unit);
}

/** The numbers of both maps, that on the screen first. */
export function bothTexts(alone: string, part: number, shown: ShownMap, score: Score, unit = ""): string[] {
  const texts = [`hidden alone: ${alone}`, `its part when hidden with others: ${signedText(-part, score, unit)}`];
  return shown === "together" ? texts.reverse() : texts;
}

/** What hiding changes; in probability or value, also before and after. */
export function changeText(
  drop: number,
  score: Score,
  prediction: Prediction | null,
  quantity: Quantity = PROBABILITY,
): string {
  const text = hidingText(drop, score, quantity.unit);
  if (!Number.isFinite(drop) || score === "log-odds" || !prediction) return text;
  const before = prediction.probability;
  if (score === "value") {
    return `${text} (${changeOf(before, before - drop, quantity)})`;
  }
  const after = Math.abs(drop) < 0.0005 ? before : Math.max(0, before - drop); // as written for the drop
  return `${text} (${percent(before)} → ${percent(after)})`;
}
