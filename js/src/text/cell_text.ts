// Texts about one cell. Pure functions.

import { cellOf } from "../cells/geometry";
import { changeOf, PROBABILITY } from "../cells/quantity";
import { amountText, percent } from "../cells/scores";
import type { MapName, Prediction, Score } from "../model/explorer_protocol";
import type { GridShape, Quantity } from "../model/widget_model";

export function placeText(grid: GridShape, index: number): string {
  const [row, column] = cellOf(grid, index);
  return `Row ${row + 1}, column ${column + 1}`;
}

/** The last of a cell's texts, if it is one of these. */
export function changedText(hardlyChanged: readonly number[], index: number): string[] {
  return hardlyChanged.includes(index) ? ["hardly changed by this fill"] : [];
}

/** `unit` is that of values. */
export function dropText(drop: number, score: Score, unit = ""): string {
  if (Number.isNaN(drop)) return "not scored yet";
  if (!Number.isFinite(drop)) return "failed: the model gave no finite number";
  return `drop ${amountText(drop, score, unit)}`;
}

/** The numbers of both maps, that on the screen first. */
export function bothTexts(alone: string, part: number, shown: MapName, score: Score, unit = ""): string[] {
  const texts = [`alone: ${alone}`, `together: ${amountText(part, score, unit)} of the drop`];
  return shown === "alone" ? texts : texts.reverse();
}

/** The drop; in probability or value, also before and after. */
export function changeText(
  drop: number,
  score: Score,
  prediction: Prediction | null,
  quantity: Quantity = PROBABILITY,
): string {
  const text = dropText(drop, score, quantity.unit);
  if (!Number.isFinite(drop) || score === "log-odds" || !prediction) return text;
  const before = prediction.probability;
  if (score === "value") {
    return `${text} (${changeOf(before, before - drop, quantity)})`;
  }
  const after = Math.abs(drop) < 0.0005 ? before : Math.max(0, before - drop); // as written for the drop
  return `${text} (${percent(before)} → ${percent(after)})`;
}
