// Texts about a selection: title and effect. Pure functions.

import { PROBABILITY, quantityText } from "../cells/quantity";
import { amountText } from "../cells/scores";
import type { Evidence } from "../model/explorer_protocol";
import type { Cell, Quantity } from "../model/widget_model";

export function titleText(cells: Cell[], keep: boolean): string {
  const [first] = cells;
  const what =
    cells.length === 1 && first
      ? `row ${first[0] + 1}, column ${first[1] + 1}`
      : `${keep ? "these " : ""}${cells.length} cells`;
  return `${keep ? "Only" : "Without"} ${what}`;
}

/** The selection as Python writes it, counted from 0. */
export function valueText(cells: Cell[]): string {
  return `value = [${cells.map(([row, column]) => `(${row}, ${column})`).join(", ")}]`;
}

/** “cat” falls from 83.0% to 20.0% */
export function fromToText(
  name: string,
  before: number,
  after: number,
  quantity: Quantity = PROBABILITY,
): string {
  const [from, to] = [quantityText(before, quantity), quantityText(after, quantity)];
  if (quantity.name === "value" && from !== to) {
    return `“${name}” ${after < before ? "falls" : "rises"} from ${from} to ${to}`;
  }
  const bounds = /[<>]/.test(from + to);
  if (from === to || (Math.abs(after - before) < 0.0005 && !bounds)) return `“${name}” stays at ${to}`;
  return `“${name}” ${after < before ? "falls" : "rises"} from ${from} to ${to}`;
}

/** Index of the most probable class before (1) or after (2). */
export function winner(classes: Evidence["classes"], at: 1 | 2): number {
  return classes.reduce((first, second) => (second[at] > first[at] ? second : first))[0];
}

/** Whether the most probable class after is well above chance; as is_clear in headline.py. */
export function isClear(classes: Evidence["classes"], count: number): boolean {
  const [most, chance] = [Math.max(...classes.map(([, , after]) => after)), 1 / Math.max(2, count)];
  return most >= 2 * chance || most >= chance + 0.04;
}

/** In percentage points; ±0.0 if it rounds to none. Values: in their unit. */
export function pointsText(before: number, after: number, quantity: Quantity = PROBABILITY): string {
  if (quantity.name === "value") return `${after > before ? "+" : ""}${amountText(after - before, "value")}`;
  const points = (100 * (after - before)).toFixed(1);
  if (Number(points) === 0) return "±0.0";
  return points.startsWith("-") ? points.replace("-", "−") : `+${points}`;
}
