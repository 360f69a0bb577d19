// How a column's numbers are written. Pure functions.

import { numberText } from "../cells/quantity";
import { percent } from "../cells/scores";

/** “83.0%”, “0.25”, “57.4 years”; `digits` after the point of percentages. */
export function numberIn(number: number, unit: string, digits = 1): string {
  if (unit === "%") return digits ? percent(number) : `${Math.round(100 * number)}%`;
  const text = unit ? numberText(number) : short(number);
  return `${text} ${unit}`.trimEnd();
}

function short(number: number): string {
  return Number.isInteger(number) ? numberText(number) : numberText(Math.round(100 * number) / 100);
}
